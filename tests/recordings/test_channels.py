import mne
import numpy as np
import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.recordings.channels import check_channel_table, check_names_alone, interpolate_bads, locate, places

NAMES = ["Fp1", "Fp2", "C3", "C4", "Cz", "O1", "O2", "Oz"]


def table(path, **columns):
    given = {"name": NAMES, "type": "EEG", "units": "uV"} | columns
    pd.DataFrame(given).to_csv(path, sep="\t", index=False)
    return path


def check(path, names=NAMES):
    check_channel_table(path, names, ["stim" if name == "Status" else "eeg" for name in names])


def test_the_order_of_the_table_and_case_of_types_do_not_matter(tmp_path):
    check(table(tmp_path / "channels.tsv", name=NAMES[::-1]))
    check(table(tmp_path / "channels.tsv", type="eeg", status="Bad"))


def test_a_made_up_trigger_and_a_reference_that_was_not_recorded_are_no_fault(tmp_path):
    check(table(tmp_path / "channels.tsv"), [*NAMES, "Status"])
    check(table(tmp_path / "channels.tsv", name=[*NAMES, "REF"], type=["EEG"] * 8 + ["REF"]))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"name": ["FP1", *NAMES[1:]]}, ".*the recording alone has Fp1; the table alone has FP1; spell them alike"),
        ({"name": ["Fp2", *NAMES[1:]]}, r"line 3, column 'name': found 'Fp2', .*\(it stands in line 2, too\)"),
        ({"type": ["ECGG"] + ["EEG"] * 7}, "line 2, column 'type': found 'ECGG', .*did you mean 'ECG'"),
        ({"type": ["n/a"] + ["EEG"] * 7}, "line 2, column 'type': found 'n/a'"),
        ({"status": ["good"] * 7 + ["noisy"]}, "line 9, column 'status': found 'noisy', expected good, bad or n/a"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_its_line(tmp_path, columns, message):
    with pytest.raises(DataError, match=f"channels.tsv: {message}"):
        check(table(tmp_path / "channels.tsv", **columns))


def test_without_a_table_names_that_are_no_eeg_are_not_taken_for_it():
    check_names_alone(NAMES, ["eeg"] * 8, "here")
    check_names_alone([*NAMES, "Status"], [*["eeg"] * 8, "stim"], "here")
    with pytest.raises(DataError, match=r"here: no channels.tsv says .* HEOG, EKG1 would be read as EEG"):
        check_names_alone([*NAMES, "HEOG", "EKG1"], ["eeg"] * 10, "here")


@pytest.fixture
def raw():
    rng = np.random.default_rng(0)
    # A smooth field over the head, which interpolation can find again.
    montage = mne.channels.make_standard_montage("biosemi64")
    where = montage.get_positions()["ch_pos"]
    field = np.array([[place[0], place[1]] for place in where.values()]) @ rng.normal(size=(2, 500))
    made = mne.io.RawArray(1e-4 * field, mne.create_info(list(where), 100.0, "eeg"), verbose="error")
    return made.set_montage(montage)


def test_a_bad_channel_is_interpolated_from_the_others(raw):
    true = raw.get_data(picks=["C3"]).copy()
    raw._data[raw.ch_names.index("C3")] = 1.0
    raw.info["bads"] = ["C3"]
    found = interpolate_bads(raw, "here").get_data(picks=["C3"])
    assert np.corrcoef(true[0], found[0])[0, 1] > 0.98
    assert raw.info["bads"] == []


def test_a_position_that_is_needed_and_unknown_is_named(raw):
    raw.info["bads"] = ["Cz"]
    for name in ("Cz", "Oz"):
        raw.info["chs"][raw.ch_names.index(name)]["loc"][:3] = np.nan
    with pytest.raises(
        DataError, match=r"here: bad channels Cz cannot be interpolated: no position of Oz, Cz; .*bad_channels=drop"
    ):
        interpolate_bads(raw, "here")


def test_without_bad_channels_nothing_is_asked_of_positions(raw):
    raw.info["chs"][3]["loc"][:3] = np.nan
    assert interpolate_bads(raw, "here") is raw


def test_channels_are_located_by_name_only_where_nothing_else_says(raw):
    before = places(raw.info)
    np.testing.assert_array_equal(places(locate(raw, "standard_1005").info), before)
    raw.set_montage(None)
    assert np.isnan(places(raw.info)).all()
    after = places(locate(raw, "standard_1005").info)
    assert np.isfinite(after).all()
    assert not np.allclose(after, before)


def test_meg_sensors_are_placed_in_the_head_frame():
    info = mne.create_info(["MEG 0111"], 100.0, "mag")
    info["chs"][0]["loc"][:3] = [0.1, 0, 0]
    np.testing.assert_allclose(places(info), [[0.1, 0, 0]])
    shift = mne.transforms.Transform("meg", "head", mne.transforms.translation(z=0.05))
    with info._unlock():
        info["dev_head_t"] = shift
    np.testing.assert_allclose(places(info), [[0.1, 0, 0.05]])
