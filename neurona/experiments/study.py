"""The data of an experiment: recordings, questions, and what is known of the scenes beside them.

A data set in a folder is read as it is. A SIMULATED one is made from the config's dials and seed, and its questions are asked
within each part of the split, so that a question alone gives nothing away (docs/questions.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool
from rich.console import Console

from neurona.datasets.dataset import Dataset
from neurona.datasets.registry import source
from neurona.datasets.splits import COMBINATIONS, Split, as_published, by_image
from neurona.errors import ConfigError, DataError, nearest_name
from neurona.experiments.schema import Config, DataConfig, EvaluationConfig
from neurona.recordings.recordings import Recordings
from neurona.scenes.answer_prior import with_answer_prior
from neurona.scenes.facts import SceneFacts, scene_facts
from neurona.scenes.names import NameTable
from neurona.scenes.questions import questions_from_scenes, vocabulary_of
from neurona.scenes.scene_graph import SceneGraph
from neurona.scenes.yaml_scenes import read_yaml
from neurona.simulation import Simulation, planted_grounding, simulate


@dataclass(frozen=True)
class Planted:
    """The truth about SIMULATED groundings: which entity carries which word.

    Attributes:
        words, entities: names.
        carried: `[word, entity]`.
    """

    words: tuple[str, ...]
    entities: tuple[str, ...]
    carried: Bool[np.ndarray, "word entity"]


@dataclass(frozen=True)
class Study:
    """What an experiment is made on.

    Attributes:
        dataset: recordings and questions; of SIMULATED test questions the column `oracle` says what the oracle reaches.
        split: which images are for what, where the config's split is one of images; None where it is of runs.
        facts: image -> what holds in its scene, where scene graphs are known.
        planted: the truth about SIMULATED groundings.
    """

    dataset: Dataset
    split: Split | None = None
    facts: Mapping[str, SceneFacts] | None = field(default=None, repr=False)
    planted: Planted | None = field(default=None, repr=False)


def load_study(config: Config, console: Console) -> Study:
    """Read or simulate the data that the config names.

    Raises:
        NeuronaError: bad data, unknown subjects, a split that the data do not allow.
    """
    if config.data.simulation is not None:
        with console.status("simulating scenes, brains and questions"):
            chosen = config.evaluation.model_dump(include={"split", "test", "validation"})
            return _simulated(config.data, EvaluationConfig(**chosen), config.seed)
    known = source(config.data.name, config.data.settings)
    dataset = _of_subjects(known.read(config.data.path, console), config.data.subjects)
    scenes = _scenes_beside(dataset)
    parts = dataset.recordings.data.split.values.astype(str)
    published = dict(zip(dataset.images, map(str, parts), strict=True))
    return Study(dataset, _split(config.evaluation, config.seed, dataset.name, published, scenes), _facts(scenes))


@lru_cache(maxsize=1)
def _simulated(data: DataConfig, chosen: EvaluationConfig, seed: int) -> Study:
    """Kept, for the runs of a sweep that share their data."""
    settings = data.simulation
    assert settings is not None
    # Questions are asked below, part by part of the config's split.
    simulation = simulate(replace(settings, questions=0), seed)
    published = dict(zip(_images(simulation), simulation.parts, strict=True))
    split = _split(chosen, seed, "simulated data", published, simulation.scenes)
    parts = dict(split.parts) if split else published
    known = [scene for scene in simulation.scenes if parts.get(scene.image) == "train"]
    questions = questions_from_scenes(
        simulation.scenes,
        vocabulary_of(known),
        per_scene=settings.questions,
        seed=seed,
        parts=parts,
        held=split.held if split else (),
        negatives=settings.negatives,
    )
    questions = with_answer_prior(questions, settings.answer_prior, seed)
    tested = questions[questions.image.map(parts) == "test"] if split else questions
    asked = simulation.asking(questions).dataset()
    oracle = simulation.asking(tested).oracle().set_index("question").expected
    dataset = replace(asked, questions=asked.questions.assign(oracle=asked.questions.question.map(oracle)))
    words = (*dataset.vocabulary.concepts, *dataset.vocabulary.relations)
    carried = planted_grounding(simulation.truth.patterns, words)
    truth = Planted(words, tuple(simulation.brain.parcels), carried)
    return Study(_of_subjects(dataset, data.subjects), split, _facts(simulation.scenes), truth)


def _images(simulation: Simulation) -> list[str]:
    return [scene.image for scene in simulation.scenes]


def _facts(scenes: tuple[SceneGraph, ...] | None) -> dict[str, SceneFacts] | None:
    return {facts.image: facts for facts in scene_facts(scenes, NameTable.read())} if scenes else None


def _scenes_beside(dataset: Dataset) -> tuple[SceneGraph, ...] | None:
    """The scene graphs in the folder `truth` of a SIMULATED data set."""
    if dataset.truth is None or not (dataset.truth / "scenes.yaml").is_file():
        return None
    return read_yaml(dataset.truth / "scenes.yaml")


def _of_subjects(dataset: Dataset, subjects: tuple[str, ...] | None) -> Dataset:
    if subjects is None:
        return dataset
    data = dataset.recordings.data
    of = data.subject.values.astype(str)
    for name in subjects:
        if name not in of:
            raise DataError(f"data.subjects: no subject {name!r} in {dataset.name}{nearest_name(name, set(of))}")
    kept = data.isel(recording=np.isin(of, subjects))
    questions = dataset.questions[dataset.questions.recording.isin(kept.recording.values)]
    return replace(dataset, recordings=Recordings(kept), questions=questions.reset_index(drop=True))


def _split(
    chosen: EvaluationConfig,
    seed: int,
    dataset: str,
    published: Mapping[str, str],
    scenes: tuple[SceneGraph, ...] | None,
) -> Split | None:
    """The chosen split of the images; None where runs, sessions or subjects are held out of images that are not split.

    Args:
        published: image -> its published part, empty where there is none.
    """
    if chosen.split in COMBINATIONS:
        if scenes is None:
            raise ConfigError(
                f"evaluation.split {chosen.split}: {dataset} comes without scene graphs, which say what is unseen; "
                "use a data set that has them, or another split"
            )
        return COMBINATIONS[chosen.split](scenes, test=chosen.test, validation=chosen.validation, seed=seed)
    if chosen.split == "image":
        return by_image(list(published), test=chosen.test, validation=chosen.validation, seed=seed)
    if set(published.values()) == {"train", "test"} and chosen.split in ("published", "subject"):
        return as_published(published, validation=chosen.validation, seed=seed)
    if chosen.split == "published":
        raise ConfigError(f"evaluation.split: {dataset} has no published split; use leave_one_run_out")
    return None


def chosen_questions(study: Study) -> pd.DataFrame:
    """The questions with the image that each is about, and the subject, the session (where known) and the run of its recording."""
    data = study.dataset.recordings.data
    known: dict[str, Any] = {"image": study.dataset.images}
    known |= {name: data[name].values for name in ("subject", "session", "run") if name in data.coords}
    of_recording = pd.DataFrame(known, index=data.recording.values.astype(str), dtype=str)
    of_question = of_recording.reindex(study.dataset.questions.recording.astype(str))
    return study.dataset.questions.assign(**{name: of_question[name].to_numpy() for name in known})
