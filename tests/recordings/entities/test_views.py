"""Views stand side by side, and each keeps its own features, entities and name."""

import numpy as np
import pytest
from entity_recordings import atlas_recordings
from noisy_eeg import made, noise

from neurona.errors import DataError
from neurona.recordings.entities import (
    AtlasEntities,
    GroupEntities,
    TangentEntities,
    ViewEntities,
    WindowEntities,
    fit_entities,
)
from neurona.recordings.entities.settings import M_EEG_VIEWS
from neurona.recordings.entities.views import title_of


def test_each_view_has_the_features_and_entities_that_it_has_alone():
    recordings = atlas_recordings(groups=["left", "right"])
    of = (WindowEntities(n_bins=4, n_windows=2), GroupEntities(), WindowEntities(n_bins=2, n_windows=2))
    views = fit_entities(recordings, ViewEntities(of=of)).apply(recordings)
    assert len(set(views.names)) == len(views.names)
    seen = 0
    for one, (name, features) in zip(of, views.of_views(), strict=True):
        alone = fit_entities(recordings, one).apply(recordings)
        assert name == title_of(one)
        np.testing.assert_array_equal(views.features[:, features], alone.features)
        np.testing.assert_array_equal(views.entity_of_feature[features], alone.entity_of_feature + seen)
        np.testing.assert_array_equal(views.positions[seen : seen + len(alone.names)], alone.positions)
        assert [name.partition(" (")[0] for name in views.names[seen : seen + len(alone.names)]] == list(alone.names)
        seen += len(alone.names)
    assert seen == len(views.names)


def test_entities_made_in_one_way_are_one_view():
    entities = fit_entities(atlas_recordings(), "atlas").entities
    assert list(entities.of_views()) == [(entities.kind, slice(0, 10))]


@pytest.mark.parametrize(
    ("settings", "title"),
    [
        (AtlasEntities(), "atlas"),
        (WindowEntities(n_bins=10, part=(0.0, 0.25)), "windows, n_bins 10, part 0-0.25"),
        (TangentEntities(bands=((4.0, 8.0), (8.0, 13.0))), "tangent, bands 4-8 8-13"),
    ],
)
def test_a_view_is_called_by_its_method_and_what_is_not_at_its_default(settings, title):
    assert title_of(settings) == title


def test_usual_views_that_short_recordings_or_one_channel_do_not_allow_are_left_out_and_said(caplog):
    short = fit_entities(made(noise(samples=25)), "views").entities
    assert [name for name, _ in short.of_views()] == [
        title_of(view) for view in M_EEG_VIEWS if view != TangentEntities(bands=((0.0, 4.0),))
    ]
    assert "1 of 10 usual views are left out: tangent, bands 0-4 (entities.bands: 0 to 4 Hz" in caplog.text
    single = fit_entities(made(noise(channels=1)), "views").entities
    assert all(name.startswith("windows") for name, _ in single.of_views())
    with pytest.raises(DataError, match="allow none of the usual views"):
        fit_entities(made(noise(samples=1, channels=1)), "views")
    with pytest.raises(DataError, match=r"entities\.bands: 0 to 4 Hz"):
        fit_entities(made(noise(samples=25)), ViewEntities(of=M_EEG_VIEWS[:6]))
