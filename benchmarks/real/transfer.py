"""Other people, other days, on the twin (SIMULATED): what alignments win back of what drifts.

Scenes of two or three things; which nouns they show is decoded by a linear discriminant with a shrunk covariance, the same for all alignments; accuracy is the
mean over nouns of the balanced accuracy (chance .5). Intervals are over studies, each with people, patterns and noise of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
from bars.bar import Bar, at_least, told
from bars.lab import Lab
from jaxtyping import Bool, Float
from sklearn.covariance import ledoit_wolf

from neurona.evaluation.inference.intervals import seeds_interval
from neurona.recordings.alignment import ALIGNMENTS, Alignment
from neurona.recordings.recordings import Recordings
from neurona.simulation import Simulation, SimulationSettings, simulate
from real.test_time import adapted_scores, readout

STUDY = {
    "images": 240,
    "questions": 0,
    "components": 128,
    "parcels": 6,
    "nouns": 20,
    "adjectives": 2,
    "things_least": 2,
    "things_most": 3,
    "adjectives_a_thing": 0.0,
    "relationships_a_thing": 0.0,
    "snr": 0.05,
}
NONE = {"subjects": 2, "sessions": 4}
FULL = NONE | {"session_gain": 0.5, "session_offset": 1.0, "session_shift_mm": 6.0}
SHIFTED = {"subjects": 5, "shift_mm": 10.0}
DRIFTS = {"without drift": NONE, "at full drift": FULL}
ADAPTED, DIVERGENCE = "z-scoring and adaptation at test time", "z-scoring and adaptation without the entropy"
LABELLED = 0.75
"""Share of the images by which people are aligned; the others are tested."""

Values = Float[np.ndarray, "recording channel"]
Shown = Bool[np.ndarray, "recording noun"]


def drift(lab: Lab) -> Iterator[Bar]:
    """Leave one session out: what an alignment wins without labels."""
    for name, dials in DRIFTS.items():
        studies = [_sessions(dials, seed) for seed in _seeds(lab)]
        for way in studies[0]:
            yield _told(f"sessions {name}: {way}", [study[way] for study in studies])
        bound = -0.01 if dials is NONE else 0.03
        gained = [study[ADAPTED] - study["zscore"] for study in studies]
        low, high = seeds_interval(np.asarray(gained))
        yield at_least(
            f"sessions {name}: adaptation at test time, beyond z-scoring",
            float(np.mean(gained)),
            bound,
            figures={"low": low, "high": high},
        )
        yield told("    95 % interval", f"{low:+.3f} to {high:+.3f}")


def topography(lab: Lab) -> Iterator[Bar]:
    """Leave one subject out, whose topography is shifted: the share of within-subject accuracy, above chance, that an alignment wins back."""
    studies = [_people(seed) for seed in _seeds(lab)]
    for way in studies[0]:
        yield _told(f"shifted topography: {way}", [study[way] for study in studies])
    for way in ("zscore", "hyperalignment", "shared_response"):
        shares = [(study[way] - 0.5) / (study["within the subject"] - 0.5) for study in studies]
        low, high = seeds_interval(np.asarray(shares))
        figures = {"low": low, "high": high}
        name = f"shifted topography: {way}, share of within-subject accuracy"
        share = float(np.mean(shares))
        yield (
            at_least(name, share, 0.8, figures=figures)
            if way == "shared_response"
            else told(name, f"{share:.3f}", figures)
        )


THEMES = {"drift": drift, "topography": topography}


def _seeds(lab: Lab) -> range:
    return range(2 if lab.quick else 5)


def _told(name: str, values: list[float]) -> Bar:
    low, high = seeds_interval(np.asarray(values))
    return told(name, f"{np.mean(values):.3f}", {"low": low, "high": high})


def _sessions(dials: Mapping[str, float], seed: int) -> dict[str, float]:
    """Accuracy of each way, mean over the sessions left out."""
    study, shown = _study(tuple(dials.items()), seed)
    data = study.recordings.data
    of = np.char.add(data.subject.values.astype(str), data.session.values.astype(str))
    everyone = np.ones(len(of), bool)
    found: dict[str, list[float]] = {}
    for way in ("as it is", "centre", "euclidean", "zscore"):
        aligned = _aligned(study, None if way == "as it is" else ALIGNMENTS[way](by="session"), everyone)
        for left_out in np.unique(of):
            test = of == left_out
            train = (data.subject.values == data.subject.values[test][0]) & ~test
            weights, bias = _fit(aligned[train], shown[train])
            found.setdefault(way, []).append(_accuracy(aligned[test] @ weights + bias, shown[test]))
            if way == "zscore":
                share = shown[train].mean(axis=0)
                odds = np.log(share / (1 - share))
                read = readout(weights, bias + odds, aligned[train])
                for name, entropy in ((ADAPTED, 1.0), (DIVERGENCE, 0.0)):
                    scores = adapted_scores(read, aligned[test], seed, entropy) - odds
                    found.setdefault(name, []).append(_accuracy(scores, shown[test]))
    return {way: float(np.mean(values)) for way, values in found.items()}


def _people(seed: int) -> dict[str, float]:
    """Accuracy of each way, mean over the subjects left out: the test subject's labels serve alignments that use them, and no read-out but its own."""
    study, shown = _study(tuple(SHIFTED.items()), seed)
    subject = study.recordings.data.subject.values.astype(str)
    first = np.tile(np.arange(STUDY["images"]) < LABELLED * STUDY["images"], len(np.unique(subject)))
    found: dict[str, list[float]] = {}
    for way in ("zscore", "hyperalignment", "shared_response"):
        aligned = _aligned(study, ALIGNMENTS[way](by="subject"), first)
        for left_out in np.unique(subject):
            own, test = subject == left_out, (subject == left_out) & ~first
            for name, train in ((way, ~own & first), ("within the subject", own & first)):
                if name == way or way == "zscore":
                    weights, bias = _fit(aligned[train], shown[train])
                    found.setdefault(name, []).append(_accuracy(aligned[test] @ weights + bias, shown[test]))
    return {way: float(np.mean(values)) for way, values in found.items()}


