"""Other people, other days: what alignments win back of what drifts, on the twin (SIMULATED), and what they change on real recordings.

On the twin, scenes of two or three things; which nouns they show is decoded by a linear discriminant with a shrunk covariance, the same for all alignments; accuracy is the
mean over nouns of the balanced accuracy (chance .5). Intervals are over studies, each with people, patterns and noise of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from bars.bar import Bar, at_least, told
from bars.lab import Lab
from jaxtyping import Bool, Float
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import neurona as nr
from neurona.evaluation.inference.intervals import accuracy_interval, seeds_interval
from neurona.recordings.alignment import ALIGNMENTS, Alignment, By, alignment_settings
from neurona.recordings.entities import fit_entities
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
RECORDED: tuple[tuple[str, str, By, dict[str, Any]], ...] = (
    ("haxby2001_vt", "label", "run", {}),
    ("emotion_eeg", "metadata_power", "subject", {}),
    ("emotion_eeg", "metadata_outcome", "subject", {}),
    ("attention_faces_eeg", "metadata_emotion", "subject", {}),
    ("attention_faces_eeg", "metadata_side", "subject", {}),
    ("eegmmidb", "metadata_movement", "run", {"runs": [3, 4, 7, 8, 11, 12], "rest": False}),
)
"""Data set, label, what is left out and aligned, settings of the data set."""
ENTITIES = {"haxby2001_vt": "atlas", "eegmmidb": "tangent"}
"""By data set; else windows."""
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


def recorded(lab: Lab) -> Iterator[Bar]:
    """Real recordings, for information: a classifier of scikit-learn on entities of each alignment."""
    for name, column, by, settings in RECORDED[: 5 if lab.quick else None]:
        recordings = nr.load_dataset(name, **settings).recordings
        label, group = (recordings.data[of].values.astype(str) for of in (column, by))
        ways = ("as it is", "zscore", *(("euclidean", "riemannian") if name == "eegmmidb" else ("centre",)))
        for way in ways:
            align = None if way == "as it is" else replace(alignment_settings(way), by=by)
            right = np.zeros(len(label), bool)
            for left_out in np.unique(group):
                test = group == left_out
                entities = fit_entities(recordings, ENTITIES.get(name, "windows"), ~test, align=align)
                features = entities.apply(recordings).features
                read = _peer(features.shape[1]).fit(features[~test], label[~test])
                right[test] = read.predict(features[test]) == label[test]
            low, high = accuracy_interval(right, group)
            text = f"{name}, {column.removeprefix('metadata_')}, one {by} left out: {way}"
            yield told(text, f"{right.mean():.3f}", {"low": low, "high": high})


THEMES = {"drift": drift, "topography": topography, "recorded": recorded}


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


def _peer(features: int) -> Any:
    """A discriminant with a shrunk covariance; where that is slow to invert, a logistic regression of strong decay."""
    if features <= 1000:
        return LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500))


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
