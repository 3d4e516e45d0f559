"""Leakage: what stands on both sides of a split.

Three things are looked for: an image (or a run) of which recordings lie on both sides, recordings that are the same to
the last bit, and near-duplicates, whose correlation

    corr(x - m, y - m) > threshold,    m the mean over all recordings,

over channels and times lies above a threshold. Taking the mean recording off matters: without it all fMRI
recordings of one brain correlate near 1. With few values a recording, high correlations come about by chance.

Recordings are read in blocks, so that a lazy array never stands in memory as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from neurona.datasets.splits import Split
from neurona.errors import DataError, nearest_name
from neurona.recordings.recordings import Recordings

_SHOWN = 5


class LeakageReport(NamedTuple):
    """What the check saw: recordings on each side, and the highest correlation across, with its two recordings."""

    n_train: int
    n_test: int
    highest: float
    pair: tuple[str, str]


def check_leakage(
    split: Split,
    recordings: Recordings,
    *,
    by: str = "recording",
    apart: Sequence[str] = ("run",),
    threshold: float = 0.99,
    block: int = 512,
) -> LeakageReport:
    """Raise where something stands on both sides; training and validation are one side, test the other.

    Args:
        split: of recordings, or of what the coordinate `by` holds.
        recordings: at least those that the split lists.
        by: coordinate of the ids that the split lists, e.g. `image`.
        apart: coordinates whose values may not stand on both sides, e.g. `image`, `run`. A run (or session) is one
            subject's: runs of two subjects differ even if they have the same name.
        threshold: correlation above which two recordings are near-duplicates.
        block: recordings read at a time; about 4 x block x values per recording x 4 bytes are held.

    Raises:
        DataError: leakage, naming the pairs; an unknown coordinate; a side without recordings.
    """
    data = recordings.data
    for name in (by, *apart):
        if name not in data.coords:
            raise DataError(f"recordings: no coordinate {name!r}{nearest_name(name, map(str, data.coords))}")
    part = np.array([split.parts.get(str(value), "") for value in data[by].values], dtype=object)
    sides = np.flatnonzero((part == "train") | (part == "validation")), np.flatnonzero(part == "test")
    for side, rows in zip(("training", "test"), sides, strict=True):
        if not len(rows):
            raise DataError(f"split {split.name!r}: none of the recordings is on the {side} side (coordinate {by!r})")
    for name in apart:
        _check_apart(split.name, name, _labels(recordings, name), *sides)
    ids = data.recording.values.astype(str)
    _check_copies(split.name, ids, recordings, *sides, block)
    return _check_near(split.name, ids, recordings, *sides, threshold, block)


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


def _check_copies(
    split: str, ids: np.ndarray, recordings: Recordings, train: np.ndarray, test: np.ndarray, block: int
) -> None:
    seen: dict[bytes, int] = {}
    copies = []
    for rows in (train, test):
        for part in _blocks(rows, block):
            for k, values in zip(part, _read(recordings, part), strict=True):
                digest = hashlib.blake2b(values.tobytes(), digest_size=16).digest()
                if rows is train:
                    seen.setdefault(digest, k)
                elif digest in seen:
                    copies.append(f"{ids[seen[digest]]} = {ids[k]}")
    if copies:
        raise DataError(_message(split, "recording(s) stand on both sides, equal to the last bit", copies))


def _check_near(
    split: str,
    ids: np.ndarray,
    recordings: Recordings,
    train: np.ndarray,
    test: np.ndarray,
    threshold: float,
    block: int,
) -> LeakageReport:
    total = sum(
        _read(recordings, part).sum(axis=0, dtype=np.float64) for part in _blocks(np.union1d(train, test), block)
    )
    mean = (total / (len(train) + len(test))).astype(np.float32)
    highest, pair = -1.0, (str(ids[train[0]]), str(ids[test[0]]))
    found = []
    for held in _blocks(test, block):
        right = _unit(_read(recordings, held) - mean)
        for part in _blocks(train, block):
            correlation = _unit(_read(recordings, part) - mean) @ right.T
            best = np.unravel_index(int(correlation.argmax()), correlation.shape)
            if correlation[best] > highest:
                highest, pair = float(correlation[best]), (str(ids[part[best[0]]]), str(ids[held[best[1]]]))
            for i, j in np.argwhere(correlation > threshold):
                found.append((f"{ids[part[i]]} ~ {ids[held[j]]} ({correlation[i, j]:.4f})", correlation[i, j]))
    if found:
        found.sort(key=lambda item: -item[1])
        raise DataError(
            _message(split, f"pair(s) across the sides correlate above {threshold}", [text for text, _ in found])
        )
    return LeakageReport(len(train), len(test), min(highest, 1.0), pair)


def _message(split: str, what: str, pairs: list[str]) -> str:
    shown = ", ".join(pairs[:_SHOWN]) + (", ..." if len(pairs) > _SHOWN else "")
    return f"split {split!r} leaks: {len(pairs)} {what}: {shown}; keep each pair on one side, or drop one of the two"


def _blocks(rows: Int[np.ndarray, " recording"], block: int) -> list[Int[np.ndarray, " part"]]:
    return [rows[k : k + block] for k in range(0, len(rows), block)]


def _read(recordings: Recordings, rows: Int[np.ndarray, " part"]) -> Float[np.ndarray, "part value"]:
    values = np.asarray(recordings.data.isel(recording=rows).values, dtype=np.float32)
    return values.reshape(len(rows), -1)


def _unit(values: Float[np.ndarray, "part value"]) -> Float[np.ndarray, "part value"]:
    values = values - values.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(values, axis=1, keepdims=True)
    return values / np.where(norm > 0, norm, 1)
