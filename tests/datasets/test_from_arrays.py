import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from neurona.datasets.dataset import Dataset, open_dataset, save_dataset
from neurona.errors import DataError

X = np.random.default_rng(0).normal(size=(6, 3))
Y = ["face", "cat", "house"] * 2


def answers(data: Dataset, program: str) -> list[str]:
    return data.questions[data.questions.program == program].answer.tolist()


def test_features_become_recordings_without_time():
    data = Dataset.from_arrays(X, Y, groups=[1, 1, 1, 2, 2, 2], entities=["V1", "V1", "FFA"])
    measured = data.recordings.data
    assert measured.sizes == {"recording": 6, "channel": 3, "time": 1}
    np.testing.assert_array_equal(measured.values[:, :, 0], X.astype(np.float32))
    assert measured.run.values.tolist() == ["1", "1", "1", "2", "2", "2"]
    assert measured.group.values.tolist() == ["V1", "V1", "FFA"]
    assert measured.label.values.tolist() == Y
    assert answers(data, "describe label") == Y


def test_a_frame_names_channels_and_recordings():
    frame = pd.DataFrame(X, columns=["left", "middle", "right"], index=[f"trial {k}" for k in range(6)])
    data = Dataset.from_arrays(frame, pd.Series(Y, index=frame.index))
    assert data.recordings.data.channel.values.tolist() == ["left", "middle", "right"]
    assert data.images[0] == "trial 0"
    with pytest.raises(DataError, match="X and y have different indexes"):
        Dataset.from_arrays(frame, pd.Series(Y, index=frame.index[::-1]))


def test_signals_keep_their_time_axis():
    data = Dataset.from_arrays(
        np.zeros((6, 2, 50)) + np.arange(50), Y, sampling_hz=250.0, start_s=-0.1, modality="eeg", units="uV"
    )
    assert data.recordings.data.sizes["time"] == 50
    np.testing.assert_allclose(data.recordings.data.time.values[[0, -1]], [-0.1, 0.096])


def test_definitions_are_asked_about():
    data = Dataset.from_arrays(X, Y, definitions={"animate(x)": "face(x) | cat(x)"})
    assert answers(data, "exists x. animate(x)") == ["yes", "yes", "no"] * 2


def test_several_columns_are_said_of_one_thing():
    table = pd.DataFrame({"kind": Y, "old": [True, False, True, False, True, False]})
    data = Dataset.from_arrays(X, table, definitions={"old_face": "face(x) & old(x)"})
    assert answers(data, "exists x. old_face(x)") == ["yes", "no", "no", "no", "no", "no"]
    assert answers(data, "exists x. old(x)") == ["yes", "no"] * 3


def test_what_is_missing_is_not_asked_and_counted():
    table = pd.DataFrame({"kind": ["face", None, "house"] * 2, "old": [True, False] * 3})
    with pytest.raises(DataError, match=r"column 'kind': 2 label\(s\) are missing, first in row 1"):
        Dataset.from_arrays(X, table)
    data = Dataset.from_arrays(X, table, missing="drop")
    assert data.left_out == {"no label in column 'kind'": 2}
    second = data.questions[data.questions.recording == "recording-0001"]
    assert set(second.program) == {"exists x. old(x)", "~(exists x. old(x))"}


def test_questions_with_answers_bring_their_own_words():
    table = pd.DataFrame(
        {
            "recording": [0, "recording-0001", 1],
            "program": [
                "exists x. man(x) & hold(x, the y. bat(y))",
                "Is there a man?",
                "describe Color(the x. bat(x))",
            ],
            "answer": [True, "no", "red"],
        }
    )
    data = Dataset.from_arrays(X, pd.concat([table, table.assign(answer=[False, "yes", "blue"], recording=[1, 0, 0])]))
    assert data.vocabulary.relations == ("hold",)
    assert data.vocabulary.categories == {"Color": ("blue", "red")}
    assert data.questions.recording.tolist()[:3] == ["recording-0000", "recording-0001", "recording-0001"]
    assert data.questions.answer.tolist()[:3] == ["yes", "no", "red"]
    with pytest.raises(DataError, match="y: row 0: no recording 9"):
        Dataset.from_arrays(X, table.assign(recording=9))


def test_recordings_alone_have_no_questions():
    assert not len(Dataset.from_arrays(X).questions)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([[1.0, np.nan]] * 2, r"2 value\(s\) are NaN, infinite or too large, first in row 0, column 1"),
        ([["a", "b"]] * 2, "no array of numbers"),
        ([1.0, 2.0], r"shape \(2,\); expected \[recording, feature\]"),
        (np.zeros((2, 0)), "nothing in an array"),
        (np.zeros((2, 2), complex), "complex numbers"),
    ],
)
def test_what_is_no_measurement_is_refused(wrong, message):
    with pytest.raises(DataError, match=message):
        Dataset.from_arrays(wrong, ["a", "b"])


def test_lengths_names_and_ids_are_checked():
    with pytest.raises(DataError, match="entities: 2 given, 3 are needed"):
        Dataset.from_arrays(X, Y, entities=["a", "b"])
    with pytest.raises(DataError, match="ids: 'a' stands twice"):
        Dataset.from_arrays(X, Y, ids=["a"] * 6)
    with pytest.raises(DataError, match="'haxby2001' is a data set that Neurona knows"):
        Dataset.from_arrays(X, Y, name="haxby2001")


def test_it_is_kept_with_the_mapping_of_its_labels(tmp_path):
    data = Dataset.from_arrays(X, ["01", "1", "2"] * 2, name="mine")
    save_dataset(data, tmp_path / "mine")
    again = open_dataset(tmp_path / "mine")
    assert again.card.labels == {"01": "_01", "1": "_1", "2": "_2"}
    assert again.recordings.data.label.values.tolist() == ["01", "1", "2"] * 2
    assert again.questions.equals(data.questions)


def test_it_can_be_pickled_and_copied():
    data = Dataset.from_arrays(X, Y, definitions={"animate": "face(x) | cat(x)"})
    for twin in (pickle.loads(pickle.dumps(data)), copy.deepcopy(data)):
        assert twin.vocabulary == data.vocabulary
        assert twin.questions.equals(data.questions)
        assert twin.recordings.data.identical(data.recordings.data)
