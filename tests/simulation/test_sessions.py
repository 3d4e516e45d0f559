"""Sessions, people and onsets that differ, by how much the dials say."""

import numpy as np
import pytest

from neurona.errors import ConfigError
from neurona.simulation import simulate


@pytest.fixture(scope="module")
def steady(small_settings):
    return simulate(small_settings(sessions=3), seed=1)


def test_every_image_is_seen_in_one_session_and_no_run_in_two(steady):
    table = steady.recordings.data.to_dataset(name="signal")[["run", "session", "subject", "image"]].to_dataframe()
    assert (table.groupby("run").session.nunique() == 1).all()
    assert (table.groupby("image").session.nunique() == 1).all()
    assert sorted(set(table.session)) == ["ses-01", "ses-02", "ses-03"]


def test_gains_and_offsets_are_undone_by_who_knows_them(steady, small_settings):
    drifting = simulate(small_settings(sessions=3, session_gain=0.5, session_offset=2.0), seed=1)
    values = [study.recordings.data.values.reshape(2, 3, 20, 64, 5) for study in (steady, drifting)]
    ratio = np.log(values[1].std(axis=(2, 4)) / values[0].std(axis=(2, 4)))
    assert ratio.std() == pytest.approx(0.5, abs=0.1)
    assert values[1].mean(axis=(2, 4)).std() == pytest.approx(2.0, rel=0.2)
    for name in ("llr", "expected"):
        seen = [study.oracle()[name] for study in (steady, drifting)]
        np.testing.assert_allclose(*seen, atol=1e-2)


def test_gain_and_offset_drift_within_a_session_and_are_undone_by_who_knows_them(steady, small_settings):
    drifting = simulate(small_settings(sessions=3, session_drift=1.0), seed=1)
    values = [study.recordings.data.values.reshape(2, 3, 20, 64, 5) for study in (steady, drifting)]
    moved = (values[1] - values[0]).mean(axis=4)
    ends = moved[:, :, -1] - moved[:, :, 0]
    assert ends.std() > 0.8
    assert np.abs(moved[:, :, 9:11]).mean() < 0.2 * np.abs(moved[:, :, [0, -1]]).mean()
    undone = drifting.truth.sessions.undone(0, drifting.recordings.data.values[:60])
    np.testing.assert_allclose(undone, steady.recordings.data.values[:60], atol=1e-4)


def test_a_topography_shifts_from_session_to_session_and_is_known_to_the_oracle(small_settings):
    study = simulate(small_settings(sessions=2, session_shift_mm=15.0, snr=0.05), seed=1)
    gains = study.truth.measurement.gains
    assert gains.shape == (2, 2, 64, 64)
    assert np.linalg.norm(gains[0, 0] - gains[0, 1]) > 0.1 * np.linalg.norm(gains[0, 0])
    seen = study.oracle()
    assert seen.correct.mean() == pytest.approx(seen.expected.mean(), abs=0.03)


def test_people_differ_in_snr_and_its_mean_stays(small_settings):
    study = simulate(small_settings(subjects=8, snr_spread=1.0, questions=0, snr=0.5), seed=1)
    truth = study.truth
    responses = truth.model.scenes(study.scenes)
    snr = [(truth.scale * truth.measurement.signal(s, responses)).var(axis=0).mean() for s in range(8)]
    assert np.mean(snr) == pytest.approx(0.5, rel=1e-3)
    assert 0.5 < np.log(snr).std() < 1.6


def test_a_long_recording_holds_its_response_at_a_time_that_nobody_is_told(small_settings):
    study = simulate(small_settings(modality="eeg", longer_s=4.0, snr=500.0, questions=4), seed=1)
    data, onsets = study.recordings.data, study.truth.sessions.onset_s
    assert data.sizes["time"] == 470
    assert onsets.min() >= 0
    assert 3 < onsets.max() <= 4
    power = (data.values**2).sum(axis=1)
    late = data.time.values[power.argmax(axis=1)] - onsets.ravel()
    assert (((late > 0) & (late < 0.7)).mean()) > 0.95
    assert study.oracle().expected.isna().all()


def test_onsets_spread_around_their_usual_time(small_settings):
    study = simulate(small_settings(onset_spread_s=1.5, questions=0, images=400), seed=1)
    assert study.truth.sessions.onset_s.std() == pytest.approx(1.5, rel=0.05)
    assert study.recordings.data.sizes["time"] == 5


def test_recordings_too_long_to_simulate_are_an_error(small_settings):
    with pytest.raises(ConfigError, match="longer_s 200 makes recordings of 20070 samples, more than 8000; ask for"):
        simulate(small_settings(modality="eeg", longer_s=200.0), seed=1)
