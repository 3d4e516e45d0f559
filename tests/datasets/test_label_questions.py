import pytest

from neurona.datasets.label_questions import Shown, questions_from_labels
from neurona.errors import DataError
from neurona.programs import Vocabulary

WORDS = Vocabulary(
    concepts=("face", "cat", "house"),
    categories={"Category": ("face", "cat", "house")},
    definitions={"animate": "face(x) | cat(x)"},
)


def answers(label):
    table = questions_from_labels(["a", "b", "c", "d"], [label, "face", "cat", "house"], WORDS)
    return table[table.recording == "a"].set_index("program").answer


def test_answers_follow_from_the_label():
    cat = answers("cat")
    assert cat["exists x. cat(x)"] == "yes"
    assert cat["exists x. face(x)"] == "no"
    assert cat["~(exists x. cat(x))"] == "no"
    assert cat["exists x. animate(x)"] == "yes"
    assert cat["exists x. animate(x) & ~cat(x)"] == "no"
    assert cat["describe Category"] == "cat"
    assert answers("house")["exists x. animate(x)"] == "no"


def test_questions_whose_answer_never_changes_are_not_asked():
    table = questions_from_labels(["a", "b"], ["cat", "house"], WORDS)
    assert "exists x. face(x)" not in set(table.program)
    for _, rows in table[table.type != "describe"].groupby("program"):
        assert set(rows.answer) == {"yes", "no"}


def test_unknown_labels_and_a_single_class_are_refused():
    with pytest.raises(DataError, match="recording b: unknown label 'horse'; did you mean 'house'"):
        questions_from_labels(["a", "b"], ["cat", "horse"], WORDS)
    with pytest.raises(DataError, match="two classes or more"):
        questions_from_labels(["a", "b"], ["cat", "cat"], WORDS)


def test_one_word_of_each_exclusive_category_is_asked_for_at_once():
    words = Vocabulary(
        ("fist", "feet", "rest", "left", "both"),
        categories={"Limb": ("fist", "feet", "rest"), "Side": ("left", "both", "rest")},
        exclusive=("Limb", "Side"),
    )
    shown = [Shown(frozenset(one)) for one in ({"fist", "left"}, {"fist", "both"}, {"feet", "both"}, {"rest"})]
    table = questions_from_labels("abcd", shown, words)
    asked = table[table.type == "and"]
    told = {program: set(rows.recording[rows.answer == "yes"]) for program, rows in asked.groupby("program")}
    assert told == {
        "exists x. fist(x) & left(x)": {"a"},
        "exists x. fist(x) & both(x)": {"b"},
        "exists x. feet(x) & both(x)": {"c"},
    }
    described = table[table.program == "describe Side"].set_index("recording").answer
    assert described.to_dict() == {"a": "left", "b": "both", "c": "both", "d": "rest"}
