"""The published mask of ventral temporal cortex, from the real files."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurona as nr


@pytest.fixture(scope="module")
def blocks(recorded):
    pytest.importorskip("rdata")
    return nr.load_dataset("haxby2001_vt", recorded("haxby2001_vt"))


def test_each_run_has_one_block_of_each_category(blocks):
    data = blocks.recordings.data
    assert data.shape == (96, 577, 1)
    seen = {(run, label) for run, label in zip(data.run.values, data.label.values, strict=True)}
    assert len(seen) == 96
    assert set(data.label.values) == set(blocks.vocabulary.concepts)
    assert set(blocks.questions.groupby("recording").size()) == {34}


def test_a_block_is_the_mean_of_its_volumes(blocks, recorded):
    volumes = nr.load_dataset("haxby2001_vt", recorded("haxby2001_vt"), of="volume").recordings.data
    assert volumes.shape == (864, 577, 1)
    means = volumes.groupby("metadata_block").mean().sel(metadata_block=blocks.recordings.data.recording.values)
    assert_allclose(means.values, blocks.recordings.data.values, rtol=1e-4)


def test_voxels_are_places_of_their_own_inside_the_grid(blocks):
    data = blocks.recordings.data
    places = np.stack([data[axis].values for axis in "xyz"], axis=1) / [3.5, 3.75, 3.75]
    assert_allclose(places, places.round())
    assert len(np.unique(places.round(), axis=0)) == 577
    assert (places >= 0).all()
    assert (places < [40, 64, 64]).all()
