"""Confounds of fMRI runs: head motion, tissue signals and the like, to be regressed out.

A confound is named by its column, or, for the files of fMRIPrep, by a strategy of nilearn's load_confounds
(https://nilearn.github.io/stable/modules/generated/nilearn.interfaces.fmriprep.load_confounds.html) such as `motion`.
Volumes that a strategy censors (`scrub`, `non_steady_state`) become regressors of a single 1, which takes them out
of a least-squares fit just as deleting them would, and keeps the time axis whole.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from nilearn.interfaces.fmriprep import load_confounds

from neurona.errors import DataError, nearest_name
from neurona.recordings.text_tables import TextTable, read_text_table

STRATEGIES = ("motion", "high_pass", "wm_csf", "global_signal", "compcor", "ica_aroma", "scrub", "non_steady_state")
"""Words that nilearn understands."""


def read_confounds(bold: Path, table: Path | None, wanted: Sequence[str], volumes: int) -> pd.DataFrame:
    """The wanted confounds of one run, centred, a row a volume.

    Args:
        bold: the run's image, beside which fMRIPrep's confounds lie.
        table: the run's confounds file.
        wanted: columns of the file, and, where it is fMRIPrep's, strategies of nilearn.
        volumes: of the run.

    Returns:
        `[volume, confound]`; no column when nothing is wanted.

    Raises:
        DataError: no file, no such column, a wrong number of rows, or a value that is missing other than in the first
            row (where a temporal derivative has none and counts as 0).
    """
    if not wanted:
        return pd.DataFrame(index=range(volumes))
    if table is None:
        raise DataError(
            f"{bold}: no confounds file (desc-confounds_timeseries.tsv) of this run found, but {', '.join(wanted)} "
            "wanted; name the derivatives folder that holds it, or ask for no confounds"
        )
    known = read_text_table(table)
    if len(known) != volumes:
        raise DataError(f"{table}: {len(known)} rows, but {bold.name} has {volumes} volumes; expected a row a volume")
    fmriprep = "desc-confounds" in table.name
    strategies = [word for word in wanted if fmriprep and word in STRATEGIES]
    named = [word for word in wanted if word not in strategies]
    for name in named:
        if name not in known:
            raise DataError(
                f"{table}: no column {name!r}{nearest_name(name, [*known.columns, *(STRATEGIES if fmriprep else ())])}"
            )
    parts = [pd.DataFrame({name: _centred(known, name) for name in named}, index=range(volumes))]
    if strategies:
        parts.append(_by_strategy(bold, table, strategies, volumes))
    return pd.concat(parts, axis=1)


def _centred(table: TextTable, name: str) -> Float[np.ndarray, " volume"]:
    numbers = table.numbers(name)
    numbers[:1] = np.nan_to_num(numbers[:1])
    missing = np.flatnonzero(np.isnan(numbers))
    if len(missing):
        raise table.fault(int(missing[0]), name, "a number; repair the file or leave the column out")
    return numbers - numbers.mean()


def _by_strategy(bold: Path, table: Path, strategies: list[str], volumes: int) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded, kept = load_confounds(str(bold), strategy=strategies)
    except Exception as error:  # nilearn raises many kinds for a file that lacks a strategy's columns
        raise DataError(f"{table}: nilearn's strategies {', '.join(strategies)} cannot be applied ({error})") from error
    censored = np.setdiff1d(np.arange(volumes), np.arange(volumes) if kept is None else kept)
    spikes = pd.DataFrame(np.eye(volumes)[:, censored], columns=[f"censored_{volume}" for volume in censored])
    return pd.concat([loaded.reset_index(drop=True), spikes], axis=1)
