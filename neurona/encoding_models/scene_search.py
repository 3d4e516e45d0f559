"""The most probable scene behind a recording, and by how much it would be less probable with one fact more or less.

    log p(y | z) = u's - u'Gu / 2 + sum_f y_f logit p_f,      u = sum_f y_f row_f - mean scene

over scenes y of candidate facts, s and G as in `inversion` with noise that holds little of the rest of the scene, as the rest is searched
for. From an empty scene, the best change of one fact, of two, or of one with the things that it lacks is made until none is left. What is
said of a thing needs the thing.

A fact's margin is the best log p of a scene with it minus that of one without, both within reach of the most probable one: a fact
comes with things that it lacks, or goes with what needs it, and one more fact may change, so that `ride(man, horse)` is weighed against
`hold(man, horse)` where that is the other explanation. Margins are max-marginals in place of marginals (D. Koller, N. Friedman 2009,
Probabilistic Graphical Models, 13); worlds (`worlds`) are the marginals, at far more computation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from scipy.sparse import csr_array

from neurona.encoding_models.inventory import Inventory
from neurona.encoding_models.inversion import Inversion

_NEVER = -1e9
_BLOCK = 64
"""Recordings at a time."""
_UNLIKELY = -6.0
"""Nouns of lower log odds are not searched for."""


class _Candidates(NamedTuple):
    """J facts of each recording, or of one.

    Attributes:
        evidence: s.
        gram: G.
        odds: log odds beforehand, given a fact's things.
        empty: G between each fact and the mean scene.
        things: places of those that a fact needs; J where there is none.
    """

    evidence: Float[Array, "*n J"]
    gram: Float[Array, "*n J J"]
    odds: Float[Array, "*n J"]
    empty: Float[Array, "*n J"]
    things: Int[Array, "*n J 2"]


@dataclass(frozen=True)
class SceneSearch:
    """Searches scenes.

    Attributes:
        inventory: of facts.
        marginal: evidence that takes all the rest of the scene as noise; it chooses the candidates.
        sharp: evidence that takes little of it as noise.
        nouns, candidates: how many are considered for a recording, beside those that are asked about.
    """

    inventory: Inventory
    marginal: Inversion
    sharp: Inversion
    nouns: int = 10
    candidates: int = 320

    @cached_property
    def _mean_scene(self) -> Float[np.ndarray, " column"]:
        """G times the mean scene: recordings are centred, and a scene lacks what it does not have."""
        columns = self.sharp.columns
        return self.sharp.gram[:columns, :columns] @ self.sharp.encoding.centre

    def find(
        self,
        features: Float[np.ndarray, "recording feature"],
        asked: Sequence[Sequence[int]],
    ) -> list[dict[int, tuple[float, float]]]:
        """Margin and toggle of facts, by number.

        Args:
            features: of recordings.
            asked: numbers of the facts that are asked about, for each recording.

        Returns:
            Of each recording, number -> (margin, toggle) in nats: log p of the best scene with the fact minus that of the best one without it;
            and the same with no other fact changed but those that go with it.
        """
        found = []
        for start in range(0, len(features), _BLOCK):
            part = features[start : start + _BLOCK]
            marginal, sharp = self.marginal.support(part), self.sharp.support(part)
            chosen = [self._choose(row, of) for row, of in zip(marginal, asked[start : start + _BLOCK], strict=True)]
            # Few sizes, so that few programs are compiled.
            size = -(-max(map(len, chosen)) // 64) * 64
            stacked = [self._prepare(numbers, row, size) for numbers, row in zip(chosen, sharp, strict=True)]
            stacked += [stacked[-1]] * (max(8, 1 << (len(stacked) - 1).bit_length()) - len(stacked))
            given = _Candidates(*(jnp.asarray(np.stack(leaves)) for leaves in zip(*stacked, strict=True)))
            margin, toggle = jax.device_get(_search(given))
            for k, (numbers, of) in enumerate(zip(chosen, asked[start : start + _BLOCK], strict=True)):
                place = {number: j for j, number in enumerate(numbers.tolist())}
                found.append(
                    {number: (float(margin[k, place[number]]), float(toggle[k, place[number]])) for number in of}
                )
        return found

    def _choose(self, support: Float[np.ndarray, " column"], asked: Sequence[int]) -> Int[np.ndarray, " J"]:
        """The likeliest nouns, what is asked about, and what has most evidence among all that may be said of them."""
        inventory, columns = self.inventory, self.marginal.columns
        nouns = np.arange(len(inventory.nouns))
        # A noun counts with its company.
        half = np.diag(self.marginal.gram)[columns:] / 2
        score = support[columns:] - half + inventory.log_odds(nouns)
        top = np.argsort(-score, kind="stable")[: self.nouns]
        # The likeliest noun stays, however unlikely: a scene has something in it.
        top = top[score[top] >= min(score[top[0]], _UNLIKELY)]
        of = np.array(sorted(set(asked)), dtype=np.int64)
        _, _, a, b = inventory.split(of)
        things = np.unique(np.concatenate([top, of[of < len(nouns)], a, b]))
        things = things[things >= 0]
        said = np.setdiff1d(inventory.said_of(top), of)
        at, values = inventory.rows(said)
        own = np.append(support[:columns], 0.0)
        gram = self.marginal.gram
        inside = np.minimum(at, columns - 1)
        square = np.einsum("fij,fi,fj->f", gram[inside[:, :, None], inside[:, None, :]], values, values)
        strength = (own[at] * values).sum(axis=1) - square / 2 + inventory.log_odds(said)
        room = max(self.candidates - len(things), 0)
        best = said[np.argsort(-strength, kind="stable")[:room]]
        return np.concatenate([things, of[of >= len(nouns)], best])

    def _prepare(
        self, numbers: Int[np.ndarray, " J"], support: Float[np.ndarray, " column"], size: int
    ) -> tuple[np.ndarray, ...]:
        """Evidence and prior of candidates, padded with facts that never hold."""
        inventory, columns, n = self.inventory, self.sharp.columns, len(numbers)
        at, values = inventory.rows(numbers)
        used, where = np.unique(np.minimum(at, columns - 1), return_inverse=True)
        starts = np.arange(0, at.size + 1, at.shape[1])
        rows = csr_array((values.reshape(-1), where.reshape(-1), starts), shape=(n, len(used)))
        inside = rows @ (rows @ self.sharp.gram[np.ix_(used, used)]).T
        evidence, odds, empty = np.zeros(size, np.float32), np.full(size, -30.0, np.float32), np.zeros(size, np.float32)
        gram, things = np.zeros((size, size), np.float32), np.full((size, 2), size, np.int32)
        evidence[:n], gram[:n, :n] = rows @ support[used], inside
        odds[:n], empty[:n] = inventory.log_odds(numbers), rows @ self._mean_scene[used]
        place = {number: k for k, number in enumerate(numbers.tolist())}
        _, _, a, b = inventory.split(numbers)
        things[:n] = [
            [place.get(x, size) if x >= 0 else size for x in pair] for pair in zip(a.tolist(), b.tolist(), strict=True)
        ]
        return evidence, gram, odds, empty, things


def log_posterior(said: Float[Array, " J"], given: _Candidates) -> Float[Array, ""]:
    """log p(y | z), up to a constant."""
    return said @ (given.evidence + given.empty + given.odds) - said @ given.gram @ said / 2


def allowed(said: Float[Array, " J"], things: Int[Array, "J 2"]) -> Array:
    """Which facts may change alone: none comes without its things, and no thing goes that something is said of."""
    there = jnp.append(said, 1.0)
    needed = jnp.zeros(len(said) + 1).at[things].add(said[:, None])[:-1]
    return jnp.where(said > 0, needed == 0, there[things].prod(axis=-1) > 0)


def climb(given: _Candidates, moves: int) -> tuple[Float[Array, " J"], Float[Array, " J"]]:
    """A scene that no change of one fact or two makes more probable, and the gradient of log p there.

    Args:
        given: candidates of one recording.
        moves: at most so many changes.
    """
    size, gram = len(given.odds), given.gram
    half, identity = jnp.diag(gram) / 2, jnp.eye(len(given.odds))

    def step(state: tuple) -> tuple:
        said, slope, count, _ = state
        sign = 1 - 2 * said
        free = sign * slope - half
        one = jnp.where(allowed(said, given.things), free, _NEVER)
        two = one[:, None] + one[None, :] - jnp.outer(sign, sign) * gram + identity * _NEVER
        best, pair = one.argmax(), two.argmax()
        alone, together = one[best], two.reshape(-1)[pair]
        first, second = identity[pair // size], identity[pair % size]
        gain, lacks = with_things(said, free, given)
        whole = gain.argmax()
        pick = jnp.array([alone, together, gain[whole]]).argmax()
        chosen = jnp.stack([identity[best], first + second, identity[whole] + lacks[whole]])[pick]
        better = jnp.maximum(jnp.maximum(alone, together), gain[whole]) > 0
        change = jnp.where(better, chosen * sign, 0.0)
        return said + change, slope - gram @ change, count + 1, better

    start = jnp.zeros(size)
    slope = given.evidence + given.empty + given.odds
    said, slope, *_ = jax.lax.while_loop(lambda s: s[3] & (s[2] < moves), step, (start, slope, 0, True))
    return said, slope


def with_things(
    said: Float[Array, " J"], free: Float[Array, " J"], given: _Candidates
) -> tuple[Float[Array, " J"], Float[Array, "J J"]]:
    """Gain of each fact that comes with the things that it lacks, and which these are.

    Args:
        said: the scene.
        free: gain of each fact alone, whatever it needs.
        given: candidates.
    """
    size, gram, everyone = len(said), given.gram, jnp.arange(len(said))
    a, b = jnp.minimum(given.things.T, size - 1)
    lacks = 1 - jnp.append(said, 1.0)[given.things.T]
    two = lacks[0] * lacks[1] * (a != b)
    without_b = jnp.where(a == b, 0.0, lacks[1])
    gain = free + lacks[0] * free[a] + without_b * free[b]
    gain -= lacks[0] * gram[everyone, a] + without_b * gram[everyone, b] + two * gram[a, b]
    rows = jnp.zeros((size, size)).at[everyone, a].add(lacks[0]).at[everyone, b].add(without_b)
    return jnp.where((said < 0.5) & (lacks.sum(axis=0) > 0), gain, _NEVER), rows


def margins(
    said: Float[Array, " J"], slope: Float[Array, " J"], given: _Candidates
) -> tuple[Float[Array, " J"], Float[Array, " J"]]:
    """Margin and toggle of every candidate, in nats, from what `climb` found."""
    size, gram = len(said), given.gram
    sign, half, own = 1 - 2 * said, jnp.diag(gram) / 2, jnp.eye(size, dtype=bool)
    needs = jnp.eye(size + 1)[given.things].sum(axis=1)[:, :size] > 0
    holds = said > 0.5
    turned = own | jnp.where(holds[:, None], needs.T & holds[None, :], needs & ~holds[None, :])
    change = turned * sign[None, :]
    moved = change @ gram
    gain = change @ slope - (moved * change).sum(axis=1) / 2
    after = sign[None, :] * (slope[None, :] - moved) - half[None, :]
    may = jax.vmap(lambda row: allowed(row, given.things))(said[None, :] + change) & ~turned
    best = gain + jnp.maximum(jnp.where(may, after, _NEVER).max(axis=1), 0.0)
    return jnp.where(holds, -best, best), jnp.where(holds, -gain, gain)


@partial(jax.jit, static_argnames="moves")
def _search(given: _Candidates, moves: int = 64) -> tuple[Array, Array]:
    def one(given: _Candidates) -> tuple[Array, Array]:
        said, slope = climb(given, moves)
        return margins(said, slope, given)

    return jax.lax.map(one, given, batch_size=8)
