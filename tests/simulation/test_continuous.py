import numpy as np
import pytest

from neurona.simulation import simulate
from neurona.simulation.continuous import record_run, runs


def test_runs_keep_parts_apart_and_show_every_image_once(small):
    found = runs(small)
    assert [run.number for run in found] == list(range(1, len(found) + 1))
    assert sorted(k for run in found for k in run.images) == list(range(60))
    assert all({small.parts[k] for k in run.images} == {run.part} for run in found)


@pytest.mark.parametrize("modality", ["fmri", "eeg"])
def test_a_single_trial_is_what_a_recording_shows(small, small_settings, modality):
    study = small if modality == "fmri" else simulate(small_settings(modality="eeg"), seed=1)
    times = study.truth.measurement.times
    one, other = (record_run(study, 0, [image], np.zeros(1), times, np.random.default_rng(0)) for image in (0, 1))
    # The same noise twice: what differs is the signal.
    signal = study.truth.measurement.signal(0, study.truth.model.scenes(study.scenes[:2]))
    expected = study.truth.scale * (signal[0] - signal[1])[:, None] * study.truth.measurement.time_course
    np.testing.assert_allclose(one - other, expected, atol=1e-4)


def test_responses_of_neighbouring_trials_add_up(small):
    times = 2.0 * np.arange(30)
    onsets = np.array([4.0, 14.0])

    def run(images, at):
        return record_run(small, 0, images, at, times, np.random.default_rng(0))

    both, first, second = run([0, 1], onsets), run([0], onsets[:1]), run([1], onsets[1:])
    silent = run([0], np.array([500.0]))
    np.testing.assert_allclose(both - silent, (first - silent) + (second - silent), atol=1e-6)


def test_noise_of_a_run_has_unit_variance(small_settings):
    study = simulate(small_settings(snr=0.0), seed=0)
    times = 2.0 * np.arange(2000)
    noise = record_run(study, 0, [0], np.zeros(1), times, np.random.default_rng(0))
    assert noise.var(axis=1).mean() == pytest.approx(1, abs=0.1)
    assert np.mean([np.corrcoef(row[:-1], row[1:])[0, 1] for row in noise]) == pytest.approx(0.4 * 0.8 + 0.2, abs=0.05)
