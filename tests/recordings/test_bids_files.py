import json
from pathlib import Path

import pytest

from neurona.errors import DataError
from neurona.recordings.bids_files import BidsTree, bids_name, read_json

RUN = "sub-01/ses-2/func/sub-01_ses-2_task-look_run-01_bold.nii.gz"


@pytest.fixture
def tree(tmp_path):
    """Writes files of a data set; the recording lies two levels below its top."""

    def write(**files):
        (tmp_path / "dataset_description.json").write_text("{}")
        (tmp_path / RUN).parent.mkdir(parents=True, exist_ok=True)
        for name, content in files["files"].items():
            path = tmp_path / name
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return tmp_path / RUN

    return write


def nearest(run, suffix="events", **options):
    found = BidsTree().nearest(run, [suffix], [".tsv"], **options)
    return found.name if found else None


def test_a_name_is_read_with_indices_as_numbers():
    name = bids_name(Path("sub-01_task-look_run-02_desc-preproc_bold.nii.gz"))
    assert name == ({"sub": "01", "task": "look", "run": "2", "desc": "preproc"}, "bold", ".nii.gz")
    assert bids_name(Path("notes about sub-01_x.txt")) is None
    assert bids_name(Path(".DS_Store")) is None


def test_the_nearest_file_whose_entities_are_the_recordings_counts(tree):
    run = tree(files={"events.tsv": "", "task-look_events.tsv": "", "task-rest_events.tsv": ""})
    assert nearest(run) == "task-look_events.tsv"
    tree(files={"sub-01/sub-01_events.tsv": "", "sub-01/ses-2/func/sub-01_ses-2_task-look_run-1_events.tsv": ""})
    assert nearest(run) == "sub-01_ses-2_task-look_run-1_events.tsv"
    assert nearest(run, suffix="channels") is None


def test_litter_and_files_of_other_recordings_never_count(tree):
    run = tree(files={"._task-look_events.tsv": "", "sub-02_events.tsv": "", "task-look_acq-fast_events.tsv": ""})
    assert nearest(run) is None


def test_two_files_that_count_alike_are_refused(tree):
    run = tree(files={"task-look_events.tsv": "", "run-01_events.tsv": ""})
    with pytest.raises(DataError, match=r"both .*run-01_events.tsv and task-look_events.tsv belong to it"):
        nearest(run)


def test_entities_may_be_left_aside_or_asked_for(tree):
    stem = "sub-01/ses-2/func/sub-01_ses-2_task-look_run-01"
    run = tree(files={f"{stem}_desc-a_timeseries.tsv": "", f"{stem}_desc-b_timeseries.tsv": ""})
    found = nearest(run, "timeseries", but=["desc"], fits=lambda entities: entities.get("desc") == "b")
    assert found == "sub-01_ses-2_task-look_run-01_desc-b_timeseries.tsv"


def test_fields_of_sidecars_are_inherited_and_nearer_ones_win(tree):
    stem = "sub-01/ses-2/func/sub-01_ses-2_task-look_run-01"
    files = {
        "task-look_bold.json": {"RepetitionTime": 2.0, "StartTime": 1},
        f"{stem}_bold.json": {"RepetitionTime": 1.5},
    }
    run = tree(files=files | {"task-look_events.json": {"RepetitionTime": 9.0}})
    sidecar = BidsTree().sidecar(run)
    assert (sidecar.number("RepetitionTime"), sidecar.number("StartTime"), sidecar.number("EchoTime")) == (
        1.5,
        1.0,
        None,
    )
    assert sidecar.sources["StartTime"].name == "task-look_bold.json"


@pytest.mark.parametrize("value", ["n/a", [2.0], None, True, float("nan"), {"s": 2}, "2.0"])
def test_a_field_that_is_no_number_is_named_with_its_file_and_value(tree, value):
    run = tree(files={"task-look_bold.json": {"RepetitionTime": value}})
    with pytest.raises(DataError, match=r"task-look_bold.json: RepetitionTime is .*, expected a number of seconds"):
        BidsTree().sidecar(run).number("RepetitionTime")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"is no JSON \(Expecting"),
        ('{"a": 1, "a": 2}', "a stands there twice, with different values"),
        ("[1]", "expected an object .* found list"),
        ("[" * 100_000, "is no JSON"),
        ("/annex/objects/MD5E-s1--0.json\n", "datalad get"),
    ],
)
def test_what_is_no_object_of_json_is_refused(tmp_path, content, message):
    path = tmp_path / "bold.json"
    path.write_text(content)
    with pytest.raises(DataError, match=rf"bold.json: .*{message}"):
        read_json(path)


def test_json_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "bold.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(tmp_path / "bold.json") == {"a": 1}