@lru_cache(maxsize=2)
def _study(dials: tuple[tuple[str, float], ...], seed: int) -> tuple[Simulation, Shown]:
    """A study, whose recordings have their time course summed up by the matched filter, and the nouns that each recording shows."""
    study = simulate(SimulationSettings(**(STUDY | dict(dials))), seed)
    nouns = sorted({thing.name for scene in study.scenes for thing in scene.things})
    shown = np.array([[name in {thing.name for thing in scene.things} for name in nouns] for scene in study.scenes])
    return study, np.tile(shown, (study.settings.subjects, 1))


def _aligned(study: Simulation, way: Alignment | None, train: Bool[np.ndarray, " recording"]) -> Values:
    measured, data = study.truth.measurement, study.recordings.data
    filtered = np.linalg.solve(measured.time_covariance, measured.time_course)
    summed = (data * filtered.astype(np.float32)[None, None]).sum("time", keepdims=True).transpose(*data.dims)
    recordings = Recordings(summed.assign_attrs(data.attrs))
    if way is not None:
        recordings = way.fit(recordings, train).apply(recordings)
    return recordings.data.values[:, :, 0].astype(np.float64)


def _fit(values: Values, shown: Shown) -> tuple[Float[np.ndarray, "channel noun"], Float[np.ndarray, " noun"]]:
    """A linear discriminant of each noun: the patterns of all, estimated together, and one noise covariance."""
    there = shown - shown.mean(axis=0)
    mean = values.mean(axis=0)
    patterns = np.linalg.solve(there.T @ there + 2 * np.eye(there.shape[1]), there.T @ (values - mean))
    noise = ledoit_wolf(values - mean - there @ patterns, assume_centered=True)[0]
    weights = np.linalg.solve(noise, patterns.T)
    return weights, -mean @ weights - (0.5 - shown.mean(axis=0)) * np.einsum("kc,ck->k", patterns, weights)


def _accuracy(scores: Float[np.ndarray, "recording noun"], shown: Shown) -> float:
    """Balanced, of nouns that some recordings show and others do not."""
    found = []
    for said, true in zip((scores > 0).T, shown.T, strict=True):
        if 0 < true.sum() < len(true):
            found.append((said[true].mean() + (~said[~true]).mean()) / 2)
    return float(np.mean(found))
