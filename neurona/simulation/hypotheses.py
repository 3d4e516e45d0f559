"""Which scenes the oracle chooses between: the true one, and the alternatives of each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int

from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.scenes.facts import fact_of
from neurona.scenes.names import NameTable
from neurona.scenes.scene_graph import SceneGraph
from neurona.simulation.alternatives import Change, Facts, change, exchanged, near_facts, worded


@dataclass(frozen=True)
class Hypotheses:
    """The alternatives of all questions about one set of scenes.

    Attributes:
        changes: of each question, from the true scene to its alternatives; none where the question has no bound here.
        scene: place of the scene of each question.
    """

    changes: tuple[tuple[Change, ...], ...]
    scene: tuple[int, ...]

    def about(self, scenes: Int[np.ndarray, " scene"], questions: Int[np.ndarray, " question"]) -> Hypotheses:
        """Of some of the questions, about some of the scenes (in ascending order), whose places are counted anew."""
        places = np.searchsorted(scenes, np.array(self.scene, np.int64)[questions])
        return Hypotheses(tuple(self.changes[k] for k in questions), tuple(places.tolist()))


def hypotheses(
    questions: pd.DataFrame, scenes: Sequence[SceneGraph], vocabulary: Vocabulary, class_of: Mapping[str, str]
) -> Hypotheses:
    """The alternatives of each question; programs of other forms than `fact_of` reads get none.

    Args:
        questions: columns image, program, answer, negative, pair.
        scenes: which the images show.
        vocabulary: with the categories.
        class_of: class of each noun.
    """
    table = NameTable.read()
    place = {scene.image: k for k, scene in enumerate(scenes)}
    at = [place[image] for image in questions["image"]]
    stated = [scene.facts for scene in scenes]
    category = {word: words for words in vocabulary.categories.values() for word in words}
    rows = list(zip(at, *(questions[name] for name in ("program", "answer", "negative", "pair")), strict=True))
    nears: dict[tuple[str, str], list[Fact]] = {}
    for scene, program, answer, kind, pair in rows:
        fact = fact_of(program, answer)
        if answer == "no" and fact is not None and kind:
            nears[pair, program] = near_facts(stated[scene], fact, kind, table, class_of)

    def alternatives(scene: Facts, program: str, answer: str, pair: str) -> list[Facts]:
        fact = fact_of(program, answer)
        if fact is None:
            return []
        if answer not in ("yes", "no"):
            return list(worded(scene, fact, category[answer], table).values())
        near = nears.get((pair, program), [])
        if answer == "no":
            return [exchanged(scene, near[0] if near else None, fact, table)]
        # A name that the scene does not have yet makes the cleanest exchange.
        fresh = [other for other in near if set(other.arguments or (other.name,)) - _nouns(scene)]
        return [exchanged(scene, fact, next(iter([*fresh, *near]), None), table)]

    return Hypotheses(
        tuple(
            tuple(change(stated[scene], other) for other in alternatives(stated[scene], program, answer, pair))
            for scene, program, answer, _, pair in rows
        ),
        tuple(at),
    )


def _nouns(scene: Facts) -> set[str]:
    return {fact.name for fact in scene if not fact.arguments}
