"""Common spaces: each person's channels are turned so that all respond alike to what all have seen.

    W_s, S:  maximise  sum_s tr W_s' (X_s S' + a_s W_0),      W_s' W_s = I  [channel, feature],      S = mean_s W_s' X_s
    W_s <- polar factor of X_s S' + a_s W_0,      a_s = a |X_s| |S| / sqrt(features)
    y = W_0 W_s' z

X_s are the responses of group s to the things that all groups have seen in training [channel, thing and time], z-scored channel by channel; W_0 are the
first directions of their mean over groups, with which the search begins. The pull a towards W_0 is the knowledge that people's anatomy is aligned
already: without it directions in which nothing was seen turn at will, with few things most of all. W_0 leads back to channels, so that entities keep
their places.

What a group has seen is told by images, or by labels where no images are known, so its recordings in training are used with their labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge
from jaxtyping import Bool, Float

from neurona.errors import DataError
from neurona.recordings.alignment.alignment import Alignment, FittedAlignment, Uses
from neurona.recordings.alignment.groups import By, Group, groups_of
from neurona.recordings.alignment.moments import Values, moments
from neurona.recordings.recordings import Recordings

_STEPS = 10


@dataclass(frozen=True, kw_only=True)
class ByCommonSpace(Alignment):
    """Settings of alignments to a common space.

    Attributes:
        anatomy: a, the pull towards the alignment that there is.
    """

    by: By = "subject"
    anatomy: Annotated[float, Ge(0)] = 0.3

    done: ClassVar[str]

    @property
    def uses(self) -> Uses:
        return "labelled"

    @property
    def does(self) -> str:
        return f"each {self.by} z-scored and {self.done} by what all have seen in training"

    def n_features(self, most: int) -> int:
        """Dimensions of the common space, at most so many."""
        return most

    def fit(self, recordings: Recordings, train: Bool[np.ndarray, " recording"]) -> AlignedToCommonSpace:
        seen = Recordings(recordings.data.isel(recording=train))
        groups = groups_of(seen, self.by)
        if len(groups) < 2:
            raise DataError(f"align: {len(groups)} {self.by} in training; a common space is one of two or more")
        things = _things(seen)
        each = [set(things[group.rows]) for group in groups]
        shared = sorted(set.intersection(*each))
        if len(shared) < 2:
            raise DataError(
                f"align: {len(shared)} thing(s) that each {self.by} has seen in training (images, or labels where none are known); two or "
                "more are needed, so learn from recordings of each of them (evaluation.labelled), or align by zscore"
            )
        maps, back = common_space(
            [_responses(seen, group, things, shared) for group in groups],
            self.n_features(min(seen.data.sizes["channel"], len(shared) * seen.data.sizes["time"])),
            self.anatomy,
        )
        return AlignedToCommonSpace(self, dict(zip((group.name for group in groups), maps, strict=True)), back)


@dataclass(frozen=True)
class AlignedToCommonSpace(FittedAlignment):
    """What turns channels.

    Attributes:
        maps: W_s of each group.
        back: W_0.
    """

    settings: ByCommonSpace
    maps: dict[str, Float[np.ndarray, "channel feature"]] = field(repr=False)
    back: Float[np.ndarray, "channel feature"] = field(repr=False)

    def aligned(self, values: Values, group: Group) -> Values:
        if group.name not in self.maps:
            raise DataError(
                f"align: {self.settings.by} {group.name} is not among those in training, and how it is turned is learned from what it has seen there; "
                "let its first recordings join training (evaluation.labelled), or align by zscore"
            )
        return np.matmul(self.back @ self.maps[group.name].T, _standard(values))


def common_space(
    responses: list[Float[np.ndarray, "channel sample"]], features: int, anatomy: float
) -> tuple[list[Float[np.ndarray, "channel feature"]], Float[np.ndarray, "channel feature"]]:
    """W_s of each group, and W_0.

    Args:
        responses: X_s.
        features: dimensions of the common space.
        anatomy: a.
    """
    start = np.linalg.svd(np.mean(responses, axis=0), full_matrices=False)[0][:, :features]
    # A direction's sign is arbitrary.
    start = start * np.where(start.sum(axis=0) < 0, -1, 1)
    maps = [start] * len(responses)
    for _ in range(_STEPS):
        shared = np.mean([one.T @ seen for one, seen in zip(maps, responses, strict=True)], axis=0)
        pull = anatomy * np.linalg.norm(shared) / np.sqrt(features)
        maps = [_polar(seen @ shared.T + pull * np.linalg.norm(seen) * start) for seen in responses]
    return maps, start


def _polar(matrix: Float[np.ndarray, "channel feature"]) -> Float[np.ndarray, "channel feature"]:
    """The nearest matrix with orthonormal columns."""
    left, _, right = np.linalg.svd(matrix, full_matrices=False)
    return left @ right


def _things(recordings: Recordings) -> np.ndarray:
    data = recordings.data
    return data["image" if "image" in data.coords else "label"].values.astype(str)


def _responses(
    recordings: Recordings, group: Group, things: np.ndarray, shared: list[str]
) -> Float[np.ndarray, "channel sample"]:
    """X_s: the mean over a group's recordings of each thing, at each time."""
    values = _standard(recordings.data.isel(recording=group.rows).values.astype(np.float64))
    means = np.stack([values[things[group.rows] == thing].mean(axis=0) for thing in shared], axis=1)
    means = means - means.mean(axis=1, keepdims=True)
    return means.reshape(len(means), -1)


def _standard(values: Values) -> Values:
    mean, spread = moments(values)
    return (values - mean) / spread[:, None]
