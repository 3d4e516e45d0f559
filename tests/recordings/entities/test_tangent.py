"""Tangents of covariances: those of pyriemann, blind to what all recordings share, and of the band that they are named after."""

import numpy as np
import pytest
from noisy_eeg import HZ, made, noise
from scipy.stats import ortho_group

from neurona.errors import DataError
from neurona.recordings.entities import TangentEntities, fit_entities
from neurona.recordings.entities.tangent import band_covariances, riemannian_mean


def features(values, band=(8.0, 30.0)):
    return fit_entities(made(values), TangentEntities(bands=(band,))).apply(made(values)).features


def test_mean_and_tangents_are_those_of_pyriemann():
    tangentspace = pytest.importorskip("pyriemann.tangentspace")
    values = noise()
    covariances = band_covariances(values, HZ, (8.0, 30.0))
    reference = tangentspace.TangentSpace(metric="riemann").fit(covariances)
    np.testing.assert_allclose(
        riemannian_mean(covariances), reference.reference_, rtol=1e-2, atol=1e-2 * covariances.max()
    )
    np.testing.assert_allclose(features(values), reference.transform(covariances), atol=1e-2)


def test_distances_are_blind_to_a_rotation_and_a_gain_that_all_recordings_share():
    values = noise()
    turned = 7 * np.einsum("ij,njt->nit", ortho_group.rvs(4, random_state=1), values)
    of_both = [np.linalg.norm(x[:, None] - x[None], axis=2) for x in (features(values), features(turned))]
    np.testing.assert_allclose(*of_both, atol=1e-3)


def test_a_rhythm_changes_its_own_band_and_its_own_pair_of_groups():
    values = noise(n=20)
    time = np.arange(300) / HZ
    values[::2, :2] += 20 * np.sin(2 * np.pi * 10 * time + np.arange(10)[:, None, None])
    recordings = made(values, ["left", "left", "right", "right"])
    entities = fit_entities(recordings, TangentEntities(bands=((8.0, 13.0), (20.0, 40.0)))).apply(recordings)
    change = np.abs(entities.features[::2].mean(axis=0) - entities.features[1::2].mean(axis=0))
    of_entity = dict(
        zip(entities.names, [change[entities.entity_of_feature == p].max() for p in range(6)], strict=True)
    )
    assert max(of_entity, key=of_entity.get) == "left 8 to 13 Hz"
    assert set(of_entity) == {
        f"{pair} {band} Hz" for pair in ("left", "left with right", "right") for band in ("8 to 13", "20 to 40")
    }
    assert of_entity["left 20 to 40 Hz"] < 0.5 * of_entity["left 8 to 13 Hz"]


def test_channels_that_depend_on_each_other_and_recordings_of_nothing_stay_finite():
    values = noise()
    values -= values.mean(axis=1, keepdims=True)
    values[3] = 0
    assert np.isfinite(features(values)).all()


def test_a_band_without_a_frequency_is_refused_with_those_that_there_are():
    with pytest.raises(DataError, match=r"8\.1 to 8\.2 Hz.*multiples of 0\.333 Hz up to 50 Hz"):
        features(noise(), (8.1, 8.2))
    with pytest.raises(DataError, match="one channel"):
        features(noise(channels=1))
