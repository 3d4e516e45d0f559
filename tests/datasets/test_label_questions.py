import pytest

from neurona.datasets.label_questions import questions_from_labels
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
