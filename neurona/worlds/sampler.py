"""The posterior over scenes of many recordings, sampled.

C chains a recording walk by `moves` from scenes of their own, at first at half of log p, so that they start apart; K worlds are kept, each
with the time that chains stayed near it. Facts have Rao-Blackwell probabilities: the mean over time of P(fact | the rest of the
world), which is less noisy than counting worlds (G. Casella, C. Robert 1996, Biometrika 83). Chains of a recording walk on until that
is known well enough and they have mixed, by split R-hat of log p at evenly spaced times (A. Gelman et al. 2013, Bayesian Data
Analysis, 11.4).

A recording's draws depend on its own candidates and the seed: alone, or among others in any order, it has the same worlds.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated

import jax
import numpy as np
from annotated_types import Ge, Gt
from jaxtyping import Float, Int
from threadpoolctl import threadpool_limits

from neurona.execution.worlds import pack
from neurona.worlds.candidates import Screening, choose
from neurona.worlds.chains import Segment, segment, starts
from neurona.worlds.evidence import FactEvidence
from neurona.worlds.mixing import at_even_times, split_rhat
from neurona.worlds.posterior import ScenePosterior
from neurona.worlds.tables import Table, table_of
from neurona.worlds.weighting import weighted

_ON_CPU, _ON_ACCELERATORS = 8, 256
"""Recordings of one call, so that all shapes are the same and one program is compiled. A step of an accelerator takes as long for few as for many."""
_KEPT = 1024
"""Recordings whose tables are kept while their chains walk, 0.2 MB each."""
_SEGMENTS = 4
"""Calls until all worlds are drawn; one before them is left out."""
_COLD = 0.5
"""Chains start at p^0.5, of which little is certain."""
_OPEN = 0.01
"""Facts of a probability between this and 1 minus this decide whether a recording is known well enough."""
_MIXED = 1.1
"""Chains of a split R-hat below this have mixed."""


@dataclass(frozen=True)
class SamplerSettings:
    """How scenes are sampled.

    Attributes:
        nouns, candidates: considered for a recording; candidates count nouns.
        worlds: K, kept of each recording; a multiple of 64, and of four times the chains.
        chains: C.
        visits: of a chain between two worlds that are kept; each is some jumps and exchanges.
        jumps: of a visit.
        error: chains walk on while the mean Monte Carlo error of a recording's open facts is above this, or they have not mixed ...
        rounds: ... and they have not walked this many times as far.
    """

    nouns: Annotated[int, Ge(1)] = 10
    candidates: Annotated[int, Ge(1)] = 192
    worlds: Annotated[int, Ge(64)] = 512
    chains: Annotated[int, Ge(2)] = 8
    visits: Annotated[int, Ge(1)] = 4
    jumps: Annotated[int, Ge(1)] = 4
    error: Annotated[float, Gt(0)] = 0.011
    rounds: Annotated[int, Ge(1)] = 10

    def __post_init__(self) -> None:
        if self.worlds % 64 or self.worlds % (_SEGMENTS * self.chains):
            raise ValueError(
                f"worlds: {self.worlds} must be a multiple of 64 and of {_SEGMENTS} times the {self.chains} chains"
            )


def sample_scenes(
    evidence: FactEvidence,
    screening: Screening,
    settings: SamplerSettings = SamplerSettings(),
    *,
    seed: int = 0,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> ScenePosterior:
    """Worlds of all recordings.

    Args:
        evidence: for facts.
        screening: evidence that chooses the candidates.
        settings: of the sampler.
        seed: of the draws.
        threads: calls at once; they do not change the draws.
        progress: told the number of recordings that are done, now and then.
    """
    space = evidence.space
    slots = min(settings.nouns, len(space.nouns))
    most = slots + len(space.said_of(np.arange(slots)))
    size = -(-min(max(settings.candidates, slots), most) // 64) * 64
    at_once = _ON_CPU if jax.default_backend() == "cpu" else _ON_ACCELERATORS
    begun: dict[int, _Chains] = {}
    read: dict[int, tuple] = {}

    made: dict[int, tuple[Table, np.ndarray]] = {}

    def table(row: int) -> tuple[Table, np.ndarray]:
        if row not in made:
            things, said = choose(space, screening, row, nouns=slots, candidates=size - slots)
            made[row] = table_of(evidence, row, things, said[: size - slots], slots=slots, size=size)
        return made[row]

    def part(rows: Sequence[int]) -> None:
        tables, all_numbers = zip(*map(table, rows), strict=True)
        chains = [begun.get(row) or _Chains(numbers) for row, numbers in zip(rows, all_numbers, strict=True)]
        leaves = zip(*tables, *[tables[-1]] * (at_once - len(tables)), strict=True)
        _walk(Table(*map(np.stack, leaves)), chains, settings, seed)  # type: ignore[arg-type]
        for row, one in zip(rows, chains, strict=True):
            if one.done(settings):
                read[row] = one.read()
                begun.pop(row, None)
                made.pop(row)
            else:
                begun[row] = one
        if progress is not None:
            progress(sum(row in read for row in rows))

    # Each thread has its own products to compute; more threads in each would only wait for one another.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        for waiting in _in_parts(range(len(evidence.support)), _KEPT):
            while waiting:
                list(pool.map(part, _in_parts(waiting, at_once)))
                waiting = sorted(begun)
    return ScenePosterior(*(np.stack(parts) for parts in zip(*(read[row] for row in sorted(read)), strict=True)))


def _in_parts(rows: Sequence[int], size: int) -> list[Sequence[int]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@dataclass
class _Chains:
    """The chains of one recording so far.

    Attributes:
        numbers: facts in the order of the places.
        end: where chains are; None where they have not started.
        walked: segments, without the one that led away from the start.
    """

    numbers: Int[np.ndarray, " J"]
    end: np.ndarray | None = None
    walked: list[Segment] = field(default_factory=list)

    @property
    def digest(self) -> int:
        """A number of the recording's own."""
        return zlib.crc32(self.numbers.tobytes())

    @property
    def rounds(self) -> int:
        """Of `_SEGMENTS` segments each."""
        return len(self.walked) // _SEGMENTS

    def single(self) -> tuple[Float[np.ndarray, " J"], Float[np.ndarray, " J"]]:
        """Probability of each fact, and its Monte Carlo error."""
        sums = np.sum([part.sums for part in self.walked], axis=0, dtype=np.float64)
        mass = np.sum([part.time.sum(axis=(0, 1), dtype=np.float64) for part in self.walked], axis=0)
        each, chain = sums / mass[:, None], mass / mass.sum()
        mean = chain @ each
        spread = (chain[:, None] ** 2 * (each - mean) ** 2).sum(axis=0) * len(chain) / (len(chain) - 1)
        return mean, np.sqrt(spread)

    def rhat(self) -> float:
        """Split R-hat of log p."""
        trace, time = (
            np.concatenate([getattr(part, name) for part in self.walked]).astype(np.float64)
            for name in ("trace", "time")
        )
        chains = trace.shape[-1]
        return split_rhat(at_even_times(trace.reshape(-1, chains).T, time.reshape(-1, chains).T))

    def done(self, settings: SamplerSettings) -> bool:
        """Whether single facts are known well enough and chains have mixed, or have walked as far as they may."""
        if self.rounds >= settings.rounds:
            return True
        mean, error = self.single()
        open_ = np.abs(mean - 0.5) < 0.5 - _OPEN
        return not open_.any() or (float(error[open_].mean()) <= settings.error and self.rhat() < _MIXED)

    def read(self) -> tuple:
        """The fields of a `ScenePosterior`."""
        probability, error = self.single()
        # Of the rounds, each kept world is one, drawn by how long it stands.
        stay = np.stack([part.stay for part in self.walked]).astype(np.float64)
        stay = stay.reshape(self.rounds, -1, stay.shape[-1])
        said = np.stack([part.said for part in self.walked]).reshape(*stay.shape, -1)
        log_p = np.stack([part.log_p for part in self.walked]).reshape(stay.shape)
        share, uniform = stay.cumsum(axis=0), np.random.default_rng(self.digest).random(stay.shape[1:])
        at = (share / share[-1] <= uniform).sum(axis=0)[None]
        weight = share[-1].reshape(-1) / share[-1].sum()
        holds = np.take_along_axis(said, at[..., None], axis=0)[0].reshape(len(weight), -1).T
        fitted = weighted(holds, weight, probability)
        values = np.take_along_axis(log_p, at, axis=0)[0].reshape(-1).astype(np.float64)
        return self.numbers, pack(holds), fitted.share, probability, error, values, self.rhat(), fitted.discrepancy


