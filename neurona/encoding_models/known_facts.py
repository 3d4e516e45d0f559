"""What is known of the scene behind each recording: from scene graphs where there are some, else from questions' answers.

An answer tells one fact, and what follows from it: whoever says that a man holds a bat has told of a man and of a bat. What no
answer tells is unknown, not false: its features take the value that is expected of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

from neurona.encoding_models.bindings import CONCEPT, Bindings
from neurona.programs import Query, parse
from neurona.programs.tree import Atom, Describe, Exists, Not, Variable
from neurona.scenes.facts import SceneFacts, fact_of
from neurona.scenes.scene_graph import Fact


@dataclass(frozen=True)
class KnownFacts:
    """Facts of one recording's scene.

    Attributes:
        true: facts that hold.
        false: facts that do not.
        complete: whether all others are false.
    """

    true: frozenset[Fact]
    false: frozenset[Fact] = frozenset()
    complete: bool = False


def implied(fact: Fact) -> tuple[Fact, ...]:
    """A fact and the things that it speaks of."""
    return (fact, *(Fact(noun) for noun in fact.arguments))


def told(program: str, answer: str) -> tuple[Fact, bool] | None:
    """The fact that an answer tells, and whether it holds; None where it tells none of its own.

    exists x. bat(x), no           -> (bat, False)
    ~(exists x. bat(x)), no        -> (bat, True)
    describe Animal, cat           -> (cat, True)
    """
    query = _parsed(program)
    if isinstance(query, Describe) and not query.terms:
        return Fact(answer), True
    if isinstance(query, Not):
        match query.body:
            case Exists(x, Atom(name, (Variable(y),))) if x == y:
                return Fact(name), answer == "no"
        return None
    fact = fact_of(program, answer)
    return None if fact is None else (fact, answer != "no")


@lru_cache(maxsize=1 << 17)
def _parsed(program: str) -> Query:
    return parse(program)


def from_answers(
    programs: Sequence[str],
    answers: Sequence[str],
    recording: Int[np.ndarray, " question"],
    rows: Int[np.ndarray, " row"],
) -> tuple[KnownFacts, ...]:
    """What the answers of training questions tell of each of the recordings `rows`."""
    place = {int(row): k for k, row in enumerate(rows)}
    true: list[set[Fact]] = [set() for _ in rows]
    false: list[set[Fact]] = [set() for _ in rows]
    for program, answer, row in zip(programs, answers, recording.tolist(), strict=True):
        found = told(program, answer)
        if found is not None:
            fact, holds = found
            if holds:
                true[place[row]].update(implied(fact))
            else:
                false[place[row]].add(fact)
    return tuple(KnownFacts(frozenset(a), frozenset(b - a)) for a, b in zip(true, false, strict=True))


def from_scenes(scenes: Iterable[SceneFacts]) -> tuple[KnownFacts, ...]:
    """What scene graphs tell."""
    return tuple(KnownFacts(scene.true, scene.false, scene.complete) for scene in scenes)


def expected_design(bindings: Bindings, known: Sequence[KnownFacts]) -> Float[np.ndarray, "scene feature"]:
    """Features of scenes, those that are unknown at their expected value.

    A concept is unknown where nothing tells of it; its expected value is the share of scenes that are known to have it. Facts of
    more words are taken as told.
    """
    design = bindings.design([facts.true for facts in known])
    open_ = np.array([not facts.complete for facts in known])
    if not open_.any():
        return design
    for column, feature in enumerate(bindings.features):
        if feature.band != CONCEPT:
            continue
        fact = Fact(feature.words[0])
        holds = design[:, column] > 0
        unknown = open_ & ~holds & np.array([fact not in facts.false for facts in known])
        # Answers are balanced: half of a fact's questions say yes whatever its rate, so what is told is the better measure.
        design[unknown, column] = holds.mean()
    return design
