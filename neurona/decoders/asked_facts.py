"""Which questions are about one fact, and which facts these are."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from neurona.decoders.problem import Asked, Problem
from neurona.encoding_models.bindings import CONCEPT, Bindings
from neurona.encoding_models.fact_questions import FactQuestions
from neurona.encoding_models.known_facts import KnownFacts, from_answers, from_scenes, told
from neurona.errors import DataError
from neurona.scenes.scene_graph import Fact


def told_by(asked: Asked, question: int) -> tuple[Fact, bool]:
    program = asked.table.program.iloc[question]
    found = told(program, "yes")
    if found is None:
        raise DataError(f"question {program!r} is not about one fact")
    return found


def of_words(asked: Asked, questions: Int[np.ndarray, " chosen"]) -> list[list[Fact]]:
    """The facts that the words of each question make."""
    return [[_fact(asked.table.program.iloc[k], word) for word in asked.words[k]] for k in questions]


def _fact(program: str, answer: str) -> Fact:
    found = told(program, answer)
    if found is None:
        raise DataError(f"question {program!r} is not about one fact")
    return found[0]


def split(
    asked: Asked, bindings: Bindings
) -> tuple[Int[np.ndarray, " one"], Int[np.ndarray, " chosen"], Int[np.ndarray, " rest"]]:
    """Questions about one fact, questions which word holds, and all others.

    An attribute without its noun is no fact of a scene: whether anything is red takes all things together.
    """
    nouns = {feature.words[0] for feature in bindings.features if feature.band == CONCEPT}
    kind = np.zeros(len(asked), np.int64)
    for k, (program, words) in enumerate(zip(asked.table.program, asked.words, strict=True)):
        fact = told(program, words[0] if words else "yes")
        if fact is None or (not fact[0].arguments and not words and fact[0].name not in nouns):
            kind[k] = 2
        elif words:
            kind[k] = 1
    return tuple(np.flatnonzero(kind == number) for number in range(3))  # type: ignore[return-value]


def known_facts(problem: Problem, asked: Asked) -> tuple[KnownFacts, ...]:
    """What is known of the scenes that questions are about, in the order of their recordings."""
    rows = np.unique(asked.recording)
    if problem.facts is not None:
        return from_scenes(problem.facts[row] for row in rows)
    return from_answers(list(asked.table.program), list(asked.table.answer), asked.recording, rows)


def fact_questions(asked: Asked, bindings: Bindings) -> FactQuestions:
    """The questions about one fact, with their right answers."""
    one, chosen, _ = split(asked, bindings)
    stated = [told_by(asked, k) for k in one.tolist()]
    holds = [bool(asked.target[k]) == yes for k, (_, yes) in zip(one, stated, strict=True)]
    return FactQuestions(
        [fact for fact, _ in stated],
        asked.recording[one],
        np.array(holds, dtype=bool),
        of_words(asked, chosen),
        asked.recording[chosen],
        asked.target[chosen],
    )
