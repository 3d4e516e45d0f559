"""Parcel time series in HDF5, as the Algonauts 2025 challenge gives them: one file a subject (and task), one dataset a run.

    .../sub-01_task-friends_..._desc-s123456_bold.h5
        ses-001_task-s01e02a        [volumes, 1000 Schaefer parcels], TR 1.49 s
        ses-003_task-life01_run-2

The *chunk* is what was shown: `s01e02a` (half an episode), `life01` (a part of a film), whatever the run. HDF5 can point at other
files; such links are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np
from jaxtyping import Float

from neurona.datasets.folder_report import FolderReport
from neurona.errors import DataError
from neurona.files import data_files, require_content

N_PARCELS, TR_S = 1000, 1.49


class Series(NamedTuple):
    """One run of one subject.

    Attributes:
        path, key: file, and dataset in it.
        subject: e.g. `sub-01`.
        session: e.g. `ses-001`; empty where the key has none.
        chunk: what was shown.
        n_volumes: of the run.
        simulated: whether nobody measured it (attribute `simulated` of the file or of its dataset).
    """

    path: Path
    key: str
    subject: str
    session: str
    chunk: str
    n_volumes: int
    simulated: bool = False

    @property
    def place(self) -> str:
        return f"{self.path.name}: {self.key}"


def is_layout(folder: Path) -> bool:
    """Whether a folder holds HDF5 files."""
    return bool(data_files(folder, "**/*.h5"))


def list_series(folder: Path, report: FolderReport) -> list[Series]:
    """All runs, by subject, file and key; what cannot be used goes to the report."""
    found: list[Series] = []
    files = data_files(folder, "**/*.h5")
    if not files:
        report.add(folder.name, "no .h5 files; expected one or more a subject")
    for path in files:
        subject = re.search(r"sub-[A-Za-z0-9]+", path.name) or re.search(r"sub-[A-Za-z0-9]+", path.parent.as_posix())
        if not subject:
            report.add(path.name, "no subject (sub-XX) in the name of the file or its folder")
            continue
        try:
            with h5py.File(require_content(path), "r") as file:
                found += [
                    one for key in sorted(_keys(file)) if (one := _series(file, key, path, subject.group(), report))
                ]
        except DataError as error:
            report.add(path.name, error)
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            report.add(path.name, f"cannot be read ({error}); expected a whole HDF5 file")
    return sorted(found, key=lambda series: (series.subject, series.path.as_posix(), series.key))


def _keys(group: h5py.Group, above: str = "") -> Iterator[str]:
    for name in group:
        link = group.get(name, getlink=True)
        inner = group.get(name) if isinstance(link, h5py.HardLink) else None
        if isinstance(inner, h5py.Group) and above.count("/") < 4:
            yield from _keys(inner, f"{above}{name}/")
        else:
            yield f"{above}{name}"


def _series(file: h5py.File, key: str, path: Path, subject: str, report: FolderReport) -> Series | None:
    if not isinstance(file.get(key, getlink=True), h5py.HardLink):
        report.add(f"{path.name}: {key}", "a link, which may lead to any file; expected the data themselves")
        return None
    data = file[key]
    if (
        not isinstance(data, h5py.Dataset)
        or data.ndim != 2
        or data.shape[1] != N_PARCELS
        or data.dtype.kind not in "fiu"
    ):
        shape = f"{data.dtype} {list(data.shape)}" if isinstance(data, h5py.Dataset) else "no data"
        report.add(f"{path.name}: {key}", f"found {shape}, expected numbers [volumes, {N_PARCELS} parcels]")
        return None
    if data.is_virtual or data.external:
        report.add(f"{path.name}: {key}", "its values lie in another file; expected them in this one")
        return None
    name = key.rsplit("/", 1)[-1]
    session = re.search(r"ses-[A-Za-z0-9]+", name)
    chunk = re.sub(r"^ses-[A-Za-z0-9]+_", "", name)
    chunk = re.sub(r"_run-[0-9]+$", "", chunk.removeprefix("task-"))
    simulated = bool(file.attrs.get("simulated", False)) or bool(data.attrs.get("simulated", False))
    return Series(path, key, subject, session.group() if session else "", chunk, data.shape[0], simulated)


def read_series(series: Series, first: int = 0, last: int | None = None) -> Float[np.ndarray, "volume parcel"]:
    """Volumes `first` to `last - 1` of a run.

    Raises:
        DataError: the file is damaged, or a value is NaN or infinite.
    """
    try:
        with h5py.File(series.path, "r") as file:
            values = np.asarray(file[series.key][first:last], np.float32)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise DataError(f"{series.path}: {series.key}: cannot be read ({error}); expected a whole HDF5 file") from error
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        volume, parcel = bad[0].tolist()
        raise DataError(
            f"{series.path}: {series.key}: NaN or infinite at volume {first + volume}, parcel {parcel} ({len(bad)} in all)"
        )
    return values


def by_chunk(series: Sequence[Series]) -> dict[str, list[Series]]:
    """Chunk -> the runs in which it was shown, of all subjects."""
    found: dict[str, list[Series]] = {}
    for one in series:
        found.setdefault(one.chunk, []).append(one)
    return found