def _walk(tables: Table, chains: Sequence[_Chains], settings: SamplerSettings, seed: int) -> None:
    """One round further; all chains have walked as far. There may be fewer chains than tables, of which the rest are copies."""
    at_once = len(tables.lift)
    digest = np.array([one.digest for one in chains], np.uint32)
    digest = np.pad(digest, (0, at_once - len(chains)), mode="edge")
    shape = settings.worlds // settings.chains // _SEGMENTS, settings.visits
    given = jax.device_put(tables)
    first, begun = chains[0].rounds * _SEGMENTS + 1, chains[0].end is not None
    if begun:
        ends = [np.asarray(one.end) for one in chains]
        at = jax.device_put(np.stack(ends + [ends[-1]] * (at_once - len(ends))))
    else:
        at = jax.device_put(starts(tables, digest, seed, settings.chains))
        heats = np.clip(np.linspace(_COLD, 2 - _COLD, shape[0] * shape[1], dtype=np.float32), 0, 1).reshape(shape)
        at = segment(given, at, digest, np.int32(seed), np.int32(0), heats, jumps=settings.jumps).end
    for number in range(first, first + _SEGMENTS):
        found = segment(
            given, at, digest, np.int32(seed), np.int32(number), np.ones(shape, np.float32), jumps=settings.jumps
        )
        at, parts = found.end, jax.device_get(found)
        for k, one in enumerate(chains):
            one.walked.append(Segment(*(np.asarray(leaf[k]) for leaf in parts)))  # type: ignore[arg-type]
    for one, end in zip(chains, np.asarray(at)[: len(chains)], strict=True):
        one.end = end
