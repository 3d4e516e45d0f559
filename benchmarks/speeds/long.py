"""Long recordings: what it is worth to carry the state of concepts on, beside a hidden Markov model of plain tools, and what an hour takes.

SIMULATED: eight channels at 10 Hz, a pattern for each of three states that last 20 s on average, in white noise and in noise that lasts 3 s, so that evidence of neighbouring windows is not independent.
Decoders learn one set of recordings and read others, window after window (1 s); intervals are over recordings (Student's t). The peer is scikit-learn's LDA, shrinkage by Ledoit and Wolf, whose class
posteriors over priors are the emissions of a hidden Markov model with a transition matrix counted in the training windows. Control: the same windows in an order drawn by lot.

EEGMMIDB, leave one run out: rest and movements follow one another all 4 s; windows of 2 s, one a second.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import mne
import numpy as np
from bars.bar import Bar, at_least, at_most, told
from mne_bids import BIDSPath, write_raw_bids
from rich.console import Console
from scipy.signal import lfilter
from scipy.stats import t as student
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

import neurona as nr
from neurona.datasets import layouts
from neurona.recordings.recordings import Recordings
from speeds.bench import Speeds, command

WORDS = np.array(["rest", "left", "right"])
HZ, CHANNELS, DWELL_S, LASTS_S = 10, 8, 20.0, 3.0
TRAIN_S, TEST_S = 1800, 1200


class Windows(NamedTuple):
    """Windows of some recordings in the order of time: values, words shown, seconds, run."""

    values: np.ndarray
    word: np.ndarray
    onset: np.ndarray
    run: np.ndarray

    def take(self, rows: np.ndarray) -> Windows:
        """Some of them, in this order."""
        return Windows(*(one[rows] for one in self))


def long(speeds: Speeds) -> Iterator[Bar]:
    """All bars."""
    yield from carried(recordings=12 if speeds.quick else 40)
    yield from movements()
    yield from hours(speeds.folder, minutes=(10, 40) if speeds.quick else (10, 60))


def carried(recordings: int) -> Iterator[Bar]:
    """Accuracy by window of decoder, filter and peer, and of the same in an order drawn by lot."""
    pattern = 0.25 * np.random.default_rng(0).standard_normal((len(WORDS), CHANNELS))
    train = simulated(1000, TRAIN_S, pattern)
    tests = [simulated(seed, TEST_S, pattern) for seed in range(recordings)]
    decoder = nr.fit(dataset(train, HZ), "linear_evidence", entities="whole")
    yield told("long: dwell time learned, s; true 20 (SIMULATED)", f"{decoder.dwell_s:.1f}")
    peer = HiddenMarkov(train)
    right = [_rights(decoder, peer, test) for test in tests]
    lot = [np.random.default_rng(seed).permutation(len(test.word)) for seed, test in enumerate(tests)]
    shuffled = [
        _rights(decoder, peer, test.take(order)._replace(onset=test.onset))
        for test, order in zip(tests, lot, strict=True)
    ]
    yield from _compared("long", right, "(SIMULATED)")
    gain = np.array([one["filter"] - one["decoder"] for one in right])
    yield at_least(f"long: lower end of the filter's gain, {interval(gain)} (SIMULATED)", bounds(gain)[0], 0.05)
    beside = np.array([one["filter"] - one["hidden Markov"] for one in right])
    yield at_least(f"long: filter less hidden Markov, {interval(beside)} (SIMULATED)", beside.mean(), -0.01)
    none = np.array([one["filter"] - one["decoder"] for one in shuffled])
    yield at_most(f"long: filter's gain in an order by lot, {interval(none)} (SIMULATED)", none.mean(), 0.0)
    loss = {name: np.array([one[f"{name} loss"] for one in right]) for name in ("decoder", "filter", "hidden Markov")}
    for name, values in loss.items():
        yield told(f"long: {name}: nats a window, -log p of what was shown (SIMULATED)", interval(values))


def movements() -> Iterator[Bar]:
    """Rest, left or right fist of EEGMMIDB, subject 1, executed and imagined: leave one run out."""
    windows, hz = _eegmmidb()
    right = []
    for run in np.unique(windows.run):
        train, test = windows.take(windows.run != run), windows.take(windows.run == run)
        decoder = nr.fit(dataset(train, hz), "linear_evidence", entities="tangent")
        right.append(_rights(decoder, HiddenMarkov(train, power=True, fresh=0.5), test))
    yield told("long, eegmmidb S001: dwell time learned in the last fold, s", f"{decoder.dwell_s or 0:.1f}")
    yield from _compared("long, eegmmidb S001", right, "")
    gain = np.array([one["filter"] - one["decoder"] for one in right])
    yield told("long, eegmmidb S001: filter's gain", interval(gain))


def hours(folder: Path, minutes: tuple[int, int]) -> Iterator[Bar]:
    """Memory and CPU of `neurona read --every 1` on a short file and on a long one."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        decoder = _decoder_of_files(Path(made))
        found = {}
        for length in minutes:
            file = Path(made) / f"m{length}_raw.fif"
            _raw(simulated(length, 60 * length, np.zeros((3, 32)), hz=100)).save(file, verbose="error")
            out = str(Path(made) / f"reading {length}")
            arguments = ["read", str(decoder), str(file), "--out", out, "--every", "1", "--dwell", "20"]
            found[length] = command(arguments, Path(made) / "cache")
            file.unlink()
    short, long = minutes
    grown = found[long]["peak_mb"] - found[short]["peak_mb"]
    name = f"long: MB that a file of {long} min takes above one of {short} (SIMULATED)"
    yield at_most(name, grown, 20.0, 1, {str(length): one for length, one in found.items()})
    seconds = (found[long]["after_s"] - found[short]["after_s"]) / (long - short)
    yield told("long: CPU s a minute of 32 channels at 100 Hz (SIMULATED)", f"{seconds:.2f}")


