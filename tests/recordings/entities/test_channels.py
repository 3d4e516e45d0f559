import numpy as np
import pytest
from entity_recordings import atlas_recordings

from neurona.errors import DataError
from neurona.recordings.entities import fit_entities


def entities_of(recordings, method):
    return fit_entities(recordings, method).apply(recordings)


def test_atlas_parcels_keep_time_points_names_networks_and_centres():
    recordings = atlas_recordings(["Vis", "Motor"])
    entities = entities_of(recordings, "atlas")
    np.testing.assert_array_equal(entities.features.reshape(3, 2, 5), recordings.data.values)
    assert entities.entity_of_feature.tolist() == [0] * 5 + [1] * 5
    assert entities.names == ("V1", "M1")
    assert entities.networks == ("Vis", "Motor")
    np.testing.assert_array_equal(entities.positions, [[0, -80, 5], [-40, -20, 50]])
    assert entities_of(atlas_recordings(), "atlas").networks is None


def test_groups_of_channels_are_entities():
    entities = entities_of(atlas_recordings(["visual", "motor"]), "groups")
    assert entities.names == ("motor", "visual")
    assert entities.n_times == 5
    np.testing.assert_array_equal(entities.entity_of_feature, [1] * 5 + [0] * 5)
    np.testing.assert_allclose(entities.positions, [[-40, -20, 50], [0, -80, 5]])
    np.testing.assert_array_equal(entities.features[0], np.arange(10.0))
    with pytest.raises(DataError, match="belong to group 'all'"):
        entities_of(atlas_recordings(["all", "all"]), "groups")


def test_all_channels_are_one_entity():
    entities = entities_of(atlas_recordings(["visual", "motor"]), "whole")
    assert (entities.names, entities.n_times) == (("brain",), 5)
    assert not entities.entity_of_feature.any()
    np.testing.assert_allclose(entities.positions, [[-20, -50, 27.5]])
    np.testing.assert_array_equal(entities.features.reshape(3, 2, 5), atlas_recordings().data.values)
