"""SIMULATED: decoding by explaining, by kind of negative question, beside the ideal observer; and worlds a second.

    python benchmarks/explaining.py [--snr 1 --snr 0.1] [--images 2000] [--nouns 100] [--roles 1] [--answers-only] [--json FILE]

Both questions of a pair count for the pair's kind of negative. The ideal observer is told the rest of the scene; see docs/explaining.md.
"""

from __future__ import annotations

import json
import platform
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from neurona.decoders.explain import fit_explain
from neurona.decoders.problem import Asked, Problem
from neurona.encoding_models.world_scores import world_answers
from neurona.encoding_models.worlds import Worlds
from neurona.execution import Answers
from neurona.programs import parse
from neurona.recordings.parcels import group_entities
from neurona.scenes.facts import scene_facts
from neurona.scenes.names import NameTable
from neurona.simulation import Simulation, simulate
from neurona.simulation.settings import SimulationSettings

TEST_IMAGES = 400


def problem_of(made: Simulation, seed: int, answers_only: bool) -> tuple[Problem, Asked]:
    """A tenth of the training images is for validation."""
    data = made.dataset()
    ids = data.recordings.data.recording.values.astype(str).tolist()
    ideal = made.ideal_observer()["expected"].to_numpy()
    asked = Asked.of(data.questions.assign(ideal=ideal), data.vocabulary, ids)
    split = data.recordings.data.split.values.astype(str)
    held = np.zeros(len(ids), bool)
    train = np.random.default_rng(seed).permutation(np.flatnonzero(split == "train"))
    held[train[: len(train) // 10]] = True
    test, validation = split[asked.recording] == "test", held[asked.recording]
    facts = None if answers_only else tuple(scene_facts(made.scenes, NameTable.read()))
    entities = group_entities(data.recordings)
    problem = Problem(
        entities, data.vocabulary, asked.take(~test & ~validation), asked.take(validation), facts, seed, True
    )
    return problem, asked.take(test)


def right(answers: Answers, asked: Asked) -> np.ndarray:
    """Which answers are right."""
    chosen = np.where(asked.is_describe, np.asarray(answers.describe).argmax(axis=1), np.asarray(answers.yes_no) > 0)
    return chosen == asked.target


def by_kind(asked: Asked, correct: np.ndarray, prior: np.ndarray) -> list[dict[str, Any]]:
    """Accuracy, the ideal observer's, and their ratio."""
    table = asked.table.assign(correct=correct, prior=prior)
    kinds = table[table.negative != ""].set_index("pair").negative
    yes_no = ~asked.is_describe
    table["kind"] = np.where(
        yes_no, table.pair.map(kinds).fillna("unpaired") + ", " + table.type, "describe, " + table.type
    )
    found = table.groupby("kind").agg(
        questions=("correct", "size"), accuracy=("correct", "mean"), prior=("prior", "mean"), ideal=("ideal", "mean")
    )
    found["share of ideal"] = found.accuracy / found.ideal
    return found.reset_index().to_dict("records")


def questions_a_second(worlds: int = 64, things: int = 6, questions: int = 20_000) -> float:
    """Relation questions about 400 recordings on K worlds each, from parsed programs to answers."""
    rng = np.random.default_rng(0)
    concepts, relations = tuple(f"c{k}" for k in range(60)), tuple(f"r{k}" for k in range(20))
    drawn = Worlds(
        concepts,
        relations,
        np.ones((TEST_IMAGES, worlds, things), bool),
        rng.random((TEST_IMAGES, 60, worlds, things)) < 0.2,
        rng.random((TEST_IMAGES, 20, worlds, things, things)) < 0.1,
    )
    programs = [
        parse(f"exists x. c{rng.integers(60)}(x) & r{rng.integers(20)}(x, the y. c{rng.integers(60)}(y))")
        for _ in range(questions)
    ]
    about = rng.integers(TEST_IMAGES, size=questions)
    start = time.perf_counter()
    world_answers(drawn, programs, [()] * questions, about)
    return questions / (time.perf_counter() - start)


def main(
    snr: Annotated[list[float], typer.Option()] = [1.0, 0.1, 0.02],  # noqa: B006
    images: int = 2000,
    nouns: int = 100,
    adjectives: int = 20,
    roles: float = 1.0,
    seed: int = 0,
    answers_only: bool = False,
    json_path: Annotated[Path | None, typer.Option("--json")] = None,
) -> None:
    """Run, print a table for each signal-to-noise ratio, and write JSON."""
    console = Console()
    report: dict[str, Any] = {"simulated": True, "python": platform.python_version(), "runs": []}
    report["questions a second, K = 64"] = questions_a_second()
    console.print(f"SIMULATED: {report['questions a second, K = 64']:,.0f} relation questions a second on 64 worlds")
    for level in snr:
        total = images + TEST_IMAGES
        settings = SimulationSettings(
            subjects=1,
            images=total,
            snr=level,
            nouns=nouns,
            adjectives=adjectives,
            roles=roles,
            test_share=TEST_IMAGES / total,
        )
        problem, test = problem_of(simulate(settings, seed), seed, answers_only)
        start = time.perf_counter()
        decoder = fit_explain(problem)
        fitted = time.perf_counter()
        answers = decoder.answer(problem.entities.features, test)
        answered = time.perf_counter()
        rows = by_kind(test, right(answers, test), right(decoder.prior_answer(test), test))
        title = f"SIMULATED, SNR {level}, {images} training images, roles {roles}"
        table = Table(title=f"{title}; fit {fitted - start:.0f} s, answers {answered - fitted:.0f} s")
        for name in rows[0]:
            table.add_column(name)
        for row in rows:
            table.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in row.values()))
        console.print(table)
        report["runs"].append(
            {
                "snr": level,
                "images": images,
                "nouns": nouns,
                "roles": roles,
                "answers only": answers_only,
                "kinds": rows,
            }
            | {"fit s": fitted - start, "answer s": answered - fitted}
        )
    if json_path:
        json_path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
