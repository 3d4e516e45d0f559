import numpy as np
import pytest

from neurona.simulation.brain import grey_matter, make_brain


@pytest.mark.parametrize(("components", "parcels"), [(64, 6), (101, 5)])
def test_components_are_shared_out_among_compact_parcels_of_one_hemisphere(components, parcels):
    brain = make_brain(components, parcels)
    assert brain.centroids.shape == (components, 3)
    assert len(set(brain.parcels)) == parcels
    assert set(brain.parcel_of_component.tolist()) == set(range(parcels))
    left = np.array([brain.parcels[k].startswith("LH_") for k in brain.parcel_of_component])
    np.testing.assert_array_equal(left, brain.centroids[:, 0] < 0)
    # A component's own parcel is the nearest one of its hemisphere.
    centres = np.stack([brain.centroids[brain.parcel_of_component == k].mean(axis=0) for k in range(parcels)])
    apart = np.linalg.norm(brain.centroids[:, None] - centres[None], axis=2)
    side = np.array([name[:2] for name in brain.parcels])
    apart[side[None] != np.where(left, "LH", "RH")[:, None]] = np.inf
    assert np.mean(apart.argmin(axis=1) == brain.parcel_of_component) > 0.95


def test_the_atlas_depends_on_its_sizes_alone():
    first = make_brain(64, 6)
    make_brain.cache_clear()
    np.testing.assert_array_equal(make_brain(64, 6).centroids, first.centroids)


def test_components_lie_in_the_grey_matter():
    _, places = grey_matter(8)
    apart = np.linalg.norm(make_brain(64, 6).centroids[:, None] - places[None], axis=2).min(axis=1)
    assert apart.max() < 12
    assert np.median(apart) < 6
