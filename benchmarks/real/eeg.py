"""M/EEG by its trials: movements and imagery of one person (EEGMMIDB), and four sets of the UEA archive as published.

One recipe for all: entities `views` and decoder `linear_evidence` at their defaults. Which views are believed, and how much weights decay, is chosen by inner
folds of each training set; nothing else is chosen. Peers get the same recordings and folds, and are tuned inside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from bars.bar import Bar, at_least, told
from bars.lab import Lab

import neurona as nr
from neurona.decoders.fitting import fit_decoder
from neurona.evaluation import Signal, baseline_predictions
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.inference.permutation import sign_flips
from neurona.evaluation.metrics.baseline_classifiers import BASELINES
from neurona.recordings.entities import WindowEntities, fit_entities
from neurona.recordings.recordings import Recordings

ONE_FIST, BOTH = (3, 4, 7, 8, 11, 12), (5, 6, 9, 10, 13, 14)
MOVEMENTS = {
    "left or right": (ONE_FIST, 0.78),
    "fists or feet": (BOTH, 0.967),
    "four movements": ((*ONE_FIST, *BOTH), 0.60),
}
"""Runs, executed and imagined pooled; and the bar."""
UEA = {
    "hand_movement_direction": 0.62,
    "finger_movements": 0.65,
    "self_regulation_scp1": 0.91,
    "self_regulation_scp2": 0.58,
}
PEERS = ("ridge", "logistic", "linear_svc", "lda", "lda_window", "tangent_space", "minirocket")
SHARES = (0.25, 0.5, 0.75)
"""Of the training recordings, for the learning curve of a bar that is missed."""

Folds = Sequence[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Trials:
    """Recordings with a label each.

    Attributes:
        data: the recordings.
        label: of each.
        folds: rows to train on and to test on.
        unit: what is independent, of each recording.
    """

    data: xr.DataArray
    label: np.ndarray
    folds: Folds
    unit: np.ndarray

    @property
    def tested(self) -> np.ndarray:
        """Rows, fold by fold."""
        return np.concatenate([test for _, test in self.folds])


def movements(lab: Lab) -> Iterator[Bar]:
    """Leave one run out; intervals over runs."""
    for task, (runs, bar) in MOVEMENTS.items():
        data = nr.load_dataset("eegmmidb", runs=sorted(runs), rest=False).recordings.data
        run = data.run.values.astype(str)
        label = data.metadata_movement.values.astype(str)
        folds = [(np.flatnonzero(run != one), np.flatnonzero(run == one)) for one in np.unique(run)]
        yield from _bars(f"eegmmidb S001, {task}", Trials(data, label, folds, run), bar, lab, seeds=1)


def archive(lab: Lab) -> Iterator[Bar]:
    """Published splits; intervals over trials."""
    for name, bar in UEA.items():
        data = nr.load_dataset(name).recordings.data
        train = data.split.values == "train"
        folds = [(np.flatnonzero(train), np.flatnonzero(~train))]
        trials = Trials(data, data.label.values.astype(str), folds, np.arange(len(train)))
        yield from _bars(name, trials, bar, lab, seeds=1 if lab.quick else 5)


THEMES: dict[str, Callable[[Lab], Iterator[Bar]]] = {"movements": movements, "archive": archive}


def _bars(name: str, trials: Trials, bar: float, lab: Lab, seeds: int) -> Iterator[Bar]:
    """The decoder's bar and, for information, its peers and what limits it."""
    right = np.mean([_right(trials, seed) for seed in range(seeds)], axis=0)
    found = at_least(name, float(right.mean()), bar, figures=_figures(right, trials))
    yield found
    peers = dict(_peers(trials, lab.quick))
    if peers:
        best = max(peers, key=lambda peer: peers[peer].mean())
        figures = {peer: _figures(values, trials) for peer, values in peers.items()}
        yield told(f"    best peer of {len(peers)}: {best}", f"{peers[best].mean():.3f}", figures)
        p = _paired(right, peers[best], trials)
        yield told("    better than it by", f"{right.mean() - peers[best].mean():+.3f}, p {p:.3f}", {"p": p})
    if not found.met:
        low, high = accuracy_interval(right, trials.unit[trials.tested])
        yield told("    95 % interval", f"{low:.3f} to {high:.3f}")
        for share in SHARES:
            yield told(f"    with {share:.0%} of the training recordings", f"{_right(trials, 0, share).mean():.3f}")


def _right(trials: Trials, seed: int, share: float = 1.0) -> np.ndarray:
    """Whether each test recording's most probable label is its own."""
    found = []
    for train, test in trials.folds:
        chosen = np.sort(np.random.default_rng(seed).permutation(train)[: round(share * len(train))])
        decoder = fit_decoder(_dataset(trials, chosen), "linear_evidence", entities="views", seed=seed)
        reading = decoder.read(Recordings(trials.data.isel(recording=test)))
        words = decoder.vocabulary.concepts
        probability = np.stack([reading.ask(f"exists x. {word}(x)").probability.to_numpy() for word in words], axis=1)
        said = np.array(words)[probability.argmax(axis=1)]
        found.append(said == np.array([_word(label) for label in trials.label[test]]))
    return np.concatenate(found).astype(float)


def _dataset(trials: Trials, rows: np.ndarray) -> nr.Dataset:
    data = trials.data.isel(recording=rows)
    known = {name: data.attrs[name] for name in ("sampling_hz", "modality", "units", "space")}
    places = {"positions": np.stack([data[axis].values for axis in "xyz"], axis=1)} if "x" in data.coords else {}
    return nr.Dataset.from_arrays(
        data.values,
        [_word(label) for label in trials.label[rows]],
        groups=data.run.values.astype(str).tolist(),
        channels=data.channel.values.astype(str).tolist(),
        entities=data.group.values.astype(str).tolist(),
        start_s=float(data.time[0]),
        **known,
        **places,
    )


def _word(label: str) -> str:
    return label.replace(" ", "_")


def _peers(trials: Trials, quick: bool) -> Iterator[tuple[str, np.ndarray]]:
    """Right answers of each peer that is installed."""
    recordings = Recordings(trials.data)
    features = fit_entities(recordings, WindowEntities(n_bins=10, n_windows=5)).apply(recordings).features
    signal = Signal(trials.data.values, float(trials.data.attrs["sampling_hz"]))
    runs = trials.data.run.values.astype(str)
    for peer in PEERS[: 5 if quick else None]:
        if BASELINES[peer].installed:
            tested, said = baseline_predictions(
                peer, features, trials.label, trials.folds, standardise=True, signal=signal, runs=runs
            )
            yield peer, (said == trials.label[tested]).astype(float)


def _paired(right: np.ndarray, peer: np.ndarray, trials: Trials) -> float:
    """p of the difference, two-sided, by signs of the units' sums."""
    unit = np.unique(trials.unit[trials.tested], return_inverse=True)[1]
    sums = np.bincount(unit, weights=right - peer)
    return float(sign_flips(sums).p(float(sums.sum()), "two-sided"))


def _figures(right: np.ndarray, trials: Trials) -> Mapping[str, float]:
    low, high = accuracy_interval(right, trials.unit[trials.tested])
    return {"accuracy": float(right.mean()), "low": low, "high": high, "n": len(right)}
