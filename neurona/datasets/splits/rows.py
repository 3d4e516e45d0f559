"""What splits look up of each row: its label, its group, whatever else the recordings say; and folds made of row numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from neurona.datasets.splits.split import Fold
from neurona.errors import DataError, nearest_name
from neurona.recordings.recordings import METADATA, Recordings

Rows = Int[np.ndarray, " part"]


def fold_of(name: str, rows: int, train: Int[np.ndarray, " train"], test: Int[np.ndarray, " test"]) -> Fold:
    """A fold without validation from row numbers."""
    sides = np.zeros((2, rows), dtype=bool)
    sides[0, train], sides[1, test] = True, True
    return Fold(name, sides[0], np.zeros(rows, dtype=bool), sides[1])


def spread(mask: Bool[np.ndarray, " part"], rows: Rows, total: int) -> Bool[np.ndarray, " recording"]:
    """A mask over some rows as a mask over all."""
    whole = np.zeros(total, dtype=bool)
    whole[rows] = mask
    return whole


def labelled_array(X: Any) -> Any:
    """The labelled array of a data set or of recordings."""
    data = getattr(getattr(X, "recordings", X), "data", None)
    return data if hasattr(data, "coords") else None


def part_of(X: Any, rows: Rows) -> Any:
    """Some rows of X."""
    data = labelled_array(X)
    return X[rows] if data is None else Recordings(data.isel(recording=rows))


def coordinate(X: Any, name: str) -> str:
    """The coordinate that a column goes by: its name, or that behind `metadata_`.

    Raises:
        DataError: X is no recordings, or they have no such column; the nearest is named.
    """
    data = labelled_array(X)
    if data is None:
        raise DataError(
            f"split: X is no recordings, so nothing says the {name} of each row; give groups (or y, for labels)"
        )
    along = [str(key) for key, one in data.coords.items() if one.dims == ("recording",)]
    for known in (name, METADATA + name):
        if known in along:
            return known
    raise DataError(
        f"split: the recordings say nothing about {name!r}{nearest_name(name, [key.removeprefix(METADATA) for key in along])}"
    )


def column(X: Any, name: str) -> Sequence[str]:
    """What the recordings say of each row under a name."""
    return [str(value) for value in labelled_array(X)[coordinate(X, name)].values]


def images_of(X: Any) -> Sequence[str]:
    """The image of each recording; the recording itself where no image is known."""
    data = labelled_array(X)
    return column(X, "image" if data is not None and "image" in data.coords else "recording")


def groups_of(X: Any, what: str, groups: Any) -> np.ndarray:
    """The group of each row; a session with its subject."""
    if groups is not None:
        return np.asarray(groups).astype(str)
    if what == "image":
        return np.array(images_of(X))
    of = column(X, what)
    if what == "session":
        if not any(of):
            raise DataError("split: the recordings have no sessions; leave out runs or subjects")
        of = [f"{who} {when}" for who, when in zip(column(X, "subject"), of, strict=True)]
    return np.array(of)
