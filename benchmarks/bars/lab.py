"""What the bars share: runs, which are made once, and decoders fitted as a run fits them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from random_programs import random_programs
from rich.console import Console

from neurona.decoders import Context, Decoder, fit
from neurona.experiments.config import Config, load_config
from neurona.experiments.runs.finished_run import Run, open_run
from neurona.experiments.runs.folds import fold_problem, folds_of
from neurona.experiments.runs.identity import data_fingerprint, digest_of
from neurona.experiments.runs.runner import run
from neurona.experiments.study import Study, chosen_questions, load_study
from neurona.programs import World, parse
from neurona.programs.facts import Fact
from neurona.programs.tree import Formula
from neurona.questions import Asked, Problem
from neurona.readings import Reading, WorldReading
from neurona.readings.joined import JoinedReading

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
DATA = Path(__file__).parents[2].parent / "shared" / "data"
QUICKSTART, PAPER = "quickstart.yaml", "neurona_iclr2026/base.yaml"
SCENES = ("decoder=explain", "decoder.supervision=scenes")
QUIET = Console(quiet=True)
LIKELY = 12
"""Nouns that half of all nouns in random programs are: the most frequent of training, so that no held-out scene chooses its questions."""


@dataclass(frozen=True)
class Lesson:
    """A decoder with what it learned from and what it is asked.

    Attributes:
        config, study: of the experiment.
        problem, test: of its first fold.
        decoder: fitted.
    """

    config: Config
    study: Study
    problem: Problem
    test: Asked
    decoder: Any

    @property
    def ids(self) -> list[str]:
        """Of all recordings."""
        return [str(name) for name in self.study.dataset.recordings.data.recording.values]

    @property
    def held_out(self) -> np.ndarray:
        """Rows of the test recordings."""
        return np.unique(self.test.recording)

    def read(self, rows: Collection[int], decoder: Decoder | None = None) -> Any:
        """What the decoder (or another one) says about some recordings."""
        chosen = np.array(list(rows), dtype=np.int64)
        ids = self.ids
        return (decoder or self.decoder).read(self.problem.entities.features[chosen], [ids[row] for row in chosen])


@dataclass
class Lab:
    """Where runs are made.

    Attributes:
        folder: of the runs; a finished one there is not made again.
        quick: small versions.
    """

    folder: Path
    quick: bool = False
    _lessons: dict[str, Lesson] = field(default_factory=dict)

    def run(self, config: str, *overrides: str) -> Run:
        """A finished run of a config in `experiments/`."""
        loaded = load_config(EXPERIMENTS / config, overrides)
        folder = self.folder / f"{loaded.name}-{digest_of(loaded, data_fingerprint(loaded))}"
        if not (folder / "metrics.json").exists():
            run(loaded, folder, QUIET)
        return open_run(folder)

    def lesson(self, config: str, *overrides: str) -> Lesson:
        """A decoder fitted to the first fold of a config."""
        loaded = load_config(EXPERIMENTS / config, overrides)
        key = digest_of(loaded, data_fingerprint(loaded))
        if key not in self._lessons:
            study = load_study(loaded, QUIET)
            ids = study.dataset.recordings.data.recording.values.astype(str).tolist()
            asked = Asked.of(chosen_questions(study), study.dataset.vocabulary, ids)
            _, problem, test = fold_problem(loaded, study, asked, folds_of(loaded, study)[0])
            decoder = fit(problem, loaded.decoder, Context(loaded.training, console=QUIET))
            self._lessons[key] = Lesson(loaded, study, problem, test, decoder)
        return self._lessons[key]

    def study(self, run_: Run) -> Study:
        """The data of a run."""
        return load_study(run_.config, QUIET)

    def quickstart(self, supervision: str = "scenes") -> Run:
        """The quickstart run of `explain`."""
        return self.run(QUICKSTART, "decoder=explain", f"decoder.supervision={supervision}")


def worlds_of(reading: Reading) -> WorldReading:
    """The one reading of worlds that a run of one fold keeps."""
    part = next(iter(reading.parts.values())) if isinstance(reading, JoinedReading) else reading
    assert isinstance(part, WorldReading)
    return part


def frequent_nouns(reading: Reading, number: int = LIKELY) -> tuple[str, ...]:
    """The nouns of most training scenes."""
    nouns = reading.things
    said = reading.ask_each([parse(f"exists x. {noun}(x)") for noun in nouns], np.zeros(len(nouns), np.int64))
    return tuple(nouns[k] for k in np.argsort(-said.prior, kind="stable")[:number])


def programs_about(reading: Reading, number: int, seed: int = 0) -> tuple[list[Formula], np.ndarray]:
    """Random programs, each about one of the recordings: their rows."""
    rng = np.random.default_rng(seed)
    programs = random_programs(rng, reading.vocabulary, number, set(reading.things), frequent_nouns(reading))
    return programs, rng.integers(len(reading.recordings), size=number)  # type: ignore[return-value]


def true_worlds(study: Study, recordings: Collection[str]) -> list[World]:
    """The scene of each recording, as the exact oracle reads it: every noun is one thing."""
    assert study.facts is not None
    image = dict(zip(study.dataset.recordings.data.recording.values.astype(str), study.dataset.images, strict=True))
    return [world_of(study.facts[image[name]].true) for name in recordings]


def world_of(facts: Collection[Fact]) -> World:
    """Things without names, and what holds of them."""
    things = {
        noun: k for k, noun in enumerate(sorted({noun for one in facts for noun in one.arguments or (one.name,)}))
    }
    said = {(one.name, tuple(things[noun] for noun in one.arguments)) for one in facts if one.arguments}
    return World(len(things), frozenset(said | {(noun, (k,)) for noun, k in things.items()}))
