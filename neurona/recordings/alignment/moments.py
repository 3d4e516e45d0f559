"""Mean and spread of the recordings of a group, and what is aligned by them.

    m[c, t] = mean over recordings of x[n, c, t],      s[c]^2 = mean over recordings and times of (x[n, c, t] - m[c, t])^2

The mean is taken at each time point (of M/EEG it is the response that all recordings have in common); the spread is one number a channel, for the
gain of a channel does not change within a recording, and few recordings must do. Recordings are not told apart by label, so a group in which one
label is more frequent than elsewhere loses part of what tells it.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from annotated_types import Gt
from jaxtyping import Bool, Float

from neurona.recordings.alignment.alignment import Alignment, FittedAlignment, Uses
from neurona.recordings.alignment.groups import By, Group, groups_of
from neurona.recordings.recordings import Recordings

Values = Float[np.ndarray, "recording channel time"]


class Moments(NamedTuple):
    """Mean and spread; one a recording where they change from one to the next."""

    mean: Float[np.ndarray, "*recording channel time"]
    spread: Float[np.ndarray, "*recording channel"]


@dataclass(frozen=True, kw_only=True)
class ByMoments(Alignment):
    """Settings of alignments by a group's mean and spread.

    Attributes:
        past: for claims about one recording at a time: by the mean and spread of those before it. Training recordings are treated alike.
        weight: how many recordings the training groups' usual mean and spread count as, where `past` is.
    """

    past: bool = False
    weight: Annotated[float, Gt(0)] = 5.0

    done: ClassVar[str]
    """In a word."""

    @property
    def least(self) -> int:
        return 1 if self.past else 2

    @property
    def uses(self) -> Uses:
        return "past" if self.past else "unlabelled"

    @property
    def does(self) -> str:
        return f"each {self.by} {self.done} by its own {'past ' if self.past else ''}recordings"

    @abstractmethod
    def by_moments(self, values: Values, found: Moments) -> Values:
        """The values, aligned by mean and spread."""

    def fit(self, recordings: Recordings, train: Bool[np.ndarray, " recording"]) -> AlignedByMoments:
        return AlignedByMoments(self, usual_moments(recordings, train, self.by) if self.past else None)


@dataclass(frozen=True)
class AlignedByMoments(FittedAlignment):
    """What aligns by mean and spread.

    Attributes:
        usual: mean and spread of training groups, where they are needed.
    """

    settings: ByMoments
    usual: Moments | None = None

    def aligned(self, values: Values, group: Group) -> Values:
        found = moments(values) if self.usual is None else past_moments(values, self.usual, self.settings.weight)
        return self.settings.by_moments(values, found)


def moments(values: Values) -> Moments:
    """Of a group. A channel that does not change has spread 1."""
    mean = values.mean(axis=0)
    return Moments(mean, _positive(np.sqrt(((values - mean) ** 2).mean(axis=(0, 2)))))


def usual_moments(recordings: Recordings, train: Bool[np.ndarray, " recording"], by: By) -> Moments:
    """What is expected of a group before anything of it is seen: means over the training groups."""
    seen = Recordings(recordings.data.isel(recording=train))
    found = [moments(seen.data.isel(recording=group.rows).values.astype(np.float64)) for group in groups_of(seen, by)]
    mean = np.mean([one.mean for one in found], axis=0)
    return Moments(mean, np.sqrt(np.mean([one.spread**2 for one in found], axis=0)))


def past_moments(values: Values, usual: Moments, weight: float) -> Moments:
    """For each recording, of those before it; what is usual counts as `weight` recordings.

    m_n = (w m_0 + sum_{k<n} x_k) / (w + n),      s_n^2 = (w s_0^2 + sum_{k<n} |x_k - m_n|^2 / T) / (w + n),      n recordings before
    """
    before = np.arange(len(values), dtype=np.float64)[:, None, None]
    total, squares = _before(values), _before(values**2)
    mean = (weight * usual.mean + total) / (weight + before)
    apart = (squares - 2 * mean * total + before * mean**2).mean(axis=2)
    square = (weight * usual.spread**2 + np.maximum(apart, 0)) / (weight + before[:, :, 0])
    return Moments(mean, _positive(np.sqrt(square)))


def _before(values: Values) -> Values:
    """Sums over the recordings before each."""
    return np.cumsum(values, axis=0) - values


def _positive(spread: np.ndarray) -> np.ndarray:
    return np.where(spread > 0, spread, 1.0)
