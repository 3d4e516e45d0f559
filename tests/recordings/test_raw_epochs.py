import io
import shutil
from dataclasses import replace

import mne
import numpy as np
import pytest
from bids_trees import CHANNELS, TYPES, write_eeg_tree, write_json
from mne_bids import BIDSPath, read_raw_bids, write_raw_bids
from rich.console import Console

from neurona.errors import DataError
from neurona.recordings.bids_raws import find_raws
from neurona.recordings.entities import WindowEntities, fit_entities
from neurona.recordings.epoching import Epoching
from neurona.recordings.raw_epochs import plan_epochs, trial_epochs
from neurona.recordings.sensor_groups import standard_montage

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
    assert "note: sub-01_run-01: 1 incomplete trial(s) at the edge of the run left out" in printed.getvalue()


def test_a_flat_channel_is_refused_unless_it_is_marked_as_bad(tmp_path):
    with pytest.raises(DataError, match=r"run-01_eeg.vhdr: 1 flat channel\(s\): C4; mark them `bad` in channels.tsv"):
        trial_epochs(raws(write_eeg_tree(tmp_path / "a", subjects=["01"], runs=[1], flat="C4")), epoching=EPOCHING)
    marked = write_eeg_tree(tmp_path / "b", subjects=["01"], runs=[1], flat="C4", bads=["C4"])
    data = trial_epochs(raws(marked), epoching=EPOCHING).data
    assert np.ptp(data.sel(channel="C4").values) > 0


def test_an_unknown_trial_type_is_answered_with_the_nearest(whole):
    with pytest.raises(DataError, match="no event of type 'Fac' in any run; did you mean 'Face'"):
        trial_epochs(raws(whole), epoching=EPOCHING, trial_types=["Fac"])


