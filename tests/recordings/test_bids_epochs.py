import io
import shutil

import numpy as np
import pytest
from bids_trees import CHANNELS, write_eeg_tree
from rich.console import Console

from neurona.errors import DataError
from neurona.recordings.bids_epochs import Epoching, find_raws, trial_epochs
from neurona.recordings.entities import WindowEntities, fit_entities

EPOCHING = Epoching(tmax=0.5, l_freq=None, h_freq=30.0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_eeg_tree(tmp_path_factory.mktemp("eeg") / "whole")


@pytest.fixture
def tree(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "tree")


def raws(root, epoching=EPOCHING, **options):
    return find_raws(root, **({"task": "look", "epoching": epoching} | options))


def first(root, ending):
    return root / "sub-01" / "eeg" / f"sub-01_task-look_run-01_{ending}"


def test_epochs_are_filtered_baseline_corrected_and_labelled(whole):
    data = trial_epochs(raws(whole), epoching=EPOCHING, simulated=True).data
    assert data.sizes == {"recording": 64, "channel": 8, "time": 71}
    assert data.attrs["simulated"] == 1
    assert data.attrs["baseline"] == "(None, 0.0)"
    assert set(data.subject.values) == {"01", "02"}
    assert set(data.run.values) == {"run-01", "run-02"}
    before = data.values[:, :, data.time.values <= 1e-9].mean(axis=2)
    np.testing.assert_allclose(before, 0, atol=1e-9)
    spectrum = np.abs(np.fft.rfft(data.values, axis=2)).mean(axis=(0, 1))
    frequency = np.fft.rfftfreq(71, 1 / 100)
    assert spectrum[frequency > 40].max() < 0.1 * spectrum[(frequency > 2) & (frequency < 25)].mean()


def test_a_planted_response_is_found_in_its_sensors_and_time(whole):
    recordings = trial_epochs(raws(whole), epoching=EPOCHING)
    data = recordings.data
    difference = data[data.label.values == "Face"].mean("recording") - data[data.label.values == "House"].mean(
        "recording"
    )
    sensors = dict(zip(CHANNELS, difference.sel(time=slice(0.12, 0.28)).mean("time").values, strict=True))
    assert {name for name, value in sensors.items() if value > 20e-6} == {"O1", "O2"}
    entities = fit_entities(recordings, WindowEntities(n_bins=7, n_windows=7)).apply(recordings)
    assert "occipital left 100 to 200 ms" in entities.names
    assert entities.positions is not None


def test_bad_channels_are_interpolated_or_dropped_and_said(whole):
    printed = io.StringIO()
    data = trial_epochs(raws(whole), epoching=EPOCHING, console=Console(file=printed, width=200)).data
    said = "sub-01_run-01: Cz; sub-01_run-02: Cz; sub-02_run-01: Cz; sub-02_run-02: Cz"
    assert f"bad channels (interpolated): {said}" in printed.getvalue()
    assert (data.attrs["bad_channels"], data.attrs["bad_channels_were"]) == (said, "interpolated")
    dropping = Epoching(tmax=0.5, l_freq=None, h_freq=30.0, bad_channels="drop")
    fewer = trial_epochs(raws(whole), epoching=dropping).data
    assert "Cz" not in fewer.channel.values
    assert fewer.attrs["bad_channels_were"] == "dropped"
    np.testing.assert_allclose(fewer.values, data.sel(channel=fewer.channel).values, rtol=1e-3, atol=1e-9)
    assert not np.allclose(data.sel(channel="Cz").values, data.sel(channel="C3").values)


def test_epochs_are_resampled_when_asked(whole):
    data = trial_epochs(raws(whole, subjects=["01"]), epoching=Epoching(tmax=0.5, h_freq=20.0, sfreq=50.0)).data
    assert data.attrs["sampling_hz"] == 50
    assert data.sizes["time"] == 36


def test_epochs_that_leave_the_run_are_counted(tree):
    path = first(tree, "events.tsv")
    path.write_text(path.read_text() + "19.8\t0.2\tFace\t1\t1980\n")
    printed = io.StringIO()
    data = trial_epochs(raws(tree), epoching=EPOCHING, console=Console(file=printed, width=200)).data
    assert data.sizes["recording"] == 64
    assert "sub-01_run-01: epochs left out: 1 too_short" in printed.getvalue()


def test_a_flat_channel_is_refused_unless_it_is_marked_as_bad(tmp_path):
    with pytest.raises(DataError, match=r"run-01_eeg.vhdr: 1 flat channel\(s\): C4; mark them `bad` in channels.tsv"):
        trial_epochs(raws(write_eeg_tree(tmp_path / "a", subjects=["01"], runs=[1], flat="C4")), epoching=EPOCHING)
    marked = write_eeg_tree(tmp_path / "b", subjects=["01"], runs=[1], flat="C4", bads=["C4"])
    data = trial_epochs(raws(marked), epoching=EPOCHING).data
    assert np.ptp(data.sel(channel="C4").values) > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "lok"}, "task: no recording of task 'lok'; did you mean 'look'"),
        ({"subjects": ["3"]}, "subject: no recording of subject '3'; known: 01, 02"),
        ({"datatype": "megg"}, "datatype: unknown 'megg'; did you mean 'meg'"),
        ({"datatype": "meg"}, "no meg recording found"),
        ({"label_column": "value_"}, "4 faults found.*no column 'value_'; did you mean 'value'"),
        ({"epoching": Epoching(h_freq=60.0)}, "h_freq 60 Hz is not below half of the sampling rate of 100 Hz"),
    ],
)
def test_a_name_that_finds_nothing_is_answered_with_those_that_exist(whole, options, message):
    with pytest.raises(DataError, match=rf"(?s){message}"):
        raws(whole, **options)


def test_faults_of_files_are_named_before_any_signal_is_read(tree):
    events = first(tree, "events.tsv")
    whole_table = events.read_text()
    events.write_text(whole_table + "20.5\t0.2\tFace\t1\t2050\n")
    with pytest.raises(DataError, match=r"line 18: the event 'Face' .* outside the recording \(0 to 20 s\)"):
        raws(tree)
    events.unlink()
    with pytest.raises(DataError, match=r"no events file of this run; expected sub-01_task-look_run-01_events.tsv"):
        raws(tree)
    events.write_text(whole_table)
    first(tree, "eeg.vhdr").write_text("damaged")
    with pytest.raises(DataError, match=r"run-01_eeg.vhdr: cannot be read"):
        raws(tree)


def test_runs_with_other_channels_are_refused(tree):
    for path in tree.glob("sub-02/eeg/*"):
        path.write_bytes(path.read_bytes().replace(b"Fp2", b"F2"))
    with pytest.raises(DataError, match="channels differ from those of sub-01_run-01: F2, Fp2"):
        raws(tree)


def test_unknown_settings_are_refused():
    with pytest.raises(DataError, match="bad_channels: unknown 'drp'; did you mean 'drop'"):
        Epoching(bad_channels="drp")
    with pytest.raises(DataError, match=r"tmin 0.8 s to tmax 0.8 s are empty"):
        Epoching(tmin=0.8)


def test_an_unknown_trial_type_is_answered_with_the_nearest(whole):
    with pytest.raises(DataError, match="no event of type 'Fac' in any run; did you mean 'Face'"):
        trial_epochs(raws(whole), epoching=EPOCHING, trial_types=["Fac"])
