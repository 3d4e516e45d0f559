"""Scenes as supervision for decoders that learn from answers: every fact of a training scene as a question.

    yes: all that holds in the scene.      no: as many facts of other training scenes that do not, of the same numbers of arguments

A fact is drawn as a no as often as training scenes have it, so how often its answer is yes says little. What is unknown of a scene is not
asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from neurona.programs.facts import Fact
from neurona.questions.asked import Asked
from neurona.questions.problem import Problem
from neurona.scenes.facts import SceneFacts, program_of, restricted

TYPES = ("object", "attribute", "relation")
_TRIES = 20
"""Draws for one fact that does not hold before it is given up: in nearly every scene the first will do."""


def with_scene_questions(problem: Problem) -> Problem:
    """The problem, whose training questions also ask for every fact of the training scenes; the same where no scenes are known."""
    if problem.facts is None:
        return problem
    rows = problem.train_rows
    scenes, _ = restricted([problem.facts[row] for row in rows], problem.vocabulary)
    pool = [Counter(fact for scene in scenes for fact in scene.true if len(fact.arguments) == n) for n in range(3)]
    rng = np.random.default_rng([problem.seed, 7])
    table = pd.DataFrame(
        [
            (f"scene-{row}-{k}", str(row), program_of(fact), answer, TYPES[len(fact.arguments)])
            for row, scene in zip(rows.tolist(), scenes, strict=True)
            for k, (fact, answer) in enumerate(_questions(scene, pool, rng))
        ],
        columns=["question", "recording", "program", "answer", "type"],
    )
    made = Asked.of(table, problem.vocabulary, [str(row) for row in range(len(problem.facts))])
    return replace(problem, train=problem.train.join(made))


def _questions(scene: SceneFacts, pool: list[Counter[Fact]], rng: np.random.Generator) -> Iterator[tuple[Fact, str]]:
    """Facts that hold, and as many that do not, as far as they are known."""
    for arity, known in enumerate(pool):
        true = sorted((fact for fact in scene.true if len(fact.arguments) == arity), key=_order)
        yield from ((fact, "yes") for fact in true)
        facts = sorted(known, key=_order)
        if not facts or not true:
            continue
        weight = np.array([known[fact] for fact in facts], np.float64)
        drawn = rng.choice(len(facts), _TRIES * len(true), p=weight / weight.sum())
        false = dict.fromkeys(facts[k] for k in drawn.tolist() if scene.holds(facts[k]) is False)
        yield from ((fact, "no") for fact in list(false)[: len(true)])


def _order(fact: Fact) -> tuple[str, tuple[str, ...]]:
    return fact.name, fact.arguments