def simulated(seed: int, seconds: int, pattern: np.ndarray, hz: int = HZ) -> Windows:
    """Windows of a second, SIMULATED."""
    rng, channels = np.random.default_rng(seed), pattern.shape[1]
    anew = rng.random(seconds) > np.exp(-1 / DWELL_S)
    word = rng.integers(0, len(pattern), seconds)[np.maximum.accumulate(np.where(anew, np.arange(seconds), 0))]
    lasting = lfilter([1.0], [1.0, -np.exp(-1 / LASTS_S / hz)], rng.standard_normal((channels, seconds * hz)))
    lasting /= lasting.std()
    noise = np.sqrt(0.9) * rng.standard_normal(lasting.shape) + np.sqrt(0.1) * lasting
    values = noise.reshape(channels, seconds, hz).swapaxes(0, 1) + pattern[word][:, :, None]
    return Windows(values.astype(np.float32), WORDS[word], np.arange(float(seconds)), np.full(seconds, f"run {seed}"))


def dataset(windows: Windows, hz: float) -> nr.Dataset:
    """Windows with their times and what they show."""
    data = nr.Dataset.from_arrays(windows.values, windows.word, groups=windows.run.tolist(), sampling_hz=hz)
    return replace(data, recordings=timed(data.recordings, windows))


def timed(recordings: Recordings, windows: Windows) -> Recordings:
    coordinates = {"onset": ("recording", windows.onset), "run": ("recording", windows.run)}
    return Recordings(recordings.data.assign_coords(coordinates | {"label": ("recording", windows.word)}))


class HiddenMarkov:
    """A hidden Markov model over the posteriors of a linear discriminant analysis.

    Args:
        train: labelled windows.
        power: whether features are the logarithm of each channel's variance, not its mean.
        fresh: part of a window that the one before it did not hold; evidence counts as far as it is new.
    """

    def __init__(self, train: Windows, power: bool = False, fresh: float = 1.0):
        self.power, self.fresh = power, fresh
        self.lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(self.features(train), train.word)
        place = np.searchsorted(self.lda.classes_, train.word)
        follows = train.run[1:] == train.run[:-1]
        self.transition = np.ones((len(self.lda.classes_),) * 2)
        np.add.at(self.transition, (place[:-1][follows], place[1:][follows]), 1)
        self.transition /= self.transition.sum(axis=1, keepdims=True)

    def features(self, windows: Windows) -> np.ndarray:
        """Of each channel one."""
        return np.log(windows.values.var(axis=2)) if self.power else windows.values.mean(axis=2)

    def __call__(self, windows: Windows) -> np.ndarray:
        """p(w_t | y_1:t), of one recording."""
        emission = (self.lda.predict_proba(self.features(windows)) / self.lda.priors_) ** self.fresh
        share, found = self.lda.priors_, np.empty(emission.shape)
        for t, row in enumerate(emission):
            share = row * (self.transition.T @ share if t else share)
            share = share / share.sum()
            found[t] = share
        return found


