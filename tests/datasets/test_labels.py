import numpy as np
import pandas as pd
import pytest

from neurona.datasets.label_questions import Shown
from neurona.datasets.labels import read_labels, with_definitions
from neurona.errors import DataError
from neurona.programs import Vocabulary


def test_texts_stay_what_they_are_and_are_mapped_one_to_one():
    labels = read_labels(["01", "1", "face", "a b"], 4)
    assert labels.texts == ["01", "1", "face", "a b"]
    assert labels.mapping == {"01": "_01", "1": "_1", "a b": "a_b", "face": "face"}
    assert labels.vocabulary().exclusive == ("label",)


@pytest.mark.parametrize(
    "y",
    [
        [1, 2],
        (1, 2),
        np.array([1, 2], np.uint8),
        np.array([1.0, 2.0]),
        pd.Series([1, 2]),
        pd.Series([1, 2], dtype="Int64"),
    ],
)
def test_whole_numbers_are_the_same_label_in_every_type(y):
    assert read_labels(y, 2).texts == ["1", "2"]


def test_a_series_names_its_category():
    assert read_labels(pd.Series(["a", "b"], name="kind of thing"), 2).vocabulary().categories == {
        "kind_of_thing": ("a", "b")
    }


def test_columns_are_concepts_and_categories():
    table = pd.DataFrame(
        {"kind": ["face", "cat", "face"], "old": [True, False, False], "hand": ["left", "right", "left"]}
    )
    labels = read_labels(table, 3)
    words = labels.vocabulary({"animate(x)": "face(x) | cat(x)"})
    assert words.concepts == ("cat", "face", "left", "right", "old")
    assert words.exclusive == ("kind", "hand")
    assert words.definitions == {"animate": "face(x) | cat(x)"}
    assert labels.shown[0] == Shown(frozenset({"face", "old", "left"}))
    assert labels.mapping["kind=face"] == "face"
    assert labels.mapping["old"] == "old"


def test_a_word_of_two_columns_says_which_it_is_of():
    labels = read_labels({"seen": ["left", "right"], "pressed": ["right", "left"]}, 2)
    assert labels.vocabulary().categories == {
        "seen": ("seen_left", "seen_right"),
        "pressed": ("pressed_left", "pressed_right"),
    }
    assert labels.mapping["seen=left"] == "seen_left"


@pytest.mark.parametrize("gone", [None, np.nan, pd.NA])
def test_missing_labels_are_refused_or_dropped_and_counted(gone):
    y = pd.Series(["a", gone, "b"], dtype=object)
    with pytest.raises(DataError, match=r"column 'label': 1 label\(s\) are missing, first in row 1; .*missing='drop'"):
        read_labels(y, 3)
    labels = read_labels(y, 3, "drop")
    assert labels.missing == {"label": 1}
    assert labels.shown[1] == Shown(frozenset(), frozenset({"a", "b"}))


def test_a_text_that_says_nan_is_a_label():
    assert read_labels(["nan", "b"], 2).texts == ["nan", "b"]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0.5, 1.5], "0.5 is no class, but a number on a scale; .*pandas.cut"),
        (["a", "a"], r"holds only \['a'\]; decoding needs two classes or more"),
        (["a", "b", "c"], "3 labels for 2 recordings"),
        (["a b", "a.b"], "labels 'a b' and 'a.b' are both concept 'a_b'; rename one"),
        ([b"a", b"b"], "is a bytes; expected texts"),
        (np.zeros((2, 2, 2)), "an array of shape"),
    ],
)
def test_what_is_no_label_is_refused(y, message):
    with pytest.raises(DataError, match=message):
        read_labels(y, 2)


def test_definitions_are_read_at_once():
    words = Vocabulary(("face", "cat"))
    assert with_definitions(words, {"animate (x)": "face(x) | cat(x)"}).definitions == {"animate": "face(x) | cat(x)"}
    with pytest.raises(DataError, match=r"(?s)definitions: 'animate' as 'face\(x\) \| catt\(x\)'.*did you mean 'cat'"):
        with_definitions(words, {"animate": "face(x) | catt(x)"})
    with pytest.raises(DataError, match="definitions: 'animate'"):
        with_definitions(words, {"animate": "face(x) |"})
