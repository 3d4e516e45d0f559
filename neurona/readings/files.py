"""Readings as folders: `reading.json`, and one `.npy` file an array, which stays on disk until it is needed. Never a pickle.

The folder appears whole or not at all; the manifest holds every array's checksum.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neurona.errors import DataError, OutputError

MANIFEST = "reading.json"
VERSION = 1


def save_arrays(
    path: str | Path,
    plain: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    parts: Mapping[str, Callable[[Path], object]] | None = None,
) -> Path:
    """Write a folder of arrays and what describes them.

    Args:
        path: folder; replaced where it holds a reading already.
        plain: what JSON can hold.
        arrays: name -> array of numbers.
        parts: name of a sub-folder -> what writes it, for readings that are made of others.

    Raises:
        OutputError: it cannot be written, or the folder holds something else.
    """
    folder = Path(path)
    if folder.exists() and not (folder / MANIFEST).is_file() and any(folder.iterdir()):
        raise OutputError(f"{folder}: holds other files than a reading; choose an empty or a new folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
            work = Path(made) / folder.name
            work.mkdir()
            for name, save in (parts or {}).items():
                save(work / name)
            sums = {}
            for name, array in sorted(arrays.items()):
                np.save(work / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
                sums[name] = _checksum(work / f"{name}.npy")
            manifest = {"version": VERSION, **plain, "arrays": sums}
            (work / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            if folder.exists():
                shutil.rmtree(folder)
            work.rename(folder)
    except OSError as error:
        raise OutputError(
            f"{folder}: the reading cannot be written ({error}); free space or choose another folder"
        ) from error
    return folder


def open_arrays(path: str | Path, *, verify: bool = False) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read what `save_arrays` wrote; arrays are mapped, not loaded.

    Args:
        path: folder.
        verify: compare checksums, which reads every array.

    Raises:
        DataError: the folder is no reading, or it is damaged.
    """
    folder = Path(path)
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise DataError(f"{manifest}: missing; expected the folder of a reading")
    try:
        plain = json.loads(manifest.read_text(encoding="utf-8"))
        if plain.pop("version") != VERSION:
            raise DataError(f"{manifest}: written by another version of Neurona; read the recordings again")
        arrays = {}
        for name, expected in plain.pop("arrays").items():
            where = folder / f"{name}.npy"
            if verify and _checksum(where) != expected:
                raise DataError(f"{where}: its checksum differs from {MANIFEST}'s; read the recordings again")
            arrays[name] = np.load(where, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise DataError(f"{folder}: cannot be read ({error}); read the recordings again") from error
    return plain, arrays


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
