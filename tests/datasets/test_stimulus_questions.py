import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.datasets.stimulus_questions import read_questions
from neurona.errors import DataError

IDS = ("sub-1_trial-1", "sub-1_trial-2", "sub-2_trial-1")
LABELS = ("dog.jpg", "car.jpg", "dog.jpg")
BY_LABEL = [
    ("dog.jpg", "exists x. dog(x)", "yes"),
    ("dog.jpg", "exists x. car(x)", False),
    ("car.jpg", "describe Kind", "car"),
    ("dog.jpg", "describe Kind", "dog"),
]


def table(tmp_path, rows, columns=("image", "program", "answer"), name="questions.csv"):
    frame = pd.DataFrame(rows, columns=list(columns))
    if name.endswith(".parquet"):
        frame.astype(str).to_parquet(tmp_path / name, index=False)
    else:
        frame.to_csv(tmp_path / name, index=False, sep="\t" if name.endswith("tsv") else ",")
    return tmp_path / name


@pytest.mark.parametrize("name", ["questions.csv", "questions.tsv", "questions.parquet"])
def test_a_question_about_a_stimulus_is_asked_of_all_that_show_it(tmp_path, name):
    asked = read_questions(table(tmp_path, BY_LABEL, name=name), IDS, LABELS)
    assert asked.table.recording.value_counts().to_dict() == {IDS[0]: 3, IDS[1]: 1, IDS[2]: 3}
    assert asked.table.question.is_unique
    assert asked.table[asked.table.program == "exists x. car(x)"].answer.tolist() == ["no", "no"]
    assert asked.vocabulary.concepts == ("car", "dog")
    assert asked.vocabulary.categories == {"Kind": ("car", "dog")}
    assert not asked.left_out


def test_a_question_about_a_recording_is_asked_of_it_alone(tmp_path):
    path = table(tmp_path, [(IDS[1], "exists x. car(x)", "yes", 1)], ("recording", "query", "answer", "hops"))
    asked = read_questions(path, IDS, LABELS)
    assert asked.table.to_dict("records") == [
        {
            "question": f"{IDS[1]}_q-000",
            "recording": IDS[1],
            "program": "exists x. car(x)",
            "answer": "yes",
            "type": "exists",
            "hops": 1,
        }
    ]


def test_what_cannot_be_asked_is_left_out_counted_and_told(tmp_path):
    rows = [*BY_LABEL, ("boat.jpg", "exists x. dog(x)", "no"), ("dog.jpg", "describe Mood", "happy")]
    asked = read_questions(table(tmp_path, rows), IDS, LABELS)
    assert sum(asked.left_out.values()) == 2  # a category of one word, about two recordings
    assert "1 question(s) about what no recording shows" in asked.notes
    assert len(asked.table) == 7


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        (BY_LABEL, ("image", "programz", "answer"), "no column 'program'; did you mean 'programz'?"),
        (BY_LABEL, ("picture", "program", "answer"), "no column 'recording' or 'label'"),
        ([("dog.jpg", "exists x. dog(", "yes")], ("image", "program", "answer"), r"line 2: .*column"),
        ([("dog.jpg", "exists x. dog(x)", "maybe")], ("image", "program", "answer"), r"line 2: answer 'maybe'"),
        ([("sub-1_trial-3", "exists x. dog(x)", "yes")], ("recording", "program", "answer"), r"did you mean 'sub-1_tr"),
        ([("cat.jpg", "exists x. dog(x)", "yes")], ("image", "program", "answer"), "label must name such as 'car.jpg'"),
    ],
)
def test_a_faulty_table_is_explained(tmp_path, rows, columns, message):
    with pytest.raises(DataError, match=message):
        read_questions(table(tmp_path, rows, columns), IDS, LABELS)


def test_labels_that_are_numbers_or_quoted_find_their_recordings(tmp_path):
    rows = [("007", "exists x. dog(x)", "yes"), ('a, "b"', "exists x. dog(x)", "no"), ("n/a", "exists x. dog(x)", "no")]
    asked = read_questions(table(tmp_path, rows), IDS, ("007", 'a, "b"', "7"))
    assert asked.table.recording.tolist() == [IDS[0], IDS[1]]
    assert asked.table.answer.tolist() == ["yes", "no"]


def test_yes_and_no_are_no_words_that_a_describe_question_chooses_from(tmp_path):
    with pytest.raises(DataError, match=r"line 2: answer 'yes' to a describe question; .* call the word 'yes_'"):
        read_questions(table(tmp_path, [("dog.jpg", "describe Kind", "yes")]), IDS, LABELS)


def test_a_file_that_is_no_table_is_explained(tmp_path):
    (tmp_path / "questions.parquet").write_bytes(b"PAR0")
    with pytest.raises(DataError, match=r"expected a \.parquet table"):
        read_questions(tmp_path / "questions.parquet", IDS, LABELS)
    with pytest.raises(DataError, match=r"expected a table .parquet, .csv or .tsv"):
        read_questions(tmp_path / "questions.xlsx", IDS, LABELS)


@given(rows=st.lists(st.sampled_from(BY_LABEL), min_size=1))
def test_every_question_is_asked_once_a_recording_that_shows_its_stimulus(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    asked = read_questions(table(folder, rows), IDS, LABELS)
    expected = sum(LABELS.count(label) for label, _, _ in rows)
    assert len(asked.table) + sum(asked.left_out.values()) == expected


def test_parts_are_those_of_what_is_shown_and_one_for_each_recording(tmp_path):
    path = tmp_path / "q.tsv"
    path.write_text("image\tpart\tprogram\tanswer\na\ttrain\texists x. cat(x)\tyes\nb\ttest\texists x. cat(x)\tno\n")
    assert read_questions(path, ["r0", "r1", "r2"], ["a", "b", "b"]).parts == {
        "r0": "train",
        "r1": "test",
        "r2": "test",
    }
    path.write_text(path.read_text() + "a\ttest\texists x. dog(x)\tno\n")
    with pytest.raises(DataError, match=r"line 4: recording 'r0' is in part 'train' by an earlier row, here in 'test'"):
        read_questions(path, ["r0"], ["a"])
    path.write_text("image\tpart\tprogram\tanswer\na\ttrial\texists x. cat(x)\tyes\n")
    with pytest.raises(DataError, match="part: found 'trial', expected train or test"):
        read_questions(path, ["r0"], ["a"])
