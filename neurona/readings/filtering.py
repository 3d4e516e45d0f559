"""Forward filtering: what is read of a window, given all windows before it.

    p(w_t | y_1:t)   is proportional to   [p(w_t | y_t) / p(w_t)]^a_t  sum over v of p(w_t | w_t-1 = v) p(v | y_1:t-1)
    p(w_t = w | w_t-1 = v) = s_t [w = v] + (1 - s_t) p(w),     s_t = exp(-elapsed_t / dwell)

The state w is the world that a recording shows, of those that a reading lists, and p(w) its share among training recordings. A state lasts: after a time that is
exponential with mean `dwell` it is drawn anew, by p(w). So elapsed times may differ, two steps are one long step, and what is known of a state fades to p(w) where
no window is read. Windows that overlap share signal, which must not count twice: a_t = 1 - s_t (1 - f_t) with f_t the part of window t that the one before it did not hold.

The forward algorithm of hidden Markov models (L. Rabiner 1989, A tutorial on hidden Markov models, Proc. IEEE 77, eq. 19 to 21, normalised at each step as in sec. V.A), with
posteriors over priors in place of likelihoods (H. Bourlard, N. Morgan 1994, Connectionist speech recognition, ch. 7). What it gives is a reading of worlds, with all its laws.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Shaped
from scipy.optimize import minimize_scalar

from neurona.errors import DataError
from neurona.readings.reading import Reading
from neurona.readings.world_reading import WorldReading

_TINY = np.finfo(np.float64).tiny


class Carried(NamedTuple):
    """What is carried from window to window.

    Attributes:
        share: p(w | all windows so far), of each world.
        onset_s: of the last window.
        run: that it is of; a state is not carried from run to run.
    """

    share: Float[np.ndarray, " world"]
    onset_s: float
    run: str


@dataclass(frozen=True)
class Timeline:
    """When windows were measured.

    Attributes:
        recordings: their ids, in the order of time.
        onset_s: of each, in seconds on its run's clock.
        run: of each.
        length_s: of every window, in seconds.

    Raises:
        DataError: windows of a run that are not in the order of time.
    """

    recordings: tuple[str, ...]
    onset_s: Float[np.ndarray, " window"]
    run: tuple[str, ...]
    length_s: float

    def __post_init__(self) -> None:
        if not np.isfinite(self.onset_s).all():
            raise DataError("onset: expected seconds, found a number that is not finite")
        for k in range(1, len(self.recordings)):
            if self.run[k] == self.run[k - 1] and self.onset_s[k] <= self.onset_s[k - 1]:
                raise DataError(
                    f"window {self.recordings[k]!r} begins at {self.onset_s[k]:g} s, the one before it at {self.onset_s[k - 1]:g} s; expected "
                    "windows of a run in the order of time"
                )

    def at(self, k: int) -> Timeline:
        """Of one window."""
        return Timeline(self.recordings[k : k + 1], self.onset_s[k : k + 1], self.run[k : k + 1], self.length_s)

    def elapsed(self, carried: Carried | None) -> Float[np.ndarray, " window"]:
        """Seconds since the window before each; infinite where a run begins.

        Raises:
            DataError: the first window is not later than the last one that was read.
        """
        before = [("", np.nan) if carried is None else (carried.run, carried.onset_s)]
        pairs = [*before, *zip(self.run, self.onset_s.tolist(), strict=True)]
        found = [b - a if of == after else np.inf for (of, a), (after, b) in itertools.pairwise(pairs)]
        if carried is None and found:
            found[0] = np.inf
        if found and found[0] <= 0:
            raise DataError(
                f"window {self.recordings[0]!r} begins at {self.onset_s[0]:g} s, and the last one that was read at {pairs[0][1]:g} s; expected later windows"
            )
        return np.array(found)


def persistence(elapsed_s: Float[np.ndarray, "*step"], dwell_s: float) -> Float[np.ndarray, "*step"]:
    """s: how probable it is that a state was not drawn anew; 0 where nothing persists (`dwell_s` 0)."""
    if dwell_s <= 0:
        return np.zeros_like(elapsed_s)
    return np.exp(-elapsed_s / dwell_s)


def forward(
    evidence: Float[np.ndarray, "window world"],
    elapsed_s: Float[np.ndarray, " window"],
    prior: Float[np.ndarray, " world"],
    *,
    dwell_s: float,
    length_s: float,
    start: Float[np.ndarray, " world"] | None = None,
) -> Float[np.ndarray, "window world"]:
    """p(w_t | y_1:t).

    Args:
        evidence: log p(w | y_t) - log p(w), up to a constant a window; 0 for a window that was not read.
        elapsed_s: since the window before; infinite: nothing is carried over.
        prior: p(w).
        dwell_s: mean time until a state is drawn anew.
        length_s: of a window.
        start: p(w | windows before); `prior` when None.
    """
    stay = persistence(elapsed_s, dwell_s)
    fresh = np.minimum(1.0, elapsed_s / length_s)
    weight = 1 - stay * (1 - fresh)
    found, share = np.empty(evidence.shape), prior if start is None else start
    for t, row in enumerate(weight[:, None] * evidence):
        predicted = stay[t] * share + (1 - stay[t]) * prior
        joint = predicted * np.exp(row - row.max())
        share = joint / joint.sum()
        found[t] = share
    return found


def filtered(
    reading: Reading, timeline: Timeline, dwell_s: float, carried: Carried | None = None
) -> tuple[WorldReading, Carried | None]:
    """A reading of windows, each given all windows before it; and what is to be carried on.

    Args:
        reading: of windows of the timeline, each by itself, of worlds that are all listed. A window that it lacks was not read: its state is what is
            expected of the windows before.
        timeline: of all windows.
        dwell_s: mean time in seconds until a state is drawn anew; 0: every window by itself.
        carried: of windows that were read before; None at the beginning.

    Returns:
        Of every window of the timeline. It has no entity evidence: what a window's entities say is not what its state rests on.

    Raises:
        DataError: a reading without listed worlds, windows out of order, or a dwell time below 0.
    """
    if not isinstance(reading, WorldReading) or reading.sampled is not None:
        raise DataError(
            f"decoder {reading.about.decoder!r} does not list all that a recording may show, and the states that a filter carries on are these; use one "
            "that does, e.g. linear_evidence"
        )
    if not dwell_s >= 0:
        raise DataError(f"dwell: {dwell_s:g} s; expected the mean time that a state lasts, 0 or more")
    if not timeline.recordings:
        return reading.take(()), carried
    prior = reading.before.share[0].astype(np.float64)
    evidence = np.zeros((len(timeline.recordings), len(prior)))
    place = {name: k for k, name in enumerate(timeline.recordings)}
    rows = [place[name] for name in reading.recordings]
    evidence[rows] = np.log(np.maximum(reading.worlds.share, _TINY)) - np.log(np.maximum(prior, _TINY))
    share = forward(
        evidence,
        timeline.elapsed(carried),
        prior,
        dwell_s=dwell_s,
        length_s=timeline.length_s,
        start=None if carried is None else carried.share,
    )
    found = replace(
        reading,
        recordings=timeline.recordings,
        worlds=replace(reading.worlds, share=share),
        entity_evidence=None,
        subjects=(),
    )
    return found, Carried(share[-1], float(timeline.onset_s[-1]), timeline.run[-1])


def stacked(parts: Sequence[WorldReading]) -> WorldReading:
    """Readings of the same listed worlds, one after another, as one.

    Raises:
        DataError: no parts.
    """
    if not parts:
        raise DataError("no window was read; the recording is shorter than one, or all were left out")
    share = np.concatenate([part.worlds.share for part in parts])
    return replace(
        parts[0],
        recordings=tuple(name for part in parts for name in part.recordings),
        worlds=replace(parts[0].worlds, share=share),
        subjects=tuple(name for part in parts for name in part.subjects),
    )


def learned_dwell(
    label: Shaped[np.ndarray, " recording"], onset_s: Float[np.ndarray, " recording"], run: Sequence[str]
) -> float | None:
    """The dwell time of largest likelihood, in seconds, given what recordings showed and when.

    Args:
        label: of each recording.
        onset_s: of each recording, in seconds on its run's clock.
        run: of each recording.

    Returns:
        None where their order tells nothing of it: no label follows itself oftener than by chance at the distances that there are.
    """
    _, word = np.unique(label, return_inverse=True)
    share = np.bincount(word) / max(1, len(word))
    order = np.lexsort((onset_s, np.unique(run, return_inverse=True)[1]))
    first, second = order[:-1], order[1:]
    together = np.array([run[a] == run[b] for a, b in zip(first.tolist(), second.tolist(), strict=True)], bool)
    first, second = first[together], second[together]
    elapsed = onset_s[second] - onset_s[first]
    if len(share) < 2 or not len(first) or not (elapsed > 0).all():
        return None

    def loss(log_dwell: float) -> float:
        stay = persistence(elapsed, float(np.exp(log_dwell)))
        return -float(np.log(stay * (word[first] == word[second]) + (1 - stay) * share[word[second]] + _TINY).sum())

    shortest, longest = float(elapsed.min()), float(elapsed.sum())
    found = minimize_scalar(loss, bounds=(np.log(shortest / 10), np.log(10 * longest)), method="bounded")
    # Whatever is much shorter than the shortest distance is equally likely.
    dwell = float(np.exp(found.x))
    return dwell if dwell > shortest / 3 else None