def _rights(decoder: nr.FittedDecoder, peer: HiddenMarkov, test: Windows) -> Mapping[str, float]:
    """Accuracy, and mean -log p of what was shown, of each way to read one recording."""
    data = nr.Dataset.from_arrays(test.values, sampling_hz=decoder.entities.expected.sampling_hz).recordings
    recordings = timed(data, test)
    said = {
        "decoder": shares(decoder.read(recordings)),
        "filter": shares(nr.StateFilter(decoder, decoder.dwell_s or 0.0).read(recordings)),
        "LDA": peer.lda.predict_proba(peer.features(test))[:, _order(peer)],
        "hidden Markov": peer(test)[:, _order(peer)],
    }
    place = np.array([WORDS.tolist().index(word) for word in test.word])
    found = {name: float((share.argmax(axis=1) == place).mean()) for name, share in said.items()}
    for name, share in said.items():
        found[f"{name} loss"] = -float(np.log(np.maximum(share[np.arange(len(place)), place], 1e-9)).mean())
    return found


def _order(peer: HiddenMarkov) -> np.ndarray:
    return np.array([peer.lda.classes_.tolist().index(word) for word in WORDS])


def shares(reading: Any) -> np.ndarray:
    return np.stack([reading.ask(f"exists x. {word}(x)").probability.to_numpy() for word in WORDS], axis=1)


def _compared(name: str, right: list[Mapping[str, float]], what: str) -> Iterator[Bar]:
    for way in ("decoder", "filter", "LDA", "hidden Markov"):
        values = np.array([one[way] for one in right])
        yield told(f"{name}: {way}, accuracy by window {what}".rstrip(), interval(values), {"of each": values.tolist()})


def _eegmmidb() -> tuple[Windows, float]:
    """Windows of 2 s that one event holds whole, one a second: three of each event's 4.1 s."""
    parts = []
    for after in (0.0, 1.0, 2.0):
        runs, band = [3, 4, 7, 8, 11, 12], (8.0, 30.0)
        data = nr.load_dataset("eegmmidb", runs=runs, band=band, tmin=after, tmax=after + 2).recordings.data
        word = np.char.replace(data.metadata_movement.values.astype(str), "_fist", "")
        parts.append(Windows(1e6 * data.values, word, data.onset.values + after, data.run.values.astype(str)))
    every = Windows(*(np.concatenate(one) for one in zip(*parts, strict=True)))
    return every.take(np.lexsort((every.onset, every.run))), float(data.attrs["sampling_hz"])


def _raw(windows: Windows) -> mne.io.RawArray:
    """Windows one after another, as a continuous recording in V."""
    values = 1e-5 * np.concatenate(list(windows.values), axis=1)
    info = mne.create_info([f"E{k}" for k in range(len(values))], windows.values.shape[2], "eeg")
    return mne.io.RawArray(values, info, verbose="error")


def _decoder_of_files(folder: Path) -> Path:
    """A decoder of a BIDS folder with one run of five minutes, an event each second."""
    train = simulated(1, 300, np.random.default_rng(0).standard_normal((3, 32)), hz=100)
    raw = _raw(train)
    raw.info["line_freq"] = 50
    raw.set_annotations(mne.Annotations(train.onset, 1.0, train.word))
    path = BIDSPath(subject="1", task="long", run="01", datatype="eeg", root=folder / "study")
    write_raw_bids(raw, path, format="BrainVision", allow_preload=True, verbose="error")
    options = ["epoching.tmin=0", "epoching.tmax=0.99", "epoching.baseline=null", "epoching.l_freq=1"]
    layouts.convert(folder / "study", folder / "set", Console(quiet=True), options=options)
    return nr.fit(nr.load_dataset(folder / "set"), "linear_evidence", entities="whole").save(folder / "decoder")


def bounds(values: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean, by Student's t."""
    half = float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return float(values.mean()) - half, float(values.mean()) + half


def interval(values: np.ndarray) -> str:
    low, high = bounds(values)
    return f"{values.mean():.3f} ({low:.3f} to {high:.3f})"
