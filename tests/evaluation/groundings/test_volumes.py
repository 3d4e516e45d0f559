"""Images of groundings give back what was put in, at the places where it was measured."""

import json

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from nilearn.image import resample_img

from neurona.errors import DataError
from neurona.evaluation.groundings.volumes import (
    Grid,
    entity_of_channel,
    grounding_image,
    values_of_entities,
    write_grounding_images,
)
from neurona.recordings.entities.entities import Entities, Measured

TURNED = np.array([[3.4, 0.8, 0.0, -40], [-0.8, 3.4, 0.0, 12], [0.0, 0.0, 3.75, -7], [0, 0, 0, 1]])
VOXELS = np.array([(i, j, k) for i in range(2, 8) for j in range(1, 6) for k in range(4) if (i + j + k) % 5])
OWNER = np.arange(len(VOXELS)) % 7
VALUES = np.random.default_rng(0).normal(size=(2, 7))


def entities(affine=TURNED, names=None, n_times=1):
    places = nib.affines.apply_affine(affine, VOXELS)
    channels = tuple(names or ("-".join(map(str, voxel)) for voxel in VOXELS.tolist()))
    return Entities(
        np.zeros((0, len(VOXELS) * n_times), np.float32),
        np.repeat(OWNER, n_times),
        tuple(f"parcel {k}" for k in range(7)),
        "parcel",
        n_times=n_times,
        measured=Measured(channels, places, 0.5, "fmri"),
    )


def test_voxels_named_by_their_indices_may_lie_obliquely():
    grid = Grid.of(entities().measured.channels, entities().measured.positions)
    np.testing.assert_allclose(grid.affine, TURNED, atol=1e-6)
    np.testing.assert_array_equal(grid.voxels, VOXELS)


def test_other_voxels_lie_on_the_grid_of_their_places_and_centres_of_parcels_on_none():
    straight = nib.affines.apply_affine(np.diag([3.5, 3.75, 3.75, 1]), VOXELS)
    grid = Grid.of(tuple(f"voxel-{k}" for k in range(len(VOXELS))), straight)
    np.testing.assert_allclose(nib.affines.apply_affine(grid.affine, grid.voxels), straight, atol=1e-6)
    centres = np.random.default_rng(1).uniform(-60, 60, (40, 3))
    assert Grid.of(tuple(f"parcel-{k}" for k in range(40)), centres) is None


def test_an_image_resampled_finer_gives_back_the_values(tmp_path):
    made = entities()
    image = grounding_image(VALUES[0], OWNER, Grid.of(made.measured.channels, made.measured.positions))
    finer = image.affine @ np.diag([1 / 3, 1 / 3, 1 / 3, 1])
    finer[:3, 3] += image.affine[:3, :3] @ np.full(3, -1 / 3)  # three voxels in the place of one
    resampled = resample_img(
        image, finer, tuple(3 * n for n in image.shape), interpolation="nearest", copy_header=True, force_resample=True
    )
    for one in (image, resampled):
        np.testing.assert_allclose(values_of_entities(one, OWNER, made.measured.positions), VALUES[0], atol=1e-6)
    with pytest.raises(DataError, match="does not reach"):
        values_of_entities(image, OWNER, made.measured.positions + 500)


def test_files_are_named_as_bids_derivatives_and_say_what_they_are(tmp_path):
    groundings = pd.DataFrame(VALUES, index=["baseball_bat", "man"], columns=entities().names)
    told = {"Units": "arbitrary", "Null": "shifts", "man": {"CarriedBy": ["parcel 2"]}}
    written = write_grounding_images(groundings, entities(n_times=2), tmp_path, "MNI152NLin2009cAsym", told)
    names = [f"space-MNI152NLin2009cAsym_desc-{word}_statmap" for word in ("baseballBat", "man")]
    assert [path.name for path in written] == [f"{name}.nii.gz" for name in names]
    side = json.loads((tmp_path / f"{names[1]}.json").read_text())
    assert side == {
        "Word": "man",
        "SpatialReference": "MNI152NLin2009cAsym",
        "Units": "arbitrary",
        "Null": "shifts",
        "CarriedBy": ["parcel 2"],
    }
    found = values_of_entities(nib.load(written[1]), OWNER, entities().measured.positions)
    np.testing.assert_allclose(found, VALUES[1], atol=1e-6)


def test_what_is_not_made_of_voxels_has_no_image(tmp_path):
    windows = entities(n_times=2)
    windows = Entities(
        windows.features, np.arange(2 * len(VOXELS)) % 7, windows.names, "window", n_times=2, measured=windows.measured
    )
    assert entity_of_channel(windows) is None
    assert write_grounding_images(pd.DataFrame(VALUES, index=["a", "b"]), windows, tmp_path, "native", {}) == []
