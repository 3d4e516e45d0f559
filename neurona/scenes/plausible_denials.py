"""Questions as published sets ask them: what a scene shows, and as often what is plausible there but absent. Their words tell answers.

Published sets have a language model name what an image might show and does not. Its part is played by the scenes themselves: of a scene s
the fact f is denied, drawn without replacement, with probability

    p(f | s)  ~  sum over nouns n of s of #{scenes with n in which f holds},      f false of s, near something that holds there (`negatives.py`)

No scene of the contrary answer is sought for a program, unlike in `yes_no_questions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import sparse

from neurona.programs.facts import Fact
from neurona.scenes.facts import SceneFacts
from neurona.scenes.negatives import negative_kind


class Couple(NamedTuple):
    """A fact that holds in a scene, and one that is denied of the same scene; kind: of negative."""

    scene: int
    affirmed: Fact
    denied: Fact
    kind: str


def plausible_couples(
    scenes: Sequence[SceneFacts],
    allowed: Mapping[int, Callable[[Fact], bool]],
    wanted: Mapping[int, int],
    rng: np.random.Generator,
) -> Iterator[Couple]:
    """Couples of each scene that is asked about; both facts of a couple have as many arguments.

    Args:
        scenes: all of them say what goes with what.
        allowed: place of a scene that is asked about -> which facts may be.
        wanted: couples of one scene, by the number of their facts' arguments.
        rng: draws both facts.
    """
    facts = sorted({fact for scene in scenes for fact in scene.true}, key=lambda fact: (fact.name, fact.arguments))
    column = {fact: k for k, fact in enumerate(facts)}
    nouns = {fact for fact in facts if not fact.arguments}
    holds = _indicator(scenes, column)
    together = holds[:, [column[noun] for noun in facts if noun in nouns]].T @ holds
    row = {noun: k for k, noun in enumerate(noun for noun in facts if noun in nouns)}
    arity = np.array([len(fact.arguments) for fact in facts])
    for k, may in allowed.items():
        there = [row[fact] for fact in scenes[k].true if fact in nouns]
        weight = np.asarray(together[there].sum(axis=0)).ravel()
        for number, most in wanted.items():
            affirmed = [
                facts[j] for j in rng.permutation(np.flatnonzero(arity == number)) if facts[j] in scenes[k].true
            ]
            affirmed = [fact for fact in affirmed if may(fact)][:most]
            denied = ((facts[j], negative_kind(facts[j], scenes[k])) for j in _drawn(weight * (arity == number), rng))
            told = ((fact, kind) for fact, kind in denied if kind and may(fact))
            for yes, (no, kind) in zip(affirmed, told, strict=False):
                yield Couple(k, yes, no, kind)


def _indicator(scenes: Sequence[SceneFacts], column: Mapping[Fact, int]) -> sparse.csr_array:
    cells = [(k, column[fact]) for k, scene in enumerate(scenes) for fact in scene.true]
    at = np.array(cells, np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(at.shape[1]), (at[0], at[1])), shape=(len(scenes), len(column)))


def _drawn(weight: Float[np.ndarray, " fact"], rng: np.random.Generator) -> Iterator[int]:
    """Places in the order of draws without replacement (exponential keys, Efraimidis and Spirakis 2006)."""
    possible = np.flatnonzero(weight > 0)
    yield from possible[np.argsort(rng.exponential(size=len(possible)) / weight[possible])].tolist()
