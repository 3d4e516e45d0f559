"""Answerers that never see a recording."""

import pandas as pd
import pytest

from neurona.scenes.question_only import answers_from_questions, question_only_accuracy


def table(*rows):
    return pd.DataFrame(rows, columns=["program", "answer", "type"])


def test_lookup_and_words_find_what_a_biased_question_gives_away():
    rows = [(f"exists x. noun{k}(x)", "yes" if k % 2 else "no", "object") for k in range(20)] * 2
    found = question_only_accuracy(table(*rows), table(*rows)).set_index("type")
    assert found.lookup["object"] == 1
    assert found.words["object"] == 1
    assert found.majority["object"] == 0.5
    assert found.n["yes/no"] == 40


def test_words_know_the_roles():
    def asked(a, b):
        return f"describe Action(the x. {a}(x), the y. {b}(y))"

    nouns = [f"n{k}" for k in range(6)]
    pairs = [(a, b) for a in nouns for b in nouns if a != b]
    rows = [asked(a, b) for a, b in pairs]
    answers = ["hold" if a < b else "ride" for a, b in pairs]
    new = [asked("n0", "n9"), asked("n9", "n0")]
    given = answers_from_questions(rows, answers, new)
    assert list(given["words"]) == ["hold", "ride"]
    assert list(given["lookup"]) == ["hold", "hold"]  # never seen: the most frequent, the first by name among equals


def test_without_training_questions_nothing_is_answered_rightly():
    found = question_only_accuracy(table(), table(("exists x. a(x)", "yes", "object"))).set_index("type")
    assert found.loc["object", ["lookup", "words"]].tolist() == [0, 0]


@pytest.mark.parametrize("kind", ["action", "position"])
def test_describe_questions_are_compared_with_their_most_frequent_word(kind):
    rows = [("describe A(the x. a(x), the y. b(y))", word, kind) for word in ("on", "on", "under", "beside")]
    found = question_only_accuracy(table(*rows), table(*rows)).set_index("type")
    assert found.majority[kind] == found.lookup[kind] == found.lookup["describe"] == 0.5
