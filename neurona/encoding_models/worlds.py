"""Possible worlds: scene graphs drawn from the posterior by Gibbs sampling, all recordings and chains at once in JAX.

A world says of each candidate fact f whether it holds, y_f. Attributes and relations need their things: what holds is
y_f y_a y_b, so that a thing that goes takes with it what is said of it, and a thing that comes brings it back.

    log p(y | z) = u's - u'Gu / 2 + sum_f y_f logit p_f + sum_ab y_a y_b J_ab,      u = sum_f (holds_f - rate_f) row_f

with row_f the features of f, s and G as in `inversion`, p_f the rate of f among training scenes that have its things, and J the
log lift of two things that go together, halved. The candidates of a recording are the facts of highest evidence and rate; others
are held at their rates. Each chain gives one world, its last; split R-hat of log p over the chains' second halves tells
whether they have mixed (A. Gelman et al. 2013, Bayesian Data Analysis, 11.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int
from scipy.sparse import csr_array

from neurona.encoding_models.alternatives import Alternatives
from neurona.encoding_models.bindings import Bindings
from neurona.encoding_models.known_facts import KnownFacts
from neurona.scenes.scene_graph import Fact


class Worlds(NamedTuple):
    """K worlds of each recording; things first, in as many slots as the largest world needs.

    Attributes:
        concepts, relations: names, in the order of the arrays.
        present: which slots hold a thing; at least one does.
        unary: which concepts hold of each thing.
        pairs: which relations hold of each two things (subject, object).
    """

    concepts: tuple[str, ...]
    relations: tuple[str, ...]
    present: Bool[np.ndarray, "recording world thing"]
    unary: Bool[np.ndarray, "recording concept world thing"]
    pairs: Bool[np.ndarray, "recording relation world thing thing"]


def worlds_of(
    facts: Sequence[Sequence[Sequence[Fact]]], concepts: tuple[str, ...], relations: tuple[str, ...]
) -> Worlds:
    """Worlds from the facts that hold in each: `facts[recording][world]`; every noun is one thing."""
    nouns = [
        [sorted({noun for fact in world for noun in (fact.arguments or (fact.name,))}) for world in row]
        for row in facts
    ]
    most = max((len(things) for row in nouns for things in row), default=1) or 1
    shape = (len(facts), len(facts[0]) if facts else 1)
    present = np.zeros((*shape, most), bool)
    present[:, :, 0] = True
    unary = np.zeros((shape[0], len(concepts), shape[1], most), bool)
    pairs = np.zeros((shape[0], len(relations), shape[1], most, most), bool)
    of_concept = {name: k for k, name in enumerate(concepts)}
    of_relation = {name: k for k, name in enumerate(relations)}
    for n, row in enumerate(facts):
        for w, world in enumerate(row):
            place = {noun: k for k, noun in enumerate(nouns[n][w])}
            present[n, w, : len(place)] = True
            for noun, k in place.items():
                if noun in of_concept:
                    unary[n, of_concept[noun], w, k] = True
            for fact in world:
                match fact.arguments:
                    case (noun,) if fact.name in of_concept:
                        unary[n, of_concept[fact.name], w, place[noun]] = True
                    case (a, b) if fact.name in of_relation:
                        pairs[n, of_relation[fact.name], w, place[a], place[b]] = True
    return Worlds(concepts, relations, present, unary, pairs)


class Drawn(NamedTuple):
    """Worlds, equally probable, and how well the chains have mixed."""

    worlds: Worlds
    diagnostics: dict[str, float]


@dataclass(frozen=True)
class WorldSampler:
    """Draws worlds.

    Attributes:
        facts: the facts that training scenes had, one form of each.
        rate: how often each occurs.
        together: share of training scenes that have two nouns.
        nouns: of `together`.
        concepts, relations: names for the worlds.
    """

    facts: tuple[Fact, ...]
    rate: Float[np.ndarray, " fact"]
    together: Float[np.ndarray, "noun noun"]
    nouns: tuple[str, ...]
    concepts: tuple[str, ...]
    relations: tuple[str, ...]

    @classmethod
    def of(
        cls, bindings: Bindings, known: Sequence[KnownFacts], concepts: tuple[str, ...], relations: tuple[str, ...]
    ) -> WorldSampler:
        """Rates of facts and company of nouns in the training scenes."""
        stated = [{bindings.canonical(fact) for fact in facts.true} for facts in known]
        facts = tuple(sorted(set().union(*stated), key=lambda fact: (len(fact.arguments), fact.name, fact.arguments)))
        count = dict.fromkeys(facts, 0)
        nouns = tuple(fact.name for fact in facts if not fact.arguments)
        there = np.zeros((len(stated), len(nouns)), np.float32)
        place = {noun: k for k, noun in enumerate(nouns)}
        for k, scene in enumerate(stated):
            for fact in scene:
                count[fact] += 1
                if not fact.arguments:
                    there[k, place[fact.name]] = 1
        rate = np.array([count[fact] for fact in facts]) / len(stated)
        return cls(facts, rate, there.T @ there / len(stated), nouns, concepts, relations)

    def draw(
        self,
        alternatives: Alternatives,
        support: Float[np.ndarray, "recording column"],
        *,
        worlds: int,
        sweeps: int,
        candidates: int,
        seed: int,
    ) -> Drawn:
        """Draw worlds for some recordings.

        Args:
            alternatives: features and their evidence.
            support: s of the recordings.
            worlds: K, chains and worlds of each recording.
            sweeps: of every chain.
            candidates: facts that are considered.
            seed: of the draws.
        """
        chosen = [self._candidates(alternatives, row, candidates) for row in support]
        size = max(len(part) for part in chosen)
        parts = [self._problem(alternatives, part, row, size) for part, row in zip(chosen, support, strict=True)]
        stacked = jax.tree.map(lambda *leaves: jnp.asarray(np.stack(leaves)), *parts)
        keys = jax.random.split(jax.random.key(seed), len(parts))
        holds, trace = jax.device_get(_sample(stacked, keys, worlds, sweeps, max(1, candidates // 3)))
        facts = [
            [[self.facts[place] for place, yes in zip(part, world, strict=False) if yes] for world in row]
            for part, row in zip(chosen, holds, strict=True)
        ]
        closed = [
            [[form for fact in world for form in alternatives.bindings.forms(fact)] for world in row] for row in facts
        ]
        rhat = split_rhat(np.asarray(trace))
        diagnostics = {"largest split R-hat": float(rhat.max()), "share not mixed": float((rhat > 1.1).mean())}
        return Drawn(worlds_of(closed, self.concepts, self.relations), diagnostics)

    def _candidates(self, alternatives: Alternatives, support: Float[np.ndarray, " column"], most: int) -> list[int]:
        """Nouns first: a third of the room; then what may be said of them."""
        nouns = len(self.nouns)
        company = (
            support[alternatives.inversion.columns :] if len(support) > alternatives.inversion.columns else support[:0]
        )
        places = [alternatives.concepts.get(noun) for noun in self.nouns]
        evidence = np.array([0.0 if k is None else float(company[k]) for k in places])
        score = evidence + np.log(self.rate[:nouns] + 1e-6)
        kept = np.argsort(-score, kind="stable")[: max(1, min(nouns, most // 3))].tolist()
        there = {self.nouns[k] for k in kept}
        said = [k for k in range(nouns, len(self.facts)) if there.issuperset(self.facts[k].arguments)]
        strength = [
            sum(support[column] * value for column, value in alternatives.bindings.row(self.facts[k]).items())
            + np.log(self.rate[k])
            for k in said
        ]
        order = np.argsort(-np.array(strength), kind="stable").astype(int).tolist()[: most - len(kept)]
        return [*kept, *(said[k] for k in order)]

    def _problem(
        self, alternatives: Alternatives, chosen: list[int], support: Float[np.ndarray, " column"], size: int
    ) -> _Candidates:
        """Evidence and prior of one recording's candidates, padded with facts that never hold."""
        n = len(chosen)
        every = alternatives.bindings.rows([self.facts[k] for k in chosen])
        used, place_of = np.unique(every.indices, return_inverse=True)
        rows = csr_array((every.data, place_of, every.indptr), shape=(n, len(used)))
        gram = rows @ (rows @ alternatives.inversion.gram[np.ix_(used, used)]).T
        at = {self.facts[k].name: place for place, k in enumerate(chosen) if not self.facts[k].arguments}
        parents = np.full((size, 2), size)
        given, coupling = self.rate[chosen].copy(), np.zeros((size, size))
        index = {noun: k for k, noun in enumerate(self.nouns)}
        for place, k in enumerate(chosen):
            nouns = self.facts[k].arguments
            if nouns:
                parents[place, : len(nouns)] = [at[noun] for noun in nouns]
                given[place] /= max(self.together[index[nouns[0]], index[nouns[-1]]], 1e-9)
        for a, place in at.items():
            for b, other in at.items():
                if a != b:
                    i, j = index[a], index[b]
                    expected = self.together[i, i] * self.together[j, j]
                    lift = (self.together[i, j] + 0.01 * expected + 1e-5) / (1.01 * expected + 1e-5)
                    coupling[place, other] = np.log(lift) / 2
        given = np.clip(given, 1e-4, 0.9)
        prior = np.full(size, -30.0)
        prior[:n] = np.log(given / (1 - given))
        rate = np.zeros(size)
        rate[:n] = self.rate[chosen]
        evidence = np.zeros(size)
        evidence[:n] = rows @ support[used]
        full = np.zeros((size, size))
        full[:n, :n] = gram
        numbers = [jnp.asarray(part, jnp.float32) for part in (evidence, full, prior, coupling, rate)]
        return _Candidates._make([*numbers, jnp.asarray(parents, jnp.int32)])


