"""The run directory: what a run leaves, and how it is opened again."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import jax
import pandas as pd
import xarray as xr
import yaml

from neurona.datasets.dataset import Dataset
from neurona.decoders import Grounded
from neurona.errors import DataError, OutputError
from neurona.evaluation import write_atomically
from neurona.experiments.config import load_config
from neurona.experiments.folds import Fitted
from neurona.experiments.grounding import grounding_store
from neurona.experiments.schema import Config
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


def write(folder: Path, config: Config, dataset: Dataset, predictions: pd.DataFrame) -> None:
    """Config, provenance and predictions.

    Raises:
        OutputError: a file cannot be written; those written before stay whole.
    """
    settings = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)
    path = folder / "config.yaml"
    other = path.exists() and yaml.safe_load(path.read_text(encoding="utf-8")) != config.model_dump(mode="json")
    _text(path, settings)
    if other:
        # The end of another experiment in this folder must not make this one look finished before it is.
        (folder / "metrics.json").unlink(missing_ok=True)
    _text(folder / "provenance.json", json.dumps(provenance(config, dataset), indent=1))
    write_atomically(folder / "predictions.parquet", lambda path: predictions.to_parquet(path, index=False))


def write_metrics(folder: Path, metrics: dict) -> None:
    """The file that says that a run is finished.

    Raises:
        OutputError: it cannot be written.
    """
    _text(folder / "metrics.json", json.dumps(metrics, indent=1, sort_keys=True))


def write_state(folder: Path, dataset: Dataset, fitted: Sequence[Fitted]) -> None:
    """`grounding.zarr` (what every entity of every held-out recording says of every concept), where the decoder can say so, and
    the checkpoint of its weights, where it has any.

    Raises:
        OutputError: they cannot be written.
    """
    if all(isinstance(one.decoder, Grounded) for one in fitted):
        store = grounding_store(dataset, fitted)
        _guarded(folder, lambda: store.to_zarr(folder / "grounding.zarr", mode="w", zarr_format=2, consolidated=False))
    modules = {one.fold.name: one.decoder.module for one in fitted if hasattr(one.decoder, "module")}
    if modules:
        _guarded(folder, lambda: save_checkpoint(folder / "checkpoint", modules))


def open_run(folder: Path, finished: bool = True) -> tuple[Config, xr.Dataset]:
    """Config and groundings of a run.

    Args:
        finished: refuse a run that did not come to its end, whose store may be half written.

    Raises:
        DataError: no such run, or it is unfinished or damaged.
    """
    for name in ("config.yaml", "metrics.json") if finished else ("config.yaml",):
        if not (folder / name).exists():
            raise DataError(f"{folder / name}: missing; name the directory of a finished run (see `neurona run`)")
    if not (folder / "grounding.zarr").exists():
        kind = load_config(folder / "config.yaml").decoder.kind
        raise DataError(
            f"{folder / 'grounding.zarr'}: missing, for decoder {kind!r} does not ground concepts on entities; "
            "run the experiment with another, e.g. --set decoder=linear_evidence"
        )
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
        target.write_text(text + "\n", encoding="utf-8")

    write_atomically(path, fill)


def _guarded(folder: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise OutputError(f"{folder}: writing failed ({error}); free space or choose another --out") from error
