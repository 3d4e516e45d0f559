"""The run directory: what a run leaves; `finished_run` opens it again."""

from __future__ import annotations

import json
import logging
import platform
import subprocess
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import jax
import pandas as pd

from neurona.datasets.dataset import Dataset
from neurona.experiments.config import as_yaml
from neurona.experiments.runs.finished_run import PEERS, READING, TEXTS
from neurona.experiments.runs.folds import Fitted
from neurona.experiments.schema import Config
from neurona.files import write_atomically, write_json, write_text
from neurona.readings.joined import JoinedReading
from neurona.training import data_mesh

PACKAGES = ("neurona", "jax", "flax", "optax", "numpy", "mne", "nilearn", "scikit-learn", "pandas")

logger = logging.getLogger(__name__)


def begin(folder: Path, config: Config) -> None:
    """Write the config, before any long work: the directory is proved writable, and a run that is killed can say what it was.

    Raises:
        OutputError: it cannot be made or written.
    """
    path, settings = folder / "config.yaml", as_yaml(config)
    if path.exists() and path.read_text(encoding="utf-8") == settings:
        return
    # On a full disk this fails while what the folder holds is whole.
    new = write_text(folder / ".config.yaml", settings)
    # The end of another experiment in this folder must not make this one look finished before it is.
    (folder / "metrics.json").unlink(missing_ok=True)
    new.replace(path)


def write(
    folder: Path,
    config: Config,
    dataset: Dataset,
    fingerprint: str,
    predictions: pd.DataFrame,
    peers: pd.DataFrame | None = None,
    texts: pd.DataFrame | None = None,
) -> None:
    """Provenance and predictions: those of the decoder, of classical decoders in `peers.parquet`, and of texts alone in `texts.parquet`.

    Args:
        folder: of the run.
        config, dataset: that it was made with.
        fingerprint: of the data, see `neurona.experiments.runs.identity`.
        predictions: what it answered.
        peers: what classical decoders answered, see `neurona.experiments.runs.peers`.
        texts: what texts alone answered, see `neurona.experiments.runs.texts`.

    Raises:
        OutputError: a file cannot be written; those written before stay whole.
    """
    write_json(folder / "provenance.json", provenance(config, dataset, fingerprint))
    write_atomically(folder / "predictions.parquet", lambda path: predictions.to_parquet(path, index=False))
    for name, answers in ((PEERS, peers), (TEXTS, texts)):
        if answers is not None:
            write_atomically(folder / name, partial(answers.to_parquet, index=False))


def write_metrics(folder: Path, metrics: dict) -> None:
    """The file that says that a run is finished.

    Raises:
        OutputError: it cannot be written.
    """
    write_text(folder / "metrics.json", json.dumps(metrics, indent=1, sort_keys=True))


def write_reading(folder: Path, fitted: Sequence[Fitted]) -> None:
    """`reading/`: what the decoders say about the test recordings, a part for each fold; nothing where they have no reading, or where folds test the
    same recordings, of which their decoders say different things.

    Raises:
        OutputError: it cannot be written.
    """
    parts = {one.fold.name: one.reading for one in fitted if one.reading is not None}
    tested = [name for reading in parts.values() for name in reading.recordings]
    if len(set(tested)) < len(tested):
        logger.info("folds test the same recordings: the run keeps the decoders of its folds, and no reading")
    elif parts:
        JoinedReading(parts).save(folder / READING)


def provenance(config: Config, dataset: Dataset, fingerprint: str) -> dict:
    """Versions, commit, device, how many train together, supervision, data checksums and seed."""
    mesh = data_mesh(config.training)
    return {
        "versions": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "commit": _commit(),
        "device": str(jax.devices()[0]),
        "mesh": {"devices": 1 if mesh is None else mesh.size, "processes": jax.process_count()},
        "seed": config.seed,
        "supervision": config.decoder.supervision,
        "dataset": {
            "name": dataset.name,
            "card_version": dataset.card.version,
            "simulated": dataset.simulated,
            "fingerprint": fingerprint,
            "checksums": dict(dataset.checksums),
        },
    }


def _commit() -> str | None:
    """The checkout's commit, with + where files differ from it; None for an installed package."""
    root = Path(__file__).parents[3]
    if not (root / ".git").exists():
        return None
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
        changed = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")
