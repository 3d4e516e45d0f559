"""Leakage: what stands on both sides of a split.

Three things are looked for: a group (a run, an image) of which recordings lie on both sides, recordings that are the same to the last
bit, and near-duplicates, whose correlation

    corr(x - m, y - m) > threshold,    m the mean over the recordings looked at,

over channels and times lies above a threshold. Taking the mean recording off matters: without it all fMRI recordings of one brain
correlate near 1. The first two are errors. With few values a recording, or smooth ones, high correlations come about by chance, so
near-duplicates are told.

Recordings are read once, batch by batch, so that a lazy array never stands in memory as a whole; those that are compared are kept (`neurona.blocks`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from neurona.blocks import give_back, room
from neurona.datasets.splits.rows import coordinate
from neurona.datasets.splits.split import Fold
from neurona.errors import DataError
from neurona.files import digest
from neurona.recordings.recordings import Recordings

_SHOWN = 5


class LeakageReport(NamedTuple):
    """What the check of one fold saw.

    Attributes:
        fold: its name.
        n_train, n_test: recordings on each side; validation counts as training.
        highest: the highest correlation across the sides among the recordings that were compared.
        pair: its two recordings.
        near: pairs above the threshold.
    """

    fold: str
    n_train: int
    n_test: int
    highest: float
    pair: tuple[str, str]
    near: int


def check_leakage(
    folds: Iterable[Fold],
    recordings: Recordings,
    *,
    apart: Sequence[str] = ("run",),
    threshold: float = 0.99,
    most: int = 1000,
    block: int = 512,
) -> list[LeakageReport]:
    """Raise where a group or a copy stands on both sides of a fold; training and validation are one side, test the other.

    Args:
        folds: of the recordings.
        recordings: all of them.
        apart: coordinates whose values may not stand on both sides, e.g. `image`, `run`. A run (or session) is one
            subject's: runs of two subjects differ even if they have the same name.
        threshold: correlation above which two recordings are near-duplicates.
        most: how many recordings of each side are compared, at even distances; copies are looked for among all.
        block: recordings of each side that are compared at a time; about 4 x block x values per recording x 4 bytes are held.

    Raises:
        DataError: leakage, naming the pairs; an unknown coordinate; a side without recordings.
    """
    apart = [coordinate(recordings, name) for name in apart]
    ids = recordings.data.recording.values.astype(str)
    sides = []
    for fold in folds:
        each = np.flatnonzero(fold.train | fold.validation), np.flatnonzero(fold.test)
        for side, rows in zip(("training", "test"), each, strict=True):
            if not len(rows):
                raise DataError(f"split {fold.name!r}: none of the recordings is on the {side} side")
        for name in apart:
            _check_apart(fold.name, name, _labels(recordings, name), *each)
        sides.append((fold.name, *each))
    compared = [[rows[:: -(-len(rows) // most)] for rows in each] for _, *each in sides]
    kept = np.zeros(len(ids), dtype=bool)
    kept[np.concatenate([np.zeros(0, np.int64), *(rows for each in compared for rows in each)])] = True
    looked_at = np.flatnonzero(kept)
    digests, values = _read(recordings, looked_at)
    reports = []
    for (name, train, test), some in zip(sides, compared, strict=True):
        _check_copies(name, ids, digests, train, test)
        first, second = (np.searchsorted(looked_at, rows) for rows in some)
        report = _near(name, ids[looked_at], values, first, second, threshold, block)
        reports.append(report._replace(n_train=len(train), n_test=len(test)))
    return reports


def _labels(recordings: Recordings, name: str) -> np.ndarray:
    """Values of a coordinate; runs and sessions with what they are part of, as far as it is known."""
    whole = {"run": ("subject", "session"), "session": ("subject",)}.get(name, ())
    columns = [recordings.data[key].values.astype(str) for key in (*whole, name) if key in recordings.data.coords]
    return np.array([" ".join(row) for row in zip(*columns, strict=True)], dtype=object)


def _check_apart(split: str, name: str, labels: np.ndarray, train: np.ndarray, test: np.ndarray) -> None:
    both = sorted(set(labels[train]) & set(labels[test]))
    if both:
        shown = ", ".join(map(repr, both[:_SHOWN])) + (", ..." if len(both) > _SHOWN else "")
        raise DataError(f"split {split!r} leaks: {len(both)} {name}(s) on both sides: {shown}; split by {name}")


def _read(recordings: Recordings, kept: Int[np.ndarray, " kept"]) -> tuple[list[str], Float[np.ndarray, "kept value"]]:
    """The digest of every recording, and the values of those that are kept, in ascending order; in one pass, for each unpacks the store."""
    values = room((len(kept), math.prod(recordings.data.shape[1:])))
    digests: list[str] = []
    for batch in recordings.batches():
        own = np.asarray(batch.data.values, dtype=np.float32).reshape(batch.n_recordings, -1)
        first, last = np.searchsorted(kept, (len(digests), len(digests) + len(own)))
        values[first:last] = own[kept[first:last] - len(digests)]
        give_back(values)
        digests += [digest(one.tobytes()) for one in own]
    return digests, values


def _check_copies(split: str, ids: np.ndarray, digests: list[str], train: np.ndarray, test: np.ndarray) -> None:
    seen: dict[str, int] = {}
    for k in train:
        seen.setdefault(digests[k], k)
    copies = [f"{ids[seen[digests[k]]]} = {ids[k]}" for k in test if digests[k] in seen]
    if copies:
        shown = ", ".join(copies[:_SHOWN]) + (", ..." if len(copies) > _SHOWN else "")
        raise DataError(
            f"split {split!r} leaks: {len(copies)} recording(s) stand on both sides, equal to the last bit: {shown}; keep each pair on one "
            "side, or drop one of the two"
        )


def _near(
    fold: str,
    ids: np.ndarray,
    values: Float[np.ndarray, "recording value"],
    train: Int[np.ndarray, " train"],
    test: Int[np.ndarray, " test"],
    threshold: float,
    block: int,
) -> LeakageReport:
    """The highest correlation across the sides, and how many lie above the threshold."""
    total = sum(values[part].sum(axis=0, dtype=np.float64) for part in _blocks(np.union1d(train, test), block))
    mean = (total / (len(train) + len(test))).astype(np.float32)
    highest, pair = -1.0, (str(ids[train[0]]), str(ids[test[0]]))
    near = 0
    for held in _blocks(test, block):
        right = _unit(values[held] - mean)
        for part in _blocks(train, block):
            correlation = _unit(values[part] - mean) @ right.T
            give_back(values)
            best = np.unravel_index(int(correlation.argmax()), correlation.shape)
            if correlation[best] > highest:
                highest, pair = float(correlation[best]), (str(ids[part[best[0]]]), str(ids[held[best[1]]]))
            near += int((correlation > threshold).sum())
    return LeakageReport(fold, len(train), len(test), min(highest, 1.0), pair, near)


def _blocks(rows: Int[np.ndarray, " recording"], block: int) -> list[Int[np.ndarray, " part"]]:
    return [rows[k : k + block] for k in range(0, len(rows), block)]


def _unit(values: Float[np.ndarray, "part value"]) -> Float[np.ndarray, "part value"]:
    values = values - values.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(values, axis=1, keepdims=True)
    return values / np.where(norm > 0, norm, 1)
