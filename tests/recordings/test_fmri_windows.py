import numpy as np
import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.recordings.fmri_runs import brain_mask, read_run
from neurona.recordings.fmri_windows import Windows, block_recordings

TIMES = 2.0 * np.arange(40)
EVENTS = pd.DataFrame({"onset": [10.0, 31.0, 50.0], "duration": 2.0, "trial_type": ["a", "b", "a"]}, index=[2, 3, 4])
TRIALS = np.array([True, False, True])
NOTHING = pd.DataFrame(index=range(40))


def test_a_block_is_cut_after_the_haemodynamic_delay(fmri_folder):
    found = [read_run(fmri_folder / f"run-0{k}_bold.nii.gz", fmri_folder / f"run-0{k}_events.tsv") for k in range(1, 5)]
    recordings = block_recordings(found, brain_mask(found), subject="1").data
    assert recordings.sizes == {"recording": 16, "channel": 64, "time": 8}
    face = recordings[recordings.label.values == "face"].mean(("recording", "time")).values
    rows = np.array([int(name.split("-")[0]) for name in recordings.channel.values])
    assert face[rows < 2].min() > 0.5 > abs(face[rows >= 2].mean())


def test_a_window_holds_the_volumes_from_onset_plus_delay():
    signals = np.random.default_rng(0).normal(size=(40, 3))
    signals[[7, 27]] += 100
    windows = Windows(delay=4.0, volumes=5)(signals, TIMES, EVENTS, TRIALS, NOTHING)
    assert windows.shape == (2, 3, 5)
    assert (windows[:, :, 0] > 3).all()
    assert np.abs(windows[:, :, 1:]).max() < 1
    later = Windows(delay=2.5, volumes=5)(signals, TIMES, EVENTS, TRIALS, NOTHING)
    np.testing.assert_array_equal(later, windows)


def test_confounds_trend_and_slow_drift_leave_no_trace():
    rng = np.random.default_rng(0)
    signals, motion = rng.normal(size=(40, 2)), rng.normal(size=(40, 1))
    slow = np.cos(np.pi * (np.arange(40) + 0.5) / 40)[:, None]
    window = Windows(high_pass=1 / 60)
    clean = window(signals, TIMES, EVENTS, TRIALS, pd.DataFrame(motion))
    dirty = window(signals + 5 * motion + 0.1 * TIMES[:, None] + 7 * slow, TIMES, EVENTS, TRIALS, pd.DataFrame(motion))
    np.testing.assert_allclose(dirty, clean, atol=1e-4)


def test_a_trial_is_incomplete_where_its_window_leaves_the_run():
    assert Windows(volumes=14).incomplete(TIMES, EVENTS, TRIALS).tolist() == [False, True]
    assert Windows(volumes=13).incomplete(TIMES, EVENTS, TRIALS).tolist() == [False, False]


def test_too_many_confounds_and_volumes_at_unequal_distances_are_refused():
    with pytest.raises(DataError, match="38 confounds for 40 volumes"):
        Windows().check(TIMES, EVENTS, TRIALS, pd.DataFrame(np.ones((40, 38))), "f.tsv")
    sparse = TIMES + np.arange(40) // 10
    with pytest.raises(DataError, match=r"f.tsv: the run's volumes are 2 to 3 s apart \(VolumeTiming\)"):
        Windows().check(sparse, EVENTS, TRIALS, NOTHING, "f.tsv")


@pytest.mark.parametrize("options", [{"volumes": 0}, {"delay": -1.0}, {"delay": float("nan")}, {"high_pass": 0.0}])
def test_settings_that_make_no_sense_are_refused(options):
    with pytest.raises(DataError, match=f"Windows: {next(iter(options))} is"):
        Windows(**options)
