import numpy as np
import pytest
from question_layouts import questions, response

from neurona.datasets.bold5000_files import ImageFile, read_file, write_recording
from neurona.errors import DataError, OutputError


def written(tmp_path, **changes):
    """A file whose dictionary has been changed."""
    programs, answers = questions(1)
    content = {
        "queries": programs,
        "answers": answers,
        "brain_region": response(1),
        "subject": "CSI1",
        "image_name": "a",
        "simulated": True,
    }
    content |= changes
    path = tmp_path / "CSI1" / "train" / "a.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, {key: value for key, value in content.items() if value is not None}, allow_pickle=True)
    return ImageFile(path, "CSI1", "train")


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "CSI1" / "test" / "a.npy"
    programs, answers = questions(0)
    details = {"hops": [1.0, *[1] * 5], "negative": ["roles", None, "", np.nan, None, None]}
    write_recording(path, programs, answers, response(0), "CSI1", "a", details=details)
    row, faults = read_file(ImageFile(path, "CSI1", "test"))
    assert faults == []
    assert row.id == "CSI1_a"
    np.testing.assert_array_equal(row.values, response(0).T)
    assert row.coordinates["subject"] == "CSI1"
    assert row.coordinates["split"] == "test"
    assert row.coordinates["image"] == "a"
    assert [question["program"] for question in row.questions] == programs
    assert [question["answer"] for question in row.questions] == answers
    assert [question.get("negative") for question in row.questions] == ["roles", *[None] * 5]
    assert {question["hops"] for question in row.questions} == {1}
    assert row.simulated
    assert list(path.parent.iterdir()) == [path]


def test_real_files_lack_the_mark(tmp_path):
    row, faults = read_file(written(tmp_path, simulated=None))
    assert not row.simulated
    assert faults == []


def test_other_spellings_of_the_layout_are_read(tmp_path):
    programs, answers = questions(1)
    changes = {
        "queries": ["Is there a bat?"] * 6,
        "programs": np.array(programs),
        "answers": np.array([answer == "yes" for answer in answers[:5]] + ["under"], dtype=object),
        "image_name": None,
        "image name": "a.jpg",
        "brain_region": response(1).astype(np.float64),
        "session": 3,
    }
    row, faults = read_file(written(tmp_path, **changes))
    assert faults == []
    assert [question["program"] for question in row.questions] == programs
    assert [question["answer"] for question in row.questions] == answers
    assert row.coordinates["session"] == "3"


def nan(place):
    values = response(1)
    values[place] = np.nan
    return values


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"brain_region": response(1)[:4]}, "brain_region: found float32 [4, 1024], expected numbers [5, 1024]"),
        ({"brain_region": response(1).T}, "brain_region: found float32 [1024, 5], expected numbers [5, 1024]"),
        ({"brain_region": [1, 2]}, "brain_region: found list, expected numbers [5, 1024]"),
        ({"brain_region": nan((2, 7))}, "brain_region: NaN or infinite at time point 2, component 7 (1 in all)"),
        ({"answers": ["yes"] * 5}, "5 answers for 6 queries; each query needs one"),
        ({"answers": "yes"}, "answers: found str, expected a list"),
        ({"hops": [1, 2]}, "2 hops for 6 queries; each query needs one"),
        ({"queries": [], "answers": []}, "queries: empty; an image without questions tells nothing"),
        ({"subject": "CSI2"}, "subject: found 'CSI2', the folder says 'CSI1'"),
        ({"image_name": "b"}, "image: found 'b', the file is named a.npy"),
        ({"image_name": None}, "no key 'image_name'"),
    ],
)
def test_each_fault_is_named(tmp_path, changes, fault):
    assert read_file(written(tmp_path, **changes))[1] == [fault]


def test_all_faults_of_a_file_are_told_and_the_sound_questions_kept(tmp_path):
    programs, answers = questions(1)
    programs[1], answers[2], answers[5] = "exists(Object, lambda x: bat(x)", "maybe", "in front"
    row, faults = read_file(written(tmp_path, queries=programs, answers=answers, subject="X", hops=[-1] + [1] * 5))
    assert len(faults) == 5
    assert faults[0].startswith("subject:")
    assert faults[1] == "question 0: hops -1; expected a whole number"
    assert faults[2].startswith("queries[1]: unknown query 'exists(Object, lambda x: bat(x)'")
    assert faults[3] == "question 2: answer 'maybe'; expected yes or no (or True, False)"
    assert "answered by a word" in faults[4]
    assert [question["program"] for question in row.questions] == programs[3:5]


def test_a_missing_key_suggests_the_nearest(tmp_path):
    with pytest.raises(DataError, match=r"a\.npy: no key 'queries'; did you mean 'query'"):
        read_file(written(tmp_path, queries=None, query=[]))


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_recording(tmp_path / "file" / "train" / "a.npy", ["a"], ["yes"], response(0), "S", "a")
