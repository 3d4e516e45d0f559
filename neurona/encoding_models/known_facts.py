"""What is known of the scene behind each recording: from scene graphs where there are some, else from questions' answers.

What an answer states is said in `programs.statements`. What no answer tells is unknown, not false: its features take the value that is
expected of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from neurona.encoding_models.bindings import CONCEPT, Bindings
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.programs.statements import states
from neurona.questions import Asked, Problem


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

    def closed(self, forms: Callable[[Fact], Iterable[Fact]]) -> frozenset[Fact]:
        """What holds, in all forms."""
        return frozenset(form for fact in self.true for form in forms(fact))


def known_facts(problem: Problem, asked: Asked) -> tuple[KnownFacts, ...]:
    """What is known of the scenes that some of a problem's questions are about, in the order of their recordings."""
    rows = np.unique(asked.recording)
    if problem.facts is not None:
        scenes = [problem.facts[row] for row in rows.tolist()]
        return tuple(KnownFacts(scene.true, scene.false, scene.complete) for scene in scenes)
    return from_answers(asked, problem.vocabulary, problem.things)


def from_answers(asked: Asked, vocabulary: Vocabulary, things: frozenset[str]) -> tuple[KnownFacts, ...]:
    """What answers tell of each recording, in the order of the recordings; what one says to hold another cannot deny."""
    rows = np.unique(asked.recording)
    place = {row: k for k, row in enumerate(rows.tolist())}
    true: list[set[Fact]] = [set() for _ in rows]
    false: list[set[Fact]] = [set() for _ in rows]
    answers = asked.table.answer.to_numpy(dtype=str)
    for query, answer, row in zip(asked.queries, answers, asked.recording.tolist(), strict=True):
        said = states(query, str(answer), vocabulary, things)
        true[place[row]] |= said.true
        false[place[row]] |= said.false
    return tuple(KnownFacts(frozenset(a), frozenset(b - a)) for a, b in zip(true, false, strict=True))


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
