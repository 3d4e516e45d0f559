import pytest
from entity_recordings import atlas_recordings

from neurona.errors import ConfigError
from neurona.recordings.entities import (
    AtlasEntities,
    GroupEntities,
    ParcelEntities,
    WindowEntities,
    default_entities,
    entity_settings,
)
from neurona.recordings.recordings import Recordings


def test_a_method_is_known_by_its_name():
    assert entity_settings("groups") == GroupEntities()
    assert entity_settings("kmeans") == ParcelEntities("kmeans")
    assert entity_settings("windows") == WindowEntities()
    with pytest.raises(ConfigError, match="no method 'window'; did you mean 'windows'"):
        entity_settings("window")


def test_what_recordings_suggest():
    assert default_entities(atlas_recordings()) == AtlasEntities()
    assert default_entities(atlas_recordings(["Vis", "Vis", "Motor"], channels="abc")) == GroupEntities()
    eeg = atlas_recordings(modality="eeg")
    assert default_entities(eeg) == WindowEntities(n_bins=5, n_windows=5)
    assert default_entities(Recordings(eeg.data.isel(time=[0]))) == AtlasEntities()
    grid = [f"{i}-{j}-0" for i in range(7) for j in range(7)]
    assert default_entities(atlas_recordings(channels=grid)) == ParcelEntities()
    assert default_entities(atlas_recordings(channels=grid, positions=None)) == AtlasEntities()