def test_the_order_of_channels_in_table_and_recordings_does_not_matter(whole, tree):
    path = first(tree, "channels.tsv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    one, other = (trial_epochs(raws(root), epoching=EPOCHING).data for root in (whole, tree))
    assert other.channel.values.tolist() == one.sel(channel=other.channel).channel.values.tolist()
    np.testing.assert_allclose(other.values, one.sel(channel=other.channel).values, atol=1e-9)


def faster(root, rate):
    """A subject 03 with the same planted response, at another rate."""
    kinds, onsets = np.resize(TYPES, 16), 0.5 + 1.15 * np.arange(16)
    values = 5e-6 * np.random.default_rng(5).normal(size=(len(CHANNELS), int(20 * rate)))
    for onset, kind in zip(onsets, kinds, strict=True):
        start = round((onset + 0.1) * rate)
        values[5:7, start : start + round(0.2 * rate)] += 20e-6 if kind == "Face" else -20e-6
    raw = mne.io.RawArray(values, mne.create_info(list(CHANNELS), rate, "eeg"), verbose="error")
    raw.info["line_freq"] = 50
    raw.set_annotations(mne.Annotations(onsets, 0.2, kinds))
    path = BIDSPath(subject="03", task="look", run="01", datatype="eeg", root=root)
    write_raw_bids(raw, path, format="BrainVision", allow_preload=True, verbose="error")
    return root


def test_another_rate_is_named_and_one_rate_for_all_is_made_when_asked(tree):
    faster(tree, 128.0)
    with pytest.raises(DataError, match=r"sub-03.*: 128 samples a second, but 100 in sub-01_run-01; .*epoching.sfreq"):
        raws(tree)
    resampled = Epoching(tmax=0.5, l_freq=None, h_freq=20.0, sfreq=64.0)
    data = trial_epochs(raws(tree, resampled), epoching=resampled).data
    assert set(np.round(np.diff(data.time.values), 9)) == {round(1 / 64, 9)}
    for who in ("01", "03"):
        shown = data[(data.subject.values == who) & (data.label.values == "Face")]
        course = shown.sel(channel=["O1", "O2"]).mean(("recording", "channel"))
        np.testing.assert_allclose(course.sel(time=slice(0.13, 0.27)).values, 20e-6, atol=6e-6)
        np.testing.assert_allclose(course.sel(time=slice(0.37, 0.5)).values, 0, atol=6e-6)


def with_positions(root, scale):
    """The tree with digitised positions: subject k's head is larger by `scale` times k."""
    known = standard_montage("standard_1020").get_positions()
    for k, subject in enumerate(("01", "02")):
        for run in ("01", "02"):
            path = BIDSPath(subject=subject, task="look", run=run, datatype="eeg", root=root)
            raw = read_raw_bids(path, verbose="error").load_data(verbose="error")
            place = {name: known["ch_pos"][name] * (1 + scale * k) for name in raw.ch_names}
            raw.set_montage(
                mne.channels.make_dig_montage(place, **{name: known[name] for name in ("nasion", "lpa", "rpa")})
            )
            write_raw_bids(raw, path, format="BrainVision", allow_preload=True, overwrite=True, verbose="error")
    return root


@pytest.mark.parametrize("scale", [0.0, 0.05])
def test_positions_are_the_mean_over_subjects_which_is_said_where_they_differ(tree, scale):
    printed = io.StringIO()
    found = raws(with_positions(tree, scale))
    recordings = trial_epochs(found, epoching=EPOCHING, console=Console(file=printed, width=200))
    data = recordings.data
    assert data.x.dims == data.y.dims == data.z.dims == data.group.dims == ("channel",)
    assert ("mean over runs" in printed.getvalue()) == (scale > 0)
    alone = [trial_epochs(raws(tree, subjects=[who]), epoching=EPOCHING).data for who in ("01", "02")]
    np.testing.assert_allclose(data.x, (alone[0].x + alone[1].x) / 2, atol=1e-6)
    assert fit_entities(recordings, WindowEntities(n_bins=7, n_windows=7)).apply(recordings).positions is not None


def test_a_bad_channel_without_position_is_named_with_what_to_give(tree):
    with_positions(tree, 0.0)
    for path in tree.glob("sub-01/eeg/*electrodes.tsv"):
        lines = path.read_text().splitlines()
        row = next(k for k, line in enumerate(lines) if line.startswith("Cz\t"))
        lines[row] = "\t".join(["Cz", "n/a", "n/a", "n/a", *lines[row].split("\t")[4:]])
        path.write_text("\n".join(lines) + "\n")
    with pytest.raises(
        DataError, match=r"bad channels Cz cannot be interpolated: no position of Cz; give one .*electrodes.tsv"
    ):
        trial_epochs(raws(tree), epoching=EPOCHING)


def test_windows_over_an_interruption_are_left_out_and_counted(tree):
    path = first(tree, "eeg.vmrk")
    # BrainVision's mark of a recording that was stopped and went on, at sample 400 of 2000.
    path.write_text(path.read_text() + "Mk99=New Segment,,400,1,0,20200101000000000000\n")
    printed = io.StringIO()
    data = trial_epochs(raws(tree), epoching=EPOCHING, console=Console(file=printed, width=200)).data
    assert data.sizes["recording"] == 63
    assert "sub-01_run-01: epochs left out: 1 bad_acq_skip" in printed.getvalue()


def relabelled(path, change):
    """Change the trial types of an events file: (row, type) -> type."""
    header, *rows = path.read_text().splitlines()
    column = header.split("\t").index("trial_type")
    cells = [row.split("\t") for row in rows]
    for k, row in enumerate(cells):
        row[column] = change(k, row[column])
    path.write_text("\n".join([header, *map("\t".join, cells)]) + "\n")


def test_events_outside_the_run_are_left_out_when_asked(tree):
    path = first(tree, "events.tsv")
    path.write_text(path.read_text() + "-0.5\t0.2\tFace\t1\t0\n25\t0.2\tFace\t1\t2500\n")
    with pytest.raises(DataError, match=r"line 18: .*drop_incomplete=true"):
        raws(tree)
    plan = plan_epochs(raws(tree, drop_incomplete=True), epoching=EPOCHING)
    assert len(plan.kinds) == 64
    assert plan.notes == ("sub-01_run-01: 2 incomplete trial(s) at the edge of the run left out",)


def test_a_trial_type_that_begins_with_bad_is_a_trial(tree):
    names = {"Face": "Bad smell", "House": "badminton"}
    for path in tree.glob("sub-*/eeg/*events.tsv"):
        relabelled(path, lambda k, kind: names[kind])
    printed = io.StringIO()
    data = trial_epochs(raws(tree), epoching=EPOCHING, console=Console(file=printed, width=300)).data
    assert sorted(set(data.label.values)) == ["Bad smell", "badminton"]
    assert data.sizes["recording"] == 64
    assert "read as trials, not as bad segments: Bad smell, badminton" in printed.getvalue()


def test_segments_that_mne_calls_bad_are_no_trials_and_take_epochs_with_them(tree):
    path = first(tree, "events.tsv")
    path.write_text(path.read_text() + "0.6\t1.2\tBAD_muscle\t3\t60\n")
    printed = io.StringIO()
    data = trial_epochs(raws(tree), epoching=EPOCHING, console=Console(file=printed, width=300)).data
    assert sorted(set(data.label.values)) == ["Face", "House"]
    assert data.sizes["recording"] == 62
    assert "sub-01_run-01: epochs left out: 2 bad_segment" in printed.getvalue()


def test_a_run_without_wanted_trials_is_left_out_with_a_note(tree):
    relabelled(first(tree, "events.tsv"), lambda k, kind: "rest")
    plan = plan_epochs(raws(tree), epoching=EPOCHING, trial_types=["Face", "House"])
    assert [run.id for run in plan.runs] == ["sub-01_run-02", "sub-02_run-01", "sub-02_run-02"]
    assert plan.notes == ("sub-01_run-01: no trial of the wanted types; the run is left out",)


def test_two_labels_at_one_time_are_refused_unless_one_is_left_out(tree):
    path = first(tree, "events.tsv")
    onset = path.read_text().splitlines()[1].split("\t")[0]
    path.write_text(path.read_text() + f"{onset}\t0.2\tfixation\t3\t1\n")
    with pytest.raises(DataError, match=r"run-01_events.tsv: lines 2 and 18: .* are both at .* trial_types"):
        plan_epochs(raws(tree), epoching=EPOCHING)
    assert len(plan_epochs(raws(tree), epoching=EPOCHING, trial_types=["Face", "House"]).kinds) == 64


@pytest.mark.parametrize("linked", [False, True])
def test_the_parts_of_a_fif_recording_are_one_run(tmp_path, linked):
    (tmp_path / "sub-01" / "meg").mkdir(parents=True)
    write_json(tmp_path / "dataset_description.json", {"Name": "meg", "BIDSVersion": "1.9.0", "Simulated": True})
    values = 1e-13 * np.random.default_rng(0).normal(size=(6, 4000))
    raw = mne.io.RawArray(values, mne.create_info([f"MEG{k:04d}" for k in range(6)], 100.0, "mag"), verbose="error")
    stem = tmp_path / "sub-01" / "meg" / "sub-01_task-look_run-01"
    if linked:
        raw.save(f"{stem}_meg.fif", split_size=1_110_000, split_naming="bids", buffer_size_sec=1, verbose="error")
    else:
        for k, part in enumerate([raw.copy().crop(0, 19.99), raw.copy().crop(20, 39.99)], start=1):
            part.save(f"{stem}_split-{k:02d}_meg.fif", verbose="error")
    assert len(list(stem.parent.glob("*split-0*_meg.fif"))) == 2
    rows = "".join(f"{1 + 2 * k}\t0.2\t{TYPES[k % 2]}\n" for k in range(19))
    stem.with_name(f"{stem.name}_events.tsv").write_text(f"onset\tduration\ttrial_type\n{rows}")
    found = raws(tmp_path, datatype="meg")
    assert [(run.name, run.end) for run in found] == [("run-01", 40.0)]
    data = trial_epochs(found, epoching=Epoching(tmax=0.5, baseline=None, l_freq=None, h_freq=None)).data
    assert data.sizes["recording"] == 19
    np.testing.assert_allclose(data.values[15, :, 20], values[:, 3100], rtol=1e-5)


def test_channels_that_are_no_eeg_are_left_out_and_counted_unless_asked_for(tree):
    for path in tree.glob("sub-*/eeg/*channels.tsv"):
        path.write_text(path.read_text().replace("Fp1\tEEG", "Fp1\tEOG").replace("Fp2\tEEG", "Fp2\tMISC"))
    printed = io.StringIO()
    data = trial_epochs(raws(tree), epoching=EPOCHING, console=Console(file=printed, width=200)).data
    assert data.channel.values.tolist() == list(CHANNELS[2:])
    assert "channels left out: 1 eog, 1 misc; epoching.extra keeps" in printed.getvalue()
    asked = replace(EPOCHING, extra=("eog",))
    kept = trial_epochs(raws(tree, asked), epoching=asked).data
    assert kept.kind.values.tolist() == ["eog", *["eeg"] * 6]
