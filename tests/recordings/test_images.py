import nibabel as nib
import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.images import brain_of, read_mask, spatial_values

SHAPE = (4, 5, 3)


def saved(path, values, **header):
    nib.save(nib.Nifti1Image(values, np.eye(4)), path)
    return path


@pytest.fixture
def half():
    inside = np.zeros(SHAPE, np.uint8)
    inside[:2] = 1
    return inside


@pytest.mark.parametrize("more", [(), (1,), (1, 1)])
@pytest.mark.parametrize("value", [1, 255])
def test_a_mask_is_its_one_value_however_many_axes_of_length_one_follow(tmp_path, half, more, value):
    image, inside = read_mask(saved(tmp_path / "mask.nii.gz", (half * value).astype(np.uint8).reshape(*SHAPE, *more)))
    np.testing.assert_array_equal(inside, half == 1)
    assert image.shape == SHAPE


def test_nan_in_a_mask_is_outside(tmp_path, half):
    _, inside = read_mask(saved(tmp_path / "mask.nii", np.where(half == 1, 1.0, np.nan).astype(np.float32)))
    np.testing.assert_array_equal(inside, half == 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda half: np.stack([half, half], axis=3), r"a mask of shape \(4, 5, 3, 2\), expected \(x, y, z\)"),
        (
            lambda half: (half * np.linspace(0, 1, 5)[:, None]).astype(np.float32),
            "different values from 0 to 1, .*threshold",
        ),
        (lambda half: half * 0, "no voxel is in the mask"),
        (lambda half: half.astype(np.complex64), r"complex values \(complex64\)"),
    ],
)
def test_what_is_no_mask_is_refused_with_what_it_is(tmp_path, half, change, message):
    with pytest.raises(DataError, match=rf"mask.nii.gz: .*{message}"):
        read_mask(saved(tmp_path / "mask.nii.gz", change(half)))


def test_colours_are_no_numbers(tmp_path):
    picture = np.zeros(SHAPE, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    with pytest.raises(DataError, match="is it a picture in colours"):
        spatial_values(saved(tmp_path / "rgb.nii", picture), "labels")


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_the_brain_is_where_the_image_is_bright(nothing):
    mean = np.full(SHAPE, 100.0)
    mean[0], mean[1] = nothing, 10.0
    brain = brain_of(mean, np.where(mean == 100, 1.0, mean * 0))
    assert brain[2:].all()
    assert not brain[:2].any()


@pytest.mark.parametrize("shift", [0.0, -0.2, 0.3])
def test_of_images_of_zero_mean_all_voxels_that_change_count(shift):
    deviation = np.ones(SHAPE)
    deviation[0] = 0
    mean = shift * deviation + 0.1 * np.random.default_rng(0).normal(size=SHAPE)
    np.testing.assert_array_equal(brain_of(mean, deviation), deviation > 0)


def test_air_alone_is_not_of_zero_mean():
    air = np.abs(
        np.random.default_rng(0).normal(size=(*SHAPE, 200)) + 1j * np.random.default_rng(1).normal(size=(*SHAPE, 200))
    )
    mean, deviation = air.mean(axis=3), air.std(axis=3)
    mean[2:] += 50
    assert not brain_of(mean, deviation)[:2].any()
