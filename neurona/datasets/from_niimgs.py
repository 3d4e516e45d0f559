"""Brain images as nilearn takes them -> a data set; see `Dataset.from_niimgs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pandas as pd
from jaxtyping import Float
from nilearn.image import check_niimg
from nilearn.maskers import NiftiMasker

from neurona.datasets.dataset import Dataset
from neurona.datasets.from_arrays import labelled
from neurona.datasets.labels import Missing
from neurona.errors import DataError, nearest_name
from neurona.recordings.events import check_apart, check_events
from neurona.recordings.fmri_betas import KINDS, Betas
from neurona.recordings.fmri_windows import Windows, voxel_names
from neurona.recordings.recordings import Recordings

_EVENTS = ("onset", "duration", "trial_type")


def from_niimgs(
    imgs: Any,
    labels: Any = None,
    masker: Any = None,
    *,
    events: Any = None,
    confounds: Sequence[pd.DataFrame] | None = None,
    method: str | Betas | Windows = "lsa",
    groups: Sequence[Any] | None = None,
    subject: str = "1",
    definitions: Mapping[str, str] | None = None,
    missing: Missing = "error",
    simulated: bool = False,
    name: str = "niimgs",
) -> Dataset:
    """See `Dataset.from_niimgs`."""
    images = _images(imgs)
    masker = _fitted(NiftiMasker() if masker is None else masker, images)
    if events is not None:
        if labels is not None:
            raise DataError(
                "labels: the events say what was shown; give events (of runs) or labels (of images), not both"
            )
        trials = _trials(images, masker, _each(events, len(images), "events"), confounds, _method(method), groups)
    else:
        if confounds is not None:
            raise DataError(
                "confounds: they are regressed out of runs, together with events; give events, or clean the images before"
            )
        trials = _volumes(images, masker, groups)
    recordings = _recordings(trials, masker, subject, simulated)
    known = labels
    if trials.labels is not None and len(set(trials.labels)) > 1:  # of one type all that is known is that it was shown
        known = pd.Series(trials.labels, name="trial_type")
    return labelled(recordings, known, definitions=definitions, missing=missing, name=name, layout="NIfTI images")


@dataclass(frozen=True)
class _Trials:
    """What was measured, and of what.

    Attributes:
        values: one row a recording.
        ids, runs: of the recordings.
        labels: trial types; None where labels are given otherwise.
        facts: sampling_hz, start_s, units.
    """

    values: Float[np.ndarray, "recording channel time"]
    ids: list[str]
    runs: list[str]
    labels: list[str] | None
    facts: Mapping[str, Any]


def _images(imgs: Any) -> list[Any]:
    """One image of each item; names of files are opened."""
    items = list(imgs) if isinstance(imgs, list | tuple) else [imgs]
    if not items:
        raise DataError("imgs: none given")
    found = []
    for k, item in enumerate(items):
        try:
            image = check_niimg(str(item) if isinstance(item, Path) else item)
        except (ValueError, TypeError, OSError) as error:
            raise DataError(f"imgs: number {k} is no image that can be read ({error})") from error
        if len(image.shape) not in (3, 4):
            raise DataError(
                f"imgs: number {k} has shape {image.shape}; expected three dimensions, or four with volumes last"
            )
        found.append(image)
    return found


def _fitted(masker: Any, images: Sequence[Any]) -> Any:
    """The masker; fitted to the first image where it is not fitted yet."""
    if not hasattr(masker, "transform_single_imgs"):
        raise DataError(
            f"masker: a {type(masker).__name__}; expected one of nilearn, such as nilearn.maskers.NiftiMasker"
        )
    if getattr(masker, "n_elements_", None):
        return masker
    # A mask or an atlas says all; a mask that is yet to be found is found on an image.
    unknown = isinstance(masker, NiftiMasker) and masker.mask_img is None
    return masker.fit(images[0]) if unknown else masker.fit()


def _signals(masker: Any, image: Any, number: int) -> Float[np.ndarray, "volume channel"]:
    found = np.atleast_2d(np.asarray(masker.transform(image), np.float64))
    if not np.isfinite(found).all():
        raise DataError(f"imgs: number {number}: NaN or infinite values within the mask; leave these voxels out of it")
    return found


def _volumes(images: Sequence[Any], masker: Any, groups: Sequence[Any] | None) -> _Trials:
    """Every volume is a recording."""
    parts = [_signals(masker, image, k) for k, image in enumerate(images)]
    values = np.concatenate(parts)
    of_image = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    several = len(values) > len(parts) > 1
    runs = [f"run-{k + 1:02d}" for k in of_image] if several else ["run-01"] * len(values)
    if groups is not None:
        runs = [str(run) for run in groups]
        if len(runs) != len(values):
            raise DataError(f"groups: {len(runs)} given for {len(values)} images (volumes)")
    ids = [f"image-{k:04d}" for k in range(len(values))]
    return _Trials(values[:, :, None], ids, runs, None, {"sampling_hz": 1.0, "units": "as given"})


def _trials(
    images: Sequence[Any],
    masker: Any,
    events: Sequence[pd.DataFrame],
    confounds: Sequence[pd.DataFrame] | None,
    method: Betas | Windows,
    groups: Sequence[Any] | None,
) -> _Trials:
    """Every event is a recording."""
    nuisance = [None] * len(images) if confounds is None else _each(confounds, len(images), "confounds")
    names = [f"run-{k + 1:02d}" for k in range(len(images))] if groups is None else [str(run) for run in groups]
    if len(names) != len(images):
        raise DataError(f"groups: {len(names)} given for {len(images)} runs")
    values, ids, runs, labels, repetition = [], [], [], [], set()
    for k, (image, table, removed, name) in enumerate(zip(images, events, nuisance, names, strict=True)):
        if len(image.shape) != 4:
            raise DataError(f"imgs: number {k} has shape {image.shape}; events are of runs, images of four dimensions")
        tr = float(image.header.get_zooms()[3])
        if not 0.1 <= tr <= 20:
            raise DataError(
                f"imgs: number {k}: its header's TR is {tr:g}; expected seconds between 0.1 and 20 (is it in ms?)"
            )
        volumes = image.shape[3]
        shown = _events(table, k)
        check_events(shown, f"events of run {k}", volumes * tr)
        check_apart(shown, f"events of run {k}")
        times, all_of_them = np.arange(volumes) * tr, np.ones(len(shown), dtype=bool)
        cleaned = pd.DataFrame(index=range(volumes)) if removed is None else _confounds(removed, volumes, k)
        method.check(times, shown, all_of_them, cleaned, f"events of run {k}")
        values.append(method(_signals(masker, image, k), times, shown, all_of_them, cleaned))
        ids += [f"{name}_trial-{order:03d}" for order in range(1, len(shown) + 1)]
        runs += [name] * len(shown)
        labels += shown.trial_type.tolist()
        repetition.add(round(tr, 4))
    if len(repetition) > 1:
        raise DataError(
            f"imgs: runs of several repetition times, {sorted(repetition)} s; decode them apart, or resample them"
        )
    start = method.delay if isinstance(method, Windows) else 0.0
    facts = {"sampling_hz": 1 / repetition.pop(), "start_s": start, "units": "z-score"}
    return _Trials(np.concatenate(values), ids, runs, labels, facts)


def _method(method: str | Betas | Windows) -> Betas | Windows:
    if not isinstance(method, str):
        return method
    if method == "window":
        return Windows()
    if method not in KINDS:
        raise DataError(f"method: unknown {method!r}{nearest_name(method, (*KINDS, 'window'))}")
    return replace(Betas(), kind=method)


def _each(tables: Any, count: int, what: str) -> list[pd.DataFrame]:
    """One table for each run; a single one is that of a single run."""
    found = [tables] if isinstance(tables, pd.DataFrame) else list(tables)
    if len(found) != count:
        raise DataError(f"{what}: {len(found)} table(s) for {count} run(s); give one for each")
    return found


def _events(table: pd.DataFrame, number: int) -> pd.DataFrame:
    for column in _EVENTS:
        if column not in table:
            raise DataError(
                f"events of run {number}: no column {column!r}{nearest_name(column, map(str, table.columns))}"
            )
        if table[column].isna().any():
            row = int(np.flatnonzero(table[column].isna())[0])
            raise DataError(
                f"events of run {number}: row {row}: {column} is missing; fill it in, or leave the event out"
            )
    times = {column: pd.to_numeric(table[column], errors="coerce") for column in _EVENTS[:2]}
    for column, found in times.items():
        if found.isna().any() or (column == "duration" and (found < 0).any()):
            raise DataError(
                f"events of run {number}: {column} must be numbers of seconds, 0 or more, found {table[column].tolist()}"
            )
    kinds = [kind if isinstance(kind, str) else str(kind) for kind in table["trial_type"].tolist()]
    return pd.DataFrame({**times, "trial_type": pd.Series(kinds, index=table.index, dtype=object)}).reset_index(
        drop=True
    )


def _confounds(table: pd.DataFrame, volumes: int, number: int) -> pd.DataFrame:
    """Regressors of a run; what is not known of its first volumes (derivatives) is 0."""
    if len(table) != volumes:
        raise DataError(f"confounds of run {number}: {len(table)} rows for {volumes} volumes")
    return table.fillna(0.0).reset_index(drop=True)


def _recordings(trials: _Trials, masker: Any, subject: str, simulated: bool) -> Recordings:
    channels, positions = _channels(masker, trials.values.shape[1])
    count = len(trials.values)
    return Recordings.make(
        trials.values,
        ids=trials.ids,
        channels=channels,
        positions=positions,
        modality="fmri",
        subject=[subject] * count,
        run=trials.runs,
        split=[""] * count,
        label=[""] * count,
        space="as given",
        simulated=simulated,
        **trials.facts,
    )


def _channels(masker: Any, count: int) -> tuple[list[str], Float[np.ndarray, "channel 3"] | None]:
    """Names of voxels, with their places in millimetres, or of an atlas's regions."""
    if isinstance(masker, NiftiMasker):
        voxels = np.argwhere(np.asarray(masker.mask_img_.dataobj) > 0)
        return voxel_names(voxels), nib.affines.apply_affine(masker.mask_img_.affine, voxels)
    named = [str(name) for name in getattr(masker, "region_names_", {}).values()]
    whole = len(set(named)) == len(named) == count
    return named if whole else [f"region-{k + 1:03d}" for k in range(count)], None
