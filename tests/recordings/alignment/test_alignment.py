"""What holds of every alignment, by its being registered."""

import numpy as np
import pytest
from drifting import EACH, drifting, rows

from neurona.errors import ConfigError, DataError
from neurona.recordings.alignment import ALIGNMENTS, alignment_settings
from neurona.recordings.alignment.alignment import FittedAlignment
from neurona.recordings.recordings import Recordings
from neurona.stored import load_stored, save_stored

TRAIN = np.arange(96) // (2 * EACH) % 2 == 0
"""The first session of both people."""


def ways():
    made = [settings() for settings in ALIGNMENTS.values()]
    return made + [type(one)(past=True) for one in made if hasattr(one, "past")]


def named(settings):
    return f"{settings.method}-{settings.uses}"


@pytest.fixture(params=ways(), ids=named)
def settings(request):
    return request.param


def test_recordings_keep_their_shape_and_stay_finite(settings):
    recordings = drifting()
    aligned = settings.fit(recordings, TRAIN).apply(recordings).data
    assert aligned.shape == recordings.data.shape
    assert aligned.dtype == np.float32
    assert np.isfinite(aligned.values).all()
    assert aligned.coords.equals(recordings.data.coords)


def test_a_group_is_aligned_the_same_whatever_is_read_with_it(settings):
    recordings = drifting()
    fitted = settings.fit(recordings, TRAIN)
    whole = fitted.apply(recordings).data.values
    last = slice(48, None)  # the second person
    np.testing.assert_array_equal(fitted.apply(rows(recordings, last)).data.values, whole[last])


def test_recordings_to_be_tested_are_not_learned_from(settings):
    recordings = drifting()
    changed = recordings.data.copy()
    changed.values[~TRAIN] *= 7
    first, second = (
        settings.fit(one, TRAIN).apply(rows(recordings, TRAIN)) for one in (recordings, Recordings(changed))
    )
    np.testing.assert_array_equal(first.data.values, second.data.values)


def test_labels_are_looked_at_only_where_that_is_said(settings):
    recordings = drifting()
    other = np.random.default_rng(0).permutation(recordings.data.label.values)
    relabelled = Recordings(recordings.data.assign_coords(label=("recording", other)))
    values = [settings.fit(one, TRAIN).apply(one).data.values for one in (recordings, relabelled)]
    assert np.array_equal(*values) == (settings.uses != "labelled")


def test_what_comes_later_changes_nothing_where_only_the_past_is_used(settings):
    recordings = drifting()
    fitted = settings.fit(recordings, TRAIN)
    first = slice(0, 7)
    alone, among = fitted.apply(rows(recordings, first)).data.values, fitted.apply(recordings).data.values[first]
    assert np.array_equal(alone, among) == (settings.uses in ("nothing", "past"))


def test_stored_it_is_the_same(settings, tmp_path):
    recordings = drifting()
    fitted = settings.fit(recordings, TRAIN)
    again = load_stored(save_stored(fitted, tmp_path / "alignment"), FittedAlignment)
    np.testing.assert_array_equal(again.apply(recordings).data.values, fitted.apply(recordings).data.values)


def test_it_says_what_it_does(settings):
    assert settings.by in settings.does.split()


def test_a_group_with_too_few_recordings_is_named():
    recordings = rows(drifting(), slice(0, EACH + 1))
    with pytest.raises(DataError, match=r"align: run 1 a run-2 has 1 recording\(s\), .* or align by a larger group"):
        alignment_settings("zscore").fit(recordings, np.ones(EACH + 1, bool)).apply(recordings)


def test_an_unknown_method_is_an_error():
    with pytest.raises(ConfigError, match="no alignment 'zscor'; did you mean 'zscore'"):
        alignment_settings("zscor")
