"""The run directory: what a run leaves, and how it is opened again."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import pandas as pd

from neurona.datasets.dataset import Dataset
from neurona.errors import DataError
from neurona.experiments.config import as_yaml, load_config
from neurona.experiments.folds import Fitted
from neurona.experiments.schema import Config
from neurona.files import write_atomically
from neurona.readings import Reading, open_reading
from neurona.readings.files import MANIFEST
from neurona.readings.joined import JoinedReading

READING = "reading"
"""Folder of the reading in a run directory."""

PACKAGES = ("neurona", "jax", "flax", "optax", "numpy", "mne", "nilearn", "scikit-learn", "pandas")


def folder_of(config: Config) -> Path:
    """The run directory, `runs/NAME/DIGEST`, where none is chosen."""
    return Path("runs") / config.name / config.digest()


def begin(folder: Path, config: Config) -> None:
    """Write the config, before any long work: the directory is proved writable, and a run that is killed can say what it was.

    Raises:
        OutputError: it cannot be made or written.
    """
    path, settings = folder / "config.yaml", as_yaml(config)
    if path.exists() and path.read_text(encoding="utf-8") != settings:
        # The end of another experiment in this folder must not make this one look finished before it is.
        (folder / "metrics.json").unlink(missing_ok=True)
    _text(path, settings)


def write(folder: Path, config: Config, dataset: Dataset, predictions: pd.DataFrame) -> None:
    """Provenance and predictions.

    Raises:
        OutputError: a file cannot be written; those written before stay whole.
    """
    _text(folder / "provenance.json", json.dumps(provenance(config, dataset), indent=1))
    write_atomically(folder / "predictions.parquet", lambda path: predictions.to_parquet(path, index=False))


def write_metrics(folder: Path, metrics: dict) -> None:
    """The file that says that a run is finished.

    Raises:
        OutputError: it cannot be written.
    """
    _text(folder / "metrics.json", json.dumps(metrics, indent=1, sort_keys=True))


def write_reading(folder: Path, fitted: Sequence[Fitted]) -> None:
    """`reading/`: what the decoders say about the test recordings, a sub-folder for each fold; nothing where they have no reading.

    Raises:
        OutputError: it cannot be written.
    """
    parts = {one.fold.name: one.reading for one in fitted if one.reading is not None}
    if parts:
        JoinedReading(parts).save(folder / READING)


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        folder: its directory.
        config: of the experiment.
    """

    folder: Path
    config: Config

    @cached_property
    def reading(self) -> Reading:
        """What its decoders say about the recordings that were held out of their training: what the run's answers were read from.

        Raises:
            DataError: the decoder has no reading, or it is damaged.
        """
        if not (self.folder / READING).is_dir():
            raise DataError(
                f"{self.folder / READING}: missing, for decoder {self.config.decoder.kind!r} answers questions and has no reading; "
                "run the experiment with another, e.g. --set decoder=explain"
            )
        return open_reading(self.folder / READING)

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """The test questions with their answers."""
        return pd.read_parquet(self.folder / "predictions.parquet")

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """What `neurona.experiments.runner.run` returned."""
        found: dict[str, Any] = json.loads((self.folder / "metrics.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Versions, commit, device, data and their checksums; see `provenance`."""
        found: dict[str, Any] = json.loads((self.folder / "provenance.json").read_text(encoding="utf-8"))
        return found


def open_run(folder: str | Path) -> Run:
    """Open the directory of a finished run.

    Raises:
        DataError: no such run, or it did not come to its end.
    """
    folder = Path(folder)
    for name in ("config.yaml", "metrics.json"):
        if not (folder / name).exists():
            raise DataError(f"{folder / name}: missing; name the directory of a finished run (see `neurona run`)")
    return Run(folder, load_config(folder / "config.yaml"))


def reading_of(folder: str | Path) -> Reading:
    """The reading of a finished run, or one in a folder of its own.

    Raises:
        DataError: neither.
    """
    return open_reading(folder) if (Path(folder) / MANIFEST).is_file() else open_run(folder).reading


def provenance(config: Config, dataset: Dataset) -> dict:
    """Versions, commit, device, supervision, data checksums and seed."""
    return {
        "versions": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "commit": _commit(),
        "device": str(jax.devices()[0]),
        "seed": config.seed,
        "supervision": config.decoder.supervision,
        "dataset": {
            "name": dataset.name,
            "card_version": dataset.card.version,
            "simulated": dataset.simulated,
            "checksums": dict(dataset.checksums),
        },
    }


def _commit() -> str | None:
    """The checkout's commit, with + where files differ from it; None for an installed package."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
        changed = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def _text(path: Path, text: str) -> None:
    def fill(target: Path) -> None:
        target.write_text(text.rstrip("\n") + "\n", encoding="utf-8")

    write_atomically(path, fill)
