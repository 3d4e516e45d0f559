"""The encoding model finds planted patterns, their course in time and their carriers."""

import numpy as np
import pytest
from on_disk import on_disk

from neurona.encoding_models.axes import fit_axes
from neurona.encoding_models.bindings import Bindings
from neurona.encoding_models.encoding import fit_encoding
from neurona.encoding_models.inversion import Inversion
from neurona.programs.facts import Fact
from neurona.recordings.entities import Entities

COURSE = np.array([0.1, 1.0, 0.6, -0.2])
WORDS = ("a", "b", "c", "d")


@pytest.fixture(scope="module")
def planted():
    """SIMULATED: 6 parcels of 8 channels and 4 time points; each of 4 concepts in one parcel."""
    rng = np.random.default_rng(0)
    n, parcels, channels = 400, 6, 8
    scenes = [[Fact(word) for word in WORDS if rng.random() < 0.4] for _ in range(n)]
    bindings = Bindings.learn(scenes)
    design = bindings.design(scenes)
    patterns = np.zeros((4, parcels * channels))
    for k in range(4):
        patterns[k, k * channels : (k + 1) * channels] = 0.8 * rng.normal(size=channels)
    values = (design @ patterns)[:, :, None] * COURSE + rng.normal(size=(n, parcels * channels, 4))
    entities = Entities(
        values.reshape(n, -1).astype(np.float32),
        np.repeat(np.arange(parcels), channels * 4),
        tuple("pqrstu"),
        "parcel",
        n_times=4,
    )
    axes = fit_axes(entities, np.arange(n), design, groups=np.arange(parcels))
    z = axes(entities.features)
    return entities, axes, z, design, fit_encoding(axes, z, design, bindings), patterns


def test_the_filter_in_time_is_the_course(planted):
    _, axes, *_ = planted
    filters = axes.basis.reshape(-1, 4, axes.basis.shape[1]).transpose(0, 2, 1).reshape(-1, 4)
    used = filters[np.abs(filters).sum(axis=1) > 0]
    cosine = used @ COURSE / np.linalg.norm(used, axis=1) / np.linalg.norm(COURSE)
    assert np.abs(cosine).min() > 0.97


@pytest.mark.parametrize("rows", [1, 7])
def test_recordings_on_disk_have_the_patterns_noise_and_evidence_of_those_in_memory(planted, rows):
    entities, axes, z, design, encoding, _ = planted
    scenes = [[Fact(WORDS[k]) for k in np.flatnonzero(row)] for row in design]
    with on_disk(rows, entities.features.shape[1]):
        found = fit_axes(entities, np.arange(len(design)), design, groups=np.arange(6))
        again = found(entities.features)
        np.testing.assert_allclose(axes(entities.features), z, atol=1e-5)
        apart = fit_encoding(axes, z, design, Bindings.learn(scenes))
        inverted = Inversion.of(apart, design, np.arange(4))
        support = inverted.support(entities.features)
    np.testing.assert_allclose(again, z, rtol=1e-2, atol=2e-3)
    np.testing.assert_allclose(found.reliability, axes.reliability, atol=1e-3)
    for name in ("patterns", "noise", "carried"):
        np.testing.assert_allclose(getattr(apart, name), getattr(encoding, name), rtol=1e-3, atol=1e-3)
    whole = Inversion.of(encoding, design, np.arange(4))
    np.testing.assert_allclose(support, whole.support(entities.features), rtol=1e-2, atol=1e-2)


def test_axes_have_noise_of_variance_one(planted):
    _, _, z, design, encoding, _ = planted
    left = z - z.mean(axis=0) - (design - encoding.centre) @ encoding.patterns
    assert 0.8 < left.var() < 1.2


def test_each_concept_is_carried_where_it_was_planted(planted):
    encoding = planted[4]
    assert (encoding.carried.argmax(axis=1) == np.arange(4)).all()
    assert np.sort(encoding.carried, axis=1)[:, :-1].max() < 0.5


def test_patterns_predict_better_than_those_of_least_squares(planted):
    _, axes, z, design, encoding, patterns = planted
    true = np.einsum("kc,t->kct", patterns, COURSE).reshape(4, -1) @ axes.basis
    centred = design - design.mean(axis=0)
    least = np.linalg.lstsq(centred, z - z.mean(axis=0), rcond=None)[0]
    assert ((encoding.patterns - true) ** 2).sum() < 0.6 * ((least - true) ** 2).sum()


def test_windows_of_time_are_left_as_they_are(planted):
    entities, _, _, design, _, _ = planted
    windows = np.tile(np.repeat([0, 1], 2), entities.features.shape[1] // 4)
    two = Entities(entities.features, windows, ("early", "late"), "sensor group x time window", n_times=4)
    axes = fit_axes(two, np.arange(len(design)), design, groups=np.arange(2))
    assert axes.basis.shape[1] == entities.features.shape[1]
    assert ((axes.basis[windows == 0] != 0).any(axis=0) != (axes.basis[windows == 1] != 0).any(axis=0)).all()


def test_words_of_few_recordings_gain_by_kin_that_are_alike_and_by_these_alone():
    """SIMULATED: 4 kinds of 6 words that share their parcel and three quarters of their pattern; each word in 6 of 150 recordings."""
    rng = np.random.default_rng(1)
    n, parcels, channels, words = 150, 8, 6, [f"w{k:02d}" for k in range(24)]
    common = rng.normal(size=(4, channels))
    patterns = np.zeros((24, parcels * channels))
    for k in range(24):
        own = np.sqrt(0.75) * common[k // 6] + np.sqrt(0.25) * rng.normal(size=channels)
        patterns[k, (k // 6) * channels : (k // 6 + 1) * channels] = own
    shown = np.stack([rng.permutation(np.repeat([True, False], [6, n - 6])) for _ in words], axis=1)
    scenes = [[Fact(words[k]) for k in np.flatnonzero(row)] for row in shown]
    bindings = Bindings.learn(scenes)
    design = bindings.design(scenes)
    values = (design @ patterns + rng.normal(size=(n, parcels * channels))).astype(np.float32)
    entities = Entities(values, np.repeat(np.arange(parcels), channels), tuple("pqrstuvw"), "parcel")
    axes = fit_axes(entities, np.arange(n), design, groups=np.arange(parcels))
    z = axes(entities.features)
    planted = patterns @ axes.basis

    def error(kinds):
        return ((fit_encoding(axes, z, design, bindings, kinds=kinds).patterns - planted) ** 2).sum()

    alone = error(None)
    assert error({word: f"kind{k // 6}" for k, word in enumerate(words)}) < 0.75 * alone
    assert error({word: f"kind{k % 6}" for k, word in enumerate(words)}) < 1.03 * alone
