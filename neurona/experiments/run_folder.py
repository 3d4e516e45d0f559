"""The run directory: what a run leaves, and how it is opened again."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import jax
import numpy as np
import pandas as pd
import xarray as xr
import yaml

from neurona.datasets.dataset import Dataset, plain_vocabulary
from neurona.errors import DataError, OutputError
from neurona.evaluation import write_atomically
from neurona.experiments.config import Config, load_config
from neurona.experiments.fold import Fold
from neurona.training.checkpoint import save_checkpoint

PACKAGES = ("neurona", "jax", "flax", "optax", "numpy", "mne", "nilearn", "scikit-learn", "pandas")


def prepare(config: Config, out: Path | None) -> Path:
    """The run directory, `runs/NAME/HASH` unless chosen, proved writable.

    Raises:
        OutputError: it cannot be made or written.
    """
    folder = out or Path("runs") / config.name / config.digest()
    probe = write_atomically(folder / ".writable", lambda path: None)
    probe.unlink()
    return folder


def write(folder: Path, config: Config, dataset: Dataset, metrics: dict, predictions: pd.DataFrame) -> None:
    """Config, provenance, metrics and predictions.

    Raises:
        OutputError: a file cannot be written; those written before stay whole.
    """
    settings = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)
    _text(folder / "config.yaml", settings)
    _text(folder / "metrics.json", json.dumps(metrics, indent=1, sort_keys=True))
    _text(folder / "provenance.json", json.dumps(provenance(config, dataset), indent=1))
    write_atomically(folder / "predictions.parquet", lambda path: predictions.to_parquet(path, index=False))


def write_state(folder: Path, dataset: Dataset, folds: Mapping[str, Fold], masks: Mapping[str, np.ndarray]) -> None:
    """`grounding.zarr` (what every entity of every held-out recording says of every concept) and the checkpoint.

    Raises:
        OutputError: they cannot be written.
    """
    store = _grounding(dataset, folds, masks)
    _guarded(folder, lambda: store.to_zarr(folder / "grounding.zarr", mode="w", zarr_format=2, consolidated=False))
    _guarded(folder, lambda: save_checkpoint(folder / "checkpoint", {k: fold.decoder for k, fold in folds.items()}))


def open_run(folder: Path) -> tuple[Config, xr.Dataset]:
    """Config and groundings of a finished run.

    Raises:
        DataError: no such run, or it is unfinished or damaged.
    """
    for name in ("config.yaml", "grounding.zarr"):
        if not (folder / name).exists():
            raise DataError(f"{folder / name}: missing; name the directory of a finished run (see `neurona run`)")
    try:
        with xr.open_zarr(folder / "grounding.zarr", consolidated=False) as store:
            return load_config(folder / "config.yaml"), store.load()
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise DataError(f"{folder / 'grounding.zarr'}: cannot be read ({error}); run the experiment again") from error


def provenance(config: Config, dataset: Dataset) -> dict:
    """Versions, commit, device, data checksums and seed."""
    return {
        "versions": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "commit": _commit(),
        "device": str(jax.devices()[0]),
        "seed": config.seed,
        "dataset": {"name": dataset.name, "card_version": dataset.card.version, "checksums": dict(dataset.checksums)},
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


def _grounding(dataset: Dataset, folds: Mapping[str, Fold], masks: Mapping[str, np.ndarray]) -> xr.Dataset:
    ids = dataset.recordings.data.recording.values.astype(str)
    concepts = list(dataset.vocabulary.concepts)
    size = max(len(fold.entities.names) for fold in folds.values())
    evidence = np.zeros((len(ids), size, len(concepts)), np.float32)
    bias = np.zeros((len(ids), len(concepts)), np.float32)
    position = np.full((len(ids), size, 3), np.nan, np.float32)
    fold_of = np.full(len(ids), "", dtype=object)
    for name, fold in folds.items():
        rows, entities = np.flatnonzero(masks[name]), fold.entities
        shares = fold.decoder.evidence(
            jax.numpy.asarray(entities.features[rows]),
            jax.numpy.asarray(entities.entity_of_feature),
            len(entities.names),
        )
        evidence[rows, : len(entities.names)] = np.asarray(shares)
        bias[rows] = np.asarray(fold.decoder.bias[...])
        fold_of[rows] = name
        if entities.positions is not None:
            position[rows, : len(entities.names)] = entities.positions
    answered = fold_of != ""
    longest = max((fold.entities.names for fold in folds.values()), key=len)
    return xr.Dataset(
        {
            "evidence": (("recording", "entity", "concept"), evidence[answered]),
            "bias": (("recording", "concept"), bias[answered]),
            "position": (("recording", "entity", "axis"), position[answered]),
            "fold": ("recording", fold_of[answered].astype(str)),
        },
        coords={"recording": ids[answered], "entity": list(longest), "concept": concepts, "axis": list("xyz")},
        attrs={
            "simulated": int(dataset.recordings.data.attrs["simulated"]),
            "dataset": dataset.name,
            "vocabulary": json.dumps(plain_vocabulary(dataset.vocabulary)),
        },
    )


def _text(path: Path, text: str) -> None:
    def fill(target: Path) -> None:
        target.write_text(text + "\n", encoding="utf-8")

    write_atomically(path, fill)


def _guarded(folder: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise OutputError(f"{folder}: writing failed ({error}); free space or choose another --out") from error
