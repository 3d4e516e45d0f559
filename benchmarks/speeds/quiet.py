"""Quiet windows that are not read in full: what they cost in accuracy, and what they save.

SIMULATED recordings as in `speeds.long`, with patterns of two strengths. The threshold is chosen on validation recordings: the highest at which accuracy falls by .01 at most; test recordings are others. Beside it as many
windows at regular times, each standing for those up to the next. CPU is that of reading window by window, by features that are cheap (means) and by all views of M/EEG.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from bars.bar import Bar, at_least, told

import neurona as nr
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.recordings.recordings import Recordings
from speeds.bench import Speeds
from speeds.long import CHANNELS, DWELL_S, HZ, WORDS, Windows, bounds, dataset, interval, shares, simulated, timed

STRENGTHS = 0.25, 0.5
SURPRISES = -0.9, -0.7, -0.5, -0.3, -0.1
LOSS = 0.01
_DECODER = LinearEvidenceSettings(decays=(0.05,))


class Skipped(NamedTuple):
    """Share of the windows that were read in full; accuracy of all, and of as many read at regular times."""

    read: float
    right: float
    regular: float


def quiet(speeds: Speeds) -> Iterator[Bar]:
    """All bars."""
    for strength in STRENGTHS:
        yield from _of_strength(strength, *((6, 8) if speeds.quick else (10, 30)))
    yield from _saved()


def _of_strength(strength: float, validation: int, tests: int) -> Iterator[Bar]:
    pattern = strength * np.random.default_rng(0).standard_normal((len(WORDS), CHANNELS))
    decoder = nr.fit(dataset(simulated(1000, 900, pattern), HZ), _DECODER, entities="whole")
    recordings = [simulated(seed, 600, pattern) for seed in range(validation + tests)]
    full = np.array([_right(shares(nr.StateFilter(decoder, DWELL_S).read(_of(one))), one) for one in recordings])
    table = {surprise: [_skipped(decoder, one, surprise) for one in recordings[:validation]] for surprise in SURPRISES}
    lost = {surprise: float(np.mean(full[:validation] - _column(found, "right"))) for surprise, found in table.items()}
    chosen = max((surprise for surprise, loss in lost.items() if loss <= LOSS), default=SURPRISES[0])
    for surprise in SURPRISES:
        found = [_skipped(decoder, one, surprise) for one in recordings[validation:]]
        read, right, regular = (_column(found, name) for name in Skipped._fields)
        name = f"quiet, pattern {strength:g}, surprise {surprise:g}{', chosen' * (surprise == chosen)} (SIMULATED)"
        figures = {"read": read.tolist(), "right": right.tolist(), "regular": regular.tolist()}
        loss, above = full[validation:] - right, right - regular
        said = f"read {read.mean():.2f}, accuracy {right.mean():.3f}, lost {interval(loss)}, above regular {interval(above)}"
        yield told(name, said, figures)
        if surprise == chosen and strength == max(STRENGTHS):
            yield at_least(
                f"quiet, pattern {strength:g}: above regular times, lower end (SIMULATED)", bounds(above)[0], 0.0
            )


def _saved() -> Iterator[Bar]:
    """CPU of reading window by window, all and some of them."""
    pattern = 0.5 * np.random.default_rng(0).standard_normal((len(WORDS), 16))
    train, test = simulated(1000, 300, pattern, hz=100), simulated(1, 900, pattern, hz=100)
    for entities in ("whole", "views"):
        decoder = nr.fit(dataset(train, 100), _DECODER, entities=entities)
        took, read = [], []
        for surprise in (None, -0.5):
            states = nr.StateFilter(decoder, DWELL_S, surprise=surprise)
            data = _of(test, 100).data
            states.read(Recordings(data[:1]))
            start = time.process_time()
            for k in range(1, len(test.word)):
                states.read(Recordings(data[k : k + 1]))
            took.append((time.process_time() - start) / (len(test.word) - 1))
            read.append(states.quiet.read / states.quiet.seen if states.quiet else 1.0)
        said = f"{1e3 * took[0]:.1f} to {1e3 * took[1]:.1f}, {read[1]:.2f} of them read"
        yield told(f"quiet: CPU ms a window, entities {entities} (SIMULATED)", said, {"took": took, "read": read})


def _skipped(decoder: nr.FittedDecoder, test: Windows, surprise: float) -> Skipped:
    states = nr.StateFilter(decoder, DWELL_S, surprise=surprise)
    assert states.quiet is not None
    right = _right(shares(states.read(_of(test))), test)
    read = states.quiet.read / states.quiet.seen
    at = np.unique(np.linspace(0, len(test.word) - 1, round(read * len(test.word))).astype(int))
    some = shares(nr.StateFilter(decoder, DWELL_S).read(Recordings(_of(test).data[at])))
    standing = np.searchsorted(at, np.arange(len(test.word)), side="right") - 1
    return Skipped(read, right, _right(some[standing], test))


def _of(windows: Windows, hz: float = HZ) -> Recordings:
    return timed(nr.Dataset.from_arrays(windows.values, sampling_hz=hz).recordings, windows)


def _right(share: np.ndarray, windows: Windows) -> float:
    return float((WORDS[share.argmax(axis=1)] == windows.word).mean())


def _column(found: Sequence[Skipped], name: str) -> np.ndarray:
    values: list[Any] = [getattr(one, name) for one in found]
    return np.array(values)
