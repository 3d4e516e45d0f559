import pytest

from neurona.datasets.concept_names import concept_names
from neurona.errors import DataError
from neurona.programs import Vocabulary


def test_names_stay_what_they_are_and_all_else_becomes_a_name():
    found = concept_names(
        ["face", "Face", "Scrambled Face", "2-back", "01", "1", "-1", "count", "Yes", "häuser", "a.b"]
    )
    assert found == {
        "face": "face",
        "Face": "Face",
        "Scrambled Face": "Scrambled_Face",
        "2-back": "_2_back",
        "01": "_01",
        "1": "_1",
        "-1": "minus_1",
        "count": "count_",
        "Yes": "Yes_",
        "häuser": "h_user",
        "a.b": "a_b",
    }
    Vocabulary(tuple(found.values()))  # all of them are names


def test_two_labels_are_never_one_concept():
    with pytest.raises(DataError, match=r"labels 'a b' and 'a\.b' are both concept 'a_b'; rename one"):
        concept_names(["a.b", "a b"])
    with pytest.raises(DataError, match="labels ' face' and 'face' are both concept 'face'"):
        concept_names(["face", " face"])
    with pytest.raises(DataError, match="trial types 'Face' and 'face' are both"):
        concept_names(["face", "Face"], what="trial type", lower=True)


def test_a_label_without_letters_is_refused():
    for label in ("??", "", "_"):
        with pytest.raises(DataError, match="has no letter or digit of a name"):
            concept_names([label])
