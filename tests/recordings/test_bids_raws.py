import shutil

import pytest
from bids_trees import write_eeg_tree, write_json
from edf_files import write_edf

from neurona.errors import DataError
from neurona.recordings.bids_raws import find_raws
from neurona.recordings.epoching import Epoching

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


def test_names_that_differ_between_table_and_recording_are_told_as_such(tree):
    path = first(tree, "channels.tsv")
    path.write_text(path.read_text().replace("Fp1", "FP1"))
    with pytest.raises(
        DataError, match=r"channels.tsv: names differ .* recording alone has Fp1; the table alone has FP1"
    ) as told:
        raws(tree)
    assert "damaged" not in str(told.value)


def test_a_discontinuous_edf_is_refused_before_any_signal_is_read(tmp_path):
    folder = tmp_path / "study" / "sub-01" / "eeg"
    folder.mkdir(parents=True)
    write_json(tmp_path / "study" / "dataset_description.json", {"Name": "gap", "BIDSVersion": "1.9.0"})
    write_edf(folder / "sub-01_task-look_run-01_eeg.edf", shifted_from=10)
    (folder / "sub-01_task-look_run-01_events.tsv").write_text("onset\tduration\ttrial_type\n2\t0.2\tFace\n")
    with pytest.raises(DataError, match=r"run-01_eeg.edf: discontinuous \(EDF\+D\) with 1 gap"):
        raws(tmp_path / "study")


def test_two_versions_of_a_recording_are_told_apart_by_filters(tree):
    for path in list(tree.glob("sub-01/eeg/sub-01_task-look_run-01_*")):
        if path.suffix in (".vhdr", ".vmrk", ".eeg") or path.name.endswith(("channels.tsv", "events.tsv", "eeg.json")):
            other = path.with_name(path.name.replace("run-01_", "run-01_proc-filtered_"))
            text = path.read_bytes()
            other.write_bytes(
                text.replace(b"run-01_eeg", b"run-01_proc-filtered_eeg") if path.suffix in (".vhdr", ".vmrk") else text
            )
    with pytest.raises(DataError, match=r"a second recording of sub-01_run-01 .*filters.processing=sss"):
        raws(tree)
    (only,) = raws(tree, filters={"processing": "filtered"})
    assert "proc-filtered" in only.file.name
    with pytest.raises(DataError, match="filters: no entity 'procesing'; did you mean 'processing'"):
        raws(tree, filters={"procesing": "filtered"})
    with pytest.raises(DataError, match="session: no recording of session '3'"):
        raws(tree, filters={"session": 3})


def test_events_are_inherited(tree):
    shared = first(tree, "events.tsv").read_text()
    for path in tree.glob("sub-*/eeg/*events.tsv"):
        path.unlink()
    (tree / "task-look_events.tsv").write_text(shared)
    assert {raw.events_file.name for raw in raws(tree)} == {"task-look_events.tsv"}


def test_a_signal_that_was_not_fetched_is_told_apart_from_a_damaged_one(tree):
    first(tree, "eeg.eeg").unlink()
    first(tree, "eeg.eeg").symlink_to("../../.git/annex/objects/aa/MD5E-s1--0.eeg")
    with pytest.raises(DataError, match=r"run-01_eeg.eeg: its content is not here.*datalad get"):
        raws(tree)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "../participants.tsv",
            "participant_id\tage\nsub-01\t3\t\n",
            r"participants.tsv: line 2 has 3 fields, the header 2",
        ),
        (
            "sub-01_scans.tsv",
            "filename\tacq_time\neeg/x.vhdr\n",
            r"sub-01_scans.tsv: line 2 has 1 fields, the header 2",
        ),
        ("eeg/sub-01_space-CapTrak_electrodes.tsv", "name\tx\tx\n", r"electrodes.tsv: 2 columns are named 'x'"),
        ("eeg/sub-01_task-look_run-01_eeg.json", "{", r"run-01_eeg.json: is no JSON"),
    ],
)
def test_a_faulty_sidecar_is_named_with_its_line(tree, name, content, message):
    (tree / "sub-01" / name).write_text(content)
    with pytest.raises(DataError, match=message):
        raws(tree)


def test_a_recording_whose_link_leads_nowhere_is_not_passed_over(tree):
    header = first(tree, "eeg.vhdr")
    header.unlink()
    header.symlink_to("../../.git/annex/objects/aa/MD5E-s1--0.vhdr")
    with pytest.raises(DataError, match=r"sub-01_task-look_run-01_eeg.vhdr: its content is not here.*datalad get"):
        raws(tree)
    assert len(raws(tree, subjects=["02"])) == 2


def test_what_an_operating_system_left_behind_is_no_recording(tree):
    header = first(tree, "eeg.vhdr")
    for litter in (header.with_name(f"._{header.name}"), header.with_name(".DS_Store"), tree / "Thumbs.db"):
        litter.write_bytes(b"\0\1")
    assert len(raws(tree)) == 4
