"""Recordings that eight-bit weights are calibrated by: those that the decoder did not learn its weights from, where there are some."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from rich.console import Console

from neurona.datasets.new_recordings import new_recordings
from neurona.decoders.fitted import FittedDecoder
from neurona.decoders.fitting import held_for_validation
from neurona.errors import ConfigError
from neurona.experiments.runs.finished_run import open_run
from neurona.experiments.study import load_study
from neurona.recordings.recordings import Recordings
from neurona.stored import is_stored

MOST = 64
"""Recordings that are enough."""


def validation_of(run: Path, fitted: FittedDecoder, console: Console) -> Float[np.ndarray, "recording channel time"]:
    """Validation recordings of a run's decoder of all recordings; where it had none, some that it learned from.

    Raises:
        ConfigError: a decoder in a folder of its own, which does not say what it was fitted to.
    """
    if is_stored(run):
        raise ConfigError(
            f"{run}: a decoder alone does not tell its validation recordings; name data to calibrate on with --calibrate"
        )
    config = open_run(run).config
    dataset = load_study(config, console).dataset
    every = np.ones(dataset.recordings.n_recordings, bool)
    held = held_for_validation(np.array(dataset.images, dtype=object), every, config.evaluation.validation, config.seed)
    return _some(dataset.recordings, held if held.any() else every, fitted)


def recordings_of(
    data: Sequence[Path], fitted: FittedDecoder, console: Console
) -> Float[np.ndarray, "recording channel time"]:
    """Recordings of data that a user names.

    Raises:
        DataError: they were measured otherwise than those that the decoder was fitted to.
    """
    parts = []
    for path in data:
        recordings = new_recordings(path, fitted.conversion, console)
        parts.append(_some(recordings, np.ones(recordings.n_recordings, bool), fitted))
    return np.concatenate(parts)


def _some(
    recordings: Recordings, chosen: np.ndarray, fitted: FittedDecoder
) -> Float[np.ndarray, "recording channel time"]:
    rows = np.flatnonzero(chosen)
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(MOST, len(rows))).astype(int))]
    found: np.ndarray = fitted.entities.expected.matched(Recordings(recordings.data.isel(recording=rows))).data.values
    return found
