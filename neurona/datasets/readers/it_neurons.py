"""Neurons of monkey inferotemporal cortex, 7 objects at 3 positions (Zhang et al. 2011), as pseudo-populations.

Neurons were recorded one after another, about 20 trials of each condition each. A recording is a pseudo-trial: one trial of every neuron,
all of one condition, put together as if they had been recorded at once. Each neuron's trials of a condition are first dealt into parts,
and pseudo-trials are put together inside a part alone, so that no trial of any neuron stands in two parts: parts are what folds leave out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from annotated_types import Ge, Le
from jaxtyping import Float, Int
from rich.console import Console

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.readers import pinned
from neurona.datasets.readers.columns import described
from neurona.datasets.readers.r_files import read_r
from neurona.datasets.registry import DATASETS
from neurona.errors import DataError
from neurona.recordings.recordings import Recordings

NAME = "it_neurons_7objects"
_NEURON, _OBJECT, _POSITION = "siteID", "labels.stimulus_ID", "labels.stimulus_position"
_STEP_S = 0.05
_MS = 1e-3


@dataclass(frozen=True)
class NeuronSettings:
    """How pseudo-trials are drawn, and what of the spike rates is kept.

    Attributes:
        seed: of the draw; another seed is another pseudo-population of the same neurons.
        parts: into which each neuron's trials of each condition are dealt.
        tmin, tmax: seconds from the onset of the stimulus; bins of 150 ms that lie inside are kept.
        every: of the bins, which start every 50 ms; 3 leaves bins that do not overlap.
    """

    seed: Annotated[int, Ge(0)] = 0
    parts: Annotated[int, Ge(2), Le(19)] = 6
    tmin: float = -0.5
    tmax: float = 0.5
    every: Annotated[int, Ge(1)] = 1


def dealt(conditions: Int[np.ndarray, "neuron trial"], parts: int, seed: int) -> Int[np.ndarray, "pseudo_trial neuron"]:
    """Which trial of each neuron makes up each pseudo-trial.

    Within each neuron and condition, trials are shuffled and dealt into parts of n = floor(fewest trials / parts) trials; what is left over
    is in no pseudo-trial. The k-th pseudo-trial of a part and condition takes the k-th trial of every neuron there.

    Args:
        conditions: of each trial, 0 to C - 1; -1 where a neuron has fewer trials.
        parts: P.
        seed: of the shuffling.

    Returns:
        Places along `trial`, C x P x n rows: condition by condition, part by part.

    Raises:
        DataError: a neuron has fewer trials of a condition than there are parts.
    """
    rng = np.random.default_rng(seed)
    kinds = np.unique(conditions[conditions >= 0])
    fewest = min(int((one == kind).sum()) for one in conditions for kind in kinds)
    size = fewest // parts
    if not size:
        raise DataError(f"{NAME}: {parts} parts of {fewest} trials; choose fewer with data.settings.parts")
    rows = [
        np.stack([rng.permutation(np.flatnonzero(one == kind))[: parts * size] for one in conditions], axis=1)
        for kind in kinds
    ]
    return np.concatenate(rows)


def read(settings: NeuronSettings, path: Path | None, console: Console) -> Dataset:
    """Recordings `[pseudo-trial, 132 neurons, bin]` in spikes a second, and questions.

    Raises:
        DataError: the folder or file is missing, damaged, or another one; no bin lies in the window.
    """
    folder, card = pinned.locate(NAME, path, console), read_card(NAME)
    checksums = pinned.verified(NAME, folder)
    table = read_r(folder / next(iter(checksums)))["binned_data"]
    bins, start_s = _bins(table, settings)
    names = sorted(set(zip(table[_OBJECT].astype(str), table[_POSITION].astype(str), strict=True)))
    code = {name: k for k, name in enumerate(names)}
    table = table.assign(
        condition=[code[pair] for pair in zip(table[_OBJECT].astype(str), table[_POSITION].astype(str), strict=True)]
    )
    neurons = [rows for _, rows in table.groupby(_NEURON, sort=True)]
    most = max(map(len, neurons))
    conditions = np.stack([_padded(rows["condition"].to_numpy(), most, -1) for rows in neurons])
    rates = np.stack([_padded(rows[bins].to_numpy(np.float32) / _MS, most, np.nan) for rows in neurons])
    chosen = dealt(conditions, settings.parts, settings.seed)
    values = rates[np.arange(len(neurons)), chosen]  # [pseudo-trial, neuron, bin]
    size = len(chosen) // len(names)  # pseudo-trials of a condition
    shown = [names[row // size] for row in range(len(chosen))]
    each = size // settings.parts
    part = [f"part-{row % size // each + 1}" for row in range(len(chosen))]
    ids = [f"{part[row]}_{'_'.join(shown[row])}_{row % each + 1}" for row in range(len(chosen))]
    recordings = Recordings.make(
        values,
        ids=ids,
        channels=[f"neuron-{int(rows[_NEURON].iloc[0]):03d}" for rows in neurons],
        sampling_hz=1 / (_STEP_S * settings.every),
        start_s=start_s,
        modality="spikes",
        units="spikes/s",
        subject=["pseudo-population"] * len(ids),
        run=part,
        split=[""] * len(ids),
        label=[""] * len(ids),
    )
    columns = {"object": [one[0] for one in shown], "position": [one[1] for one in shown]}
    return described(card, recordings, shown, columns, checksums)


def _bins(table: pd.DataFrame, settings: NeuronSettings) -> tuple[list[str], float]:
    """The columns of the bins that are kept, and the middle of the first in seconds."""
    names = [str(name) for name in table.columns if str(name).startswith("time.")]
    edges = {name: [_MS * float(edge) for edge in name[5:].split("_")] for name in names}
    slack = _MS / 2
    inside = [name for name, (a, b) in edges.items() if a >= settings.tmin - slack and b <= settings.tmax + slack][
        :: settings.every
    ]
    if not inside:
        raise DataError(
            f"{NAME}: no bin of 150 ms lies between {settings.tmin} and {settings.tmax} s; bins start every 50 ms from -0.5 s"
        )
    return inside, sum(edges[inside[0]]) / 2


def _padded(values: Float[np.ndarray, "trial *bin"] | Int[np.ndarray, " trial"], length: int, fill: Any) -> np.ndarray:
    found = np.full((length, *values.shape[1:]), fill, dtype=values.dtype)
    found[: len(values)] = values
    return found


DATASETS.add(NAME, pinned.pinned_source(NAME, read, NeuronSettings))
