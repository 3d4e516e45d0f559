"""What the themes of `benchmarks/asking.py` share: a run, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rich.console import Console

from neurona.experiments.config import load_config
from neurona.experiments.runs.asking import Source
from neurona.experiments.runs.finished_run import Run, open_run
from neurona.experiments.runs.runner import run

IMAGES = {True: 200, False: 2500}
"""Of which 0.4 are tested: 80 recordings quickly, else 1,000."""


@dataclass(frozen=True)
class Asked:
    """Where the run is kept, and whether it is to be quick."""

    folder: Path
    quick: bool

    @cached_property
    def run(self) -> Run:
        """SIMULATED recordings, decoded by `explain`; that of an earlier call in the same folder is taken."""
        folder = self.folder / f"asking-{IMAGES[self.quick]}"
        if not (folder / "metrics.json").exists():
            simulation = {"images": IMAGES[self.quick], "nouns": 20, "adjectives": 6, "snr": 0.3, "questions": 6}
            chosen = [f"data.simulation.{name}={value}" for name, value in simulation.items()]
            run(load_config("quickstart", [*chosen, "evaluation.test=0.4"]), folder, Console(quiet=True))
        return open_run(folder)

    @cached_property
    def source(self) -> Source:
        """Its reading, as a person asks it."""
        return Source.open(self.run.folder)
