"""The posterior over scenes where facts do not compete: drawn exactly, world by world, without a chain.

    P(a) = sigmoid(lift of a),    P(q(a)) = P(a) sigmoid(lift of q(a)),    P(r(a, b)) = P(a) P(b) sigmoid(lift of r(a, b))

Things are independent, and so is what is said of things that are there. Where an axiom keeps two facts of one thing apart, the worlds that
break it are mended by Gibbs steps on these facts alone.
"""

from __future__ import annotations

import zlib

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import expit
from threadpoolctl import threadpool_limits

from neurona.execution.worlds import pack
from neurona.worlds.evidence import FactEvidence
from neurona.worlds.posterior import ScenePosterior
from neurona.worlds.space import SceneSpace
from neurona.worlds.weighting import weighted

_SWEEPS = 20
_LEAST = 1e-5
"""Facts less probable than this are not drawn."""
_FITTED = 128
"""Facts, the most doubtful, whose probabilities the worlds' weights are fitted to."""


def draw_scenes(evidence: FactEvidence, *, worlds: int = 512, facts: int = 1024, seed: int = 0) -> ScenePosterior:
    """Worlds of all recordings, weighted so that the most doubtful facts have the probabilities above.

    Args:
        evidence: without patterns.
        worlds: K, drawn of each recording.
        facts: J, the most probable of each recording that worlds may hold.
        seed: of the draws; a recording's draws depend on its own evidence and the seed.
    """
    space = evidence.space
    things = np.arange(len(space.nouns))
    every = np.concatenate([things, space.said_of(things)])
    columns, values = space.rows(every)
    before = space.log_odds(every)
    found = []
    for support in evidence.support:
        lift = (np.append(support, np.float32(0.0))[columns] * values).sum(axis=1, dtype=np.float64) + before
        rng = np.random.default_rng([seed, zlib.crc32(np.ascontiguousarray(support).tobytes())])
        found.append(_drawn(space, every, lift, worlds, facts, rng))
    size = max((len(numbers) for numbers, *_ in found), default=0)
    count = len(found)
    numbers, probability = np.full((count, size), -1), np.zeros((count, size))
    bits = np.zeros((count, size, -(-worlds // 64)), np.uint64)
    log_p, share, apart = np.zeros((count, worlds)), np.zeros((count, worlds)), np.zeros(count)
    for row, (chosen, p, holds, log) in enumerate(found):
        numbers[row, : len(chosen)], probability[row, : len(chosen)] = chosen, p
        bits[row, : len(chosen)], log_p[row] = pack(holds), log
        doubtful = np.argsort(np.abs(p - 0.5), kind="stable")[:_FITTED]
        with threadpool_limits(1):  # these matrices are too small to share
            fitted = weighted(holds[doubtful], np.full(worlds, 1 / worlds), p[doubtful])
        share[row], apart[row] = fitted.share, fitted.discrepancy
    return ScenePosterior(numbers, bits, share, probability, np.zeros_like(probability), log_p, np.ones(count), apart)


def _drawn(
    space: SceneSpace,
    every: Int[np.ndarray, " fact"],
    lift: Float[np.ndarray, " fact"],
    worlds: int,
    most: int,
    rng: np.random.Generator,
) -> tuple[Int[np.ndarray, " J"], Float[np.ndarray, " J"], Bool[np.ndarray, "J world"], Float[np.ndarray, " world"]]:
    """The most probable facts, their probabilities, worlds of them, and log p of the worlds."""
    _, _, a, b = space.split(every)
    own, things = expit(lift), np.append(expit(lift[: len(space.nouns)]), 1.0)
    p = own * things[a] * things[b]
    ahead = np.argpartition(-p, min(most, len(p)) - 1)[:most]
    kept = ahead[(p[ahead] > _LEAST) | (p[ahead] == p.max())]
    # What is said of a thing needs the thing among the facts.
    kept = np.unique(np.concatenate([kept, a[kept], b[kept]]))
    kept = kept[kept >= 0]
    a, b, own = a[kept], b[kept], own[kept]
    said = rng.random((len(kept), worlds)) < own[:, None]
    excluded = space.excluded(every[kept], every[kept])
    rivals = np.flatnonzero(excluded.any(axis=1))
    if len(rivals):
        _mend(said, rivals, excluded, own, rng)
    holds = said.copy()
    for side in (a, b):
        of = np.flatnonzero(side >= 0)
        holds[of] &= said[np.searchsorted(kept, side[of])]
    probability = p[kept]
    # Where axioms bind, and there alone, the worlds are counted.
    probability[rivals] = holds[rivals].mean(axis=1)
    return every[kept], probability, holds, lift[kept] @ holds


def _mend(
    said: Bool[np.ndarray, "J world"],
    rivals: Int[np.ndarray, " rival"],
    excluded: Bool[np.ndarray, "J J"],
    own: Float[np.ndarray, " J"],
    rng: np.random.Generator,
) -> None:
    """Gibbs steps, in place, from worlds without any of the facts that rivals keep apart."""
    said[rivals] = False
    for _ in range(_SWEEPS):
        for k in rivals.tolist():
            barred = said[excluded[k]].any(axis=0)
            said[k] = ~barred & (rng.random(said.shape[1]) < own[k])
