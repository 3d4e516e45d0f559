"""What was fitted once is applied to any recordings: the same features, whoever stands beside."""

import copy
import pickle

import numpy as np
import pytest
from drifting import drifting
from entity_recordings import atlas_recordings

from neurona.errors import DataError
from neurona.recordings.entities import (
    AtlasEntities,
    GroupEntities,
    KernelEntities,
    ParcelEntities,
    TangentEntities,
    ViewEntities,
    WholeEntities,
    WindowEntities,
    fit_entities,
)
from neurona.recordings.recordings import Recordings
from neurona.stored import load_stored, save_stored

GRID = [f"{i}-{j}-{k}" for i in range(4) for j in range(4) for k in range(2)]
WAYS = {
    "atlas": AtlasEntities(),
    "groups": GroupEntities(),
    "whole brain": WholeEntities(),
    "windows": WindowEntities(n_bins=4, n_windows=2),
    "ward": ParcelEntities("ward", 4),
    "whole": ParcelEntities("ward", 4, average=False),
    "kmeans": ParcelEntities("kmeans", 4),
    "dictionary": ParcelEntities("dictionary", 4),
    "tangent": TangentEntities(bands=((0.05, 0.2), (0.0, 0.1)), part=(0.0, 0.75)),
    "kernels": KernelEntities(n_dilations=2),
    "views": ViewEntities(of=(WindowEntities(n_bins=4, n_windows=2), GroupEntities(), ParcelEntities("ward", 4))),
}


@pytest.fixture(scope="module")
def recordings():
    rng = np.random.default_rng(0)
    voxels = np.array([[int(k) for k in name.split("-")] for name in GRID])
    columns = {name: ["a"] * 24 for name in ("subject", "run", "split", "label")}
    values = rng.normal(size=(24, len(GRID), 16)) + 3 * (voxels[:, 0] == np.arange(24)[:, None] % 4)[:, :, None]
    return Recordings.make(
        values,
        ids=[f"r{k}" for k in range(24)],
        channels=GRID,
        groups=[f"group {voxel[2]}" for voxel in voxels],
        sampling_hz=0.5,
        modality="fmri",
        units="z-score",
        positions=3.0 * voxels,
        **columns,
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_recording_has_the_same_features_alone_as_among_others_and_in_any_order_of_channels(recordings, way):
    fitted = fit_entities(recordings, WAYS[way])
    among = fitted.apply(recordings)
    assert len(among.features) == 24
    alone = fitted.apply(Recordings(recordings.data.isel(recording=[5])))
    np.testing.assert_array_equal(alone.features[0], among.features[5])
    turned = fitted.apply(Recordings(recordings.data.isel(channel=slice(None, None, -1))))
    np.testing.assert_array_equal(turned.features, among.features)
    assert turned.names == among.names
    assert among.features.shape[1] == len(among.entity_of_feature)


@pytest.mark.parametrize("way", WAYS)
def test_stored_pickled_or_copied_it_is_the_same(recordings, way, tmp_path):
    fitted = fit_entities(recordings, WAYS[way])
    expected = fitted.apply(recordings).features
    stored = load_stored(save_stored(fitted, tmp_path / "entities"), type(fitted))
    for again in (stored, pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        np.testing.assert_array_equal(again.apply(recordings).features, expected)


def test_it_is_fitted_to_recordings_measured_alike():
    fitted = fit_entities(atlas_recordings(), "atlas")
    with pytest.raises(DataError, match="units is 'percent'"):
        fitted.apply(atlas_recordings(units="percent"))


def test_no_recordings_have_no_features(recordings):
    fitted = fit_entities(recordings, "groups")
    none = fitted.apply(Recordings(recordings.data.isel(recording=[])))
    assert none.features.shape == (0, len(GRID) * 16)


def test_runs_are_aligned_before_entities_are_made():
    recordings = drifting()
    fitted = fit_entities(recordings, "atlas", align="zscore")
    features = fitted.apply(recordings).features.reshape(8, 12, -1)
    np.testing.assert_allclose(features.mean(axis=1), 0, atol=1e-5)
    assert fitted.expected.matched(recordings) is recordings


def test_tangents_parcels_and_biases_come_from_training_recordings_alone(recordings):
    train = np.arange(24) < 12
    changed = recordings.data.copy(data=np.where(train[:, None, None], recordings.data.values, 1e3))
    for way in ("tangent", "kernels", "kmeans"):
        fitted, other = (fit_entities(one, WAYS[way], train) for one in (recordings, Recordings(changed)))
        np.testing.assert_array_equal(fitted.apply(recordings).features, other.apply(recordings).features)
