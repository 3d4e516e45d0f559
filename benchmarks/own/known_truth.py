"""Planted M/EEG and fMRI through the whole path: as good as a plain decoder of the same features, and at chance where nothing is planted.

Recordings are SIMULATED. Half of the trials are learned from, the other half is read; classes are unequal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import mne
import nibabel as nib
import numpy as np
import pandas as pd
from bars.bar import Bar, at_least, at_most, nothing_of
from nilearn.glm.first_level import make_first_level_design_matrix
from nilearn.maskers import NiftiMasker
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score

import neurona as nr
from own.bench import ROOT, Own, call

CLASSES, SHARES = ("face", "house", "tool"), (0.5, 0.3, 0.2)
DECODERS = ("linear_evidence", "explain")
BEHIND = 0.02
SEEDS = 5

Halves = tuple[nr.Dataset, np.ndarray, nr.Dataset, np.ndarray]


def known_truth(own: Own) -> Iterator[Bar]:
    """Accuracy over seeds beside shrinkage LDA's on the entities' features; balanced accuracy on shuffled labels."""
    seeds = range(2 if own.quick else SEEDS)
    for name, make in (("M/EEG", meeg), ("fMRI", fmri)):
        planted = [make(seed, True) for seed in seeds]
        for kind in DECODERS:
            ours, plain = np.mean([_accuracies(halves, kind) for halves in planted], axis=0)
            title = f"planted {name}, {kind}: accuracy beside LDA's {plain:.3f} (SIMULATED)"
            yield at_least(title, float(ours), float(plain) - BEHIND, figures={"lda": float(plain)})
        for kind in DECODERS:
            found = [_balanced(make(seed, False), kind) for seed in seeds]
            tested = sum(len(make(seed, False)[3]) for seed in seeds[:1]) * len(found)
            # Of each class as many as the rarest has: wide enough for the mean of their recalls.
            spread = 1.96 * np.sqrt(np.mean([1 / (3 * share) for share in SHARES]) * (2 / 9) / tested)
            title = f"nothing planted, {name}, {kind}: balanced accuracy from chance (SIMULATED)"
            yield at_most(title, abs(float(np.mean(found)) - 1 / 3), float(spread))


def betas_of_one_design(own: Own) -> Iterator[Bar]:
    """LSA and LSS betas beside those of nilearn's own FirstLevelModel, to 1e-5: the tests that compare them."""
    done = call(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "tests/recordings/test_fmri_betas.py"],
        cwd=ROOT,
    )
    if done.code:
        print(done.told[-1500:], flush=True)
    yield nothing_of("LSA and LSS betas unlike nilearn's", int(done.code != 0), 1)


def _labels(rng: np.random.Generator, count: int) -> np.ndarray:
    # Both halves hold every class in its share.
    half = np.repeat(CLASSES, np.round(np.array(SHARES) * count / 2).astype(int))
    return np.concatenate([rng.permutation(half), rng.permutation(half)])


def meeg(seed: int, planted: bool) -> Halves:
    """160 epochs of 16 EEG channels."""
    rng = np.random.default_rng(seed)
    names = mne.channels.make_standard_montage("standard_1020").ch_names[:40:2][:16]
    labels, times = _labels(rng, 160), np.arange(-0.1, 0.6, 0.01)
    pattern = 2.5e-6 * rng.normal(size=(len(CLASSES), len(names)))
    course = np.exp(-(((times - 0.25) / 0.08) ** 2))
    signal = pattern[[CLASSES.index(label) for label in labels]][:, :, None] * course * planted
    values = signal + 1e-5 * rng.normal(size=(len(labels), len(names), len(times)))
    info = mne.create_info(names, 100.0, "eeg").set_montage("standard_1020")
    epochs = mne.EpochsArray(values, info, tmin=-0.1, metadata=pd.DataFrame({"shown": labels}), verbose="error")
    half = len(labels) // 2
    parts = [nr.Dataset.from_epochs(part, "shown") for part in (epochs[:half], epochs[half:])]
    return parts[0], labels[:half], parts[1], labels[half:]


def fmri(seed: int, planted: bool) -> Halves:
    """8 runs of 20 events, 6 x 6 x 4 voxels, single-trial betas."""
    rng = np.random.default_rng(seed)
    labels, shape = _labels(rng, 160), (6, 6, 4)
    pattern = 0.35 * rng.normal(size=(len(CLASSES), *shape))
    images, events = [], []
    for part in np.split(labels, 8):
        onset = 8.0 + 8.0 * np.arange(len(part))
        table = pd.DataFrame({"onset": onset, "duration": 2.0, "trial_type": part})
        frames = 2.0 * np.arange(96)
        design = make_first_level_design_matrix(frames, table, drift_model=None)
        signal = sum(
            design[name].to_numpy() * pattern[k][..., None] for k, name in enumerate(CLASSES) if name in design
        )
        values = 100 + signal * planted + rng.normal(size=(*shape, len(frames)))
        image = nib.Nifti1Image(values.astype(np.float32), np.diag([3.0, 3.0, 3.0, 1.0]))
        image.header.set_zooms((3, 3, 3, 2.0))
        images.append(image)
        events.append(table)
    mask = NiftiMasker(nib.Nifti1Image(np.ones(shape, np.uint8), images[0].affine))
    half = len(labels) // 2
    parts = [nr.Dataset.from_niimgs(images[at], masker=mask, events=events[at]) for at in (slice(4), slice(4, 8))]
    return parts[0], labels[:half], parts[1], labels[half:]


def _read(halves: Halves, kind: str) -> tuple[nr.FittedDecoder, np.ndarray]:
    """The decoder, and the most probable class of each trial."""
    train, _, test, labels = halves
    decoder = nr.fit(train, kind)
    said = decoder.read(test).ask([f"exists x. {name}(x)" for name in CLASSES])
    probability = said.pivot(index="recording", columns="query", values="probability")
    order = [str(name) for name in test.recordings.data.recording.values]
    table = probability.loc[order, [f"exists x. {name}(x)" for name in CLASSES]].to_numpy()
    assert len(table) == len(labels)
    return decoder, np.array(CLASSES)[table.argmax(axis=1)]


def _accuracies(halves: Halves, kind: str) -> tuple[float, float]:
    decoder, answer = _read(halves, kind)
    train, known, test, labels = halves
    features: Callable = decoder.entities.apply
    plain = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(features(train.recordings).features, known)
    return float(np.mean(answer == labels)), float(plain.score(features(test.recordings).features, labels))


def _balanced(halves: Halves, kind: str) -> float:
    return float(balanced_accuracy_score(halves[3], _read(halves, kind)[1]))
