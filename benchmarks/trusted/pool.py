"""Do the texts of an image's questions tell their answers? Boosted trees that see no recording, on questions of the twin and on those made of labels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bars.bar import Bar, at_most, told

from neurona.datasets.dataset import Dataset
from neurona.datasets.question_audit import audit_questions
from neurona.datasets.splits import by_image
from neurona.scenes.pool import pool_audit
from neurona.scenes.questions import AS_RELEASED, BALANCED, questions_from_scenes, vocabulary_of
from neurona.simulation.ontology import make_ontology
from neurona.simulation.scenes import make_scenes
from neurona.simulation.settings import SimulationSettings
from trusted.bench import Trusted

MOST = 0.55


def pool(trusted: Trusted) -> Iterator[Bar]:
    """At most .55 of each type; with the pool as without it. Told: what texts tell where questions are denied as published sets deny them."""
    images, seeds = (400, 1) if trusted.quick else (1500, 3)
    for line in _twin(images, 0, AS_RELEASED).to_dict("records"):
        texts = f"{line['pool']:.3f} ({line['low']:.3f} to {line['high']:.3f}), the question alone {line['solo']:.3f}"
        yield told(f"pool-only, twin as released, {line['type']}", texts)
    yield from _bars("twin", pd.concat([_twin(images, seed) for seed in range(seeds)]))
    random = np.random.default_rng(0)
    words = ["bottle", "cat", "chair", "face", "house", "shoe"]
    labelled = Dataset.from_arrays(
        random.normal(size=(240, 2)), random.choice(words, 240), definitions={"animate": "face(x) | cat(x)"}
    )
    yield from _bars("labels", audit_questions(labelled).table)


def _twin(images: int, seed: int, negatives: str = BALANCED) -> pd.DataFrame:
    settings = SimulationSettings(images=images)
    scenes = make_scenes(make_ontology(settings.nouns, settings.adjectives), settings, np.random.default_rng(seed))
    parts = by_image([scene.image for scene in scenes], test=0.3, validation=0.0, seed=seed).parts
    known = [scene for scene in scenes if parts[scene.image] == "train"]
    asked = questions_from_scenes(
        scenes, vocabulary_of(known), per_scene=settings.questions, seed=seed, parts=parts, negatives=negatives
    )
    return pool_audit(asked.assign(part=asked.image.map(parts)), seed=seed).table


def _bars(name: str, table: pd.DataFrame) -> Iterator[Bar]:
    for kind, rows in table.groupby("type"):
        figures = {"seeds": len(rows), "n": int(rows.n.sum()), "solo": float(rows.solo.mean())}
        yield at_most(f"pool-only, {name}, {kind}", float(rows.pool.mean()), MOST, figures=figures)
        yield told(f"the question alone, {name}, {kind}", f"{rows.solo.mean():.3f}")