class _Candidates(NamedTuple):
    """What the sampler needs of one recording; `parents` are the things of each fact, J where there is none."""

    evidence: Float[Array, "*n J"]
    gram: Float[Array, "*n J J"]
    prior: Float[Array, "*n J"]
    coupling: Float[Array, "*n J J"]
    rate: Float[Array, "*n J"]
    parents: Int[Array, "*n J 2"]


def holding(said: Float[Array, " J"], parents: Int[Array, "J 2"]) -> Float[Array, " J"]:
    """What holds: what is said, of things that are there."""
    there = jnp.append(said, 1.0)
    return said * there[parents[:, 0]] * there[parents[:, 1]]


def log_posterior(said: Float[Array, " J"], given: _Candidates) -> Float[Array, ""]:
    """log p(y | z), up to a constant."""
    u = holding(said, given.parents) - given.rate
    likelihood = u @ given.evidence - u @ given.gram @ u / 2
    return likelihood + said @ given.prior + said @ given.coupling @ said / 2


@partial(jax.jit, static_argnums=(2, 3, 4))
def _sample(
    given: _Candidates, keys: Array, chains: int, sweeps: int, things: int | None = None
) -> tuple[Array, Array]:
    """What holds at the end of each chain, and log p after every sweep of the second halves.

    Only the first `things` candidates have others that need them; all may where it is None.
    """

    def sweep(said: Array, key: Array, one: _Candidates) -> tuple[Array, Array]:
        uniform = jax.random.uniform(key, said.shape)
        # What is left of the evidence, s - G u, is kept, and changed by what changes.
        left = one.evidence - one.gram @ (holding(said, one.parents) - one.rate)

        def drawn(j: Array, gain: Array) -> Array:
            return jnp.where(uniform[j] < jax.nn.sigmoid(gain + one.prior[j]), 1.0, 0.0)

        def thing(j: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
            """A fact that others need: they come and go with it."""
            said, left = state
            with_it = holding(said.at[j].set(1.0), one.parents) - holding(said.at[j].set(0.0), one.parents)
            along = one.gram @ with_it
            gain = with_it @ left + (said[j] - 0.5) * (with_it @ along) + one.coupling[j] @ said
            new = drawn(j, gain)
            return said.at[j].set(new), left - (new - said[j]) * along

        def fact(j: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
            """A fact that nothing else needs."""
            said, left = state
            there = jnp.append(said, 1.0)[one.parents[j]].prod()
            new = drawn(j, there * (left[j] + (said[j] - 0.5) * one.gram[j, j]))
            return said.at[j].set(new), left - there * (new - said[j]) * one.gram[j]

        first = len(said) if things is None else min(things, len(said))
        state = jax.lax.fori_loop(0, first, thing, (said, left))
        said, _ = jax.lax.fori_loop(first, len(said), fact, state)
        return said, log_posterior(said, one)

    def chain(key: Array, one: _Candidates) -> tuple[Array, Array]:
        first, rest = jax.random.split(key)
        start = (jax.random.uniform(first, one.prior.shape) < jax.nn.sigmoid(one.prior)).astype(jnp.float32)
        said, trace = jax.lax.scan(lambda s, k: sweep(s, k, one), start, jax.random.split(rest, sweeps))
        return holding(said, one.parents) > 0.5, trace[sweeps // 2 :]

    def recording(row: tuple[_Candidates, Array]) -> tuple[Array, Array]:
        one, key = row
        return jax.vmap(lambda k: chain(k, one))(jax.random.split(key, chains))

    return jax.lax.map(recording, (given, keys))


def split_rhat(trace: Float[np.ndarray, "recording chain sweep"]) -> Float[np.ndarray, " recording"]:
    """Split R-hat: square root of total over within-chain variance, each chain cut in two."""
    half = trace.shape[2] // 2
    if half < 2:
        return np.full(len(trace), np.nan)
    parts = np.concatenate([trace[:, :, :half], trace[:, :, half : 2 * half]], axis=1).astype(np.float64)
    within = parts.var(axis=2, ddof=1).mean(axis=1)
    between = parts.mean(axis=2).var(axis=1, ddof=1)
    return np.sqrt((half - 1) / half + between / np.maximum(within, 1e-12))
