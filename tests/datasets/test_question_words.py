import numpy as np
import pytest

from neurona.datasets.question_words import QuestionWords, asked, plain_answer, why_left_out
from neurona.errors import DataError, QueryError

HOLD = "exists(Object, lambda x: person(x) and hold(x, iota(Object, lambda y: bat(y))))"
POSITION = (
    "describe(Position, lambda k: position(k, iota(Object, lambda x: bat(x)) and iota(Object, lambda y: tree(y))))"
)


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("exists x. bat(x)", "exists"),
        ("~(exists x. bat(x))", "not"),
        ("exists x. bat(x) & red(x)", "and"),
        ("exists x. bat(x) | red(x)", "or"),
        ("forall x. bat(x)", "forall"),
        ("count x. bat(x)", "count"),
        ("((count x. bat(x)) >= 2)", "compare"),
        (HOLD, "relation"),
        (POSITION, "describe"),
    ],
)
def test_the_type_of_a_question_follows_from_its_program(program, kind):
    assert asked(program).type == kind


def test_words_keep_their_number_of_arguments():
    assert set(asked(HOLD).words) == {("person", 1), ("hold", 2), ("bat", 1)}
    assert asked(POSITION)[2:] == ("Position", 2)
    with pytest.raises(QueryError, match="'between' has 3 arguments"):
        asked("exists x. between(x, x, x)")


@pytest.mark.parametrize("answer", [True, "yes", "True", np.bool_(True), np.str_("Yes")])
def test_yes_has_many_spellings(answer):
    assert plain_answer(answer, asked("exists x. bat(x)")) == "yes"


@pytest.mark.parametrize(
    ("program", "answer", "message"),
    [
        ("exists x. bat(x)", "perhaps", "expected yes or no"),
        (POSITION, "in front of", "answered by a word"),
        ("count x. bat(x)", "many", "answered by a whole number"),
        ("count x. bat(x)", True, "answered by a whole number"),
    ],
)
def test_an_answer_of_another_kind_is_refused(program, answer, message):
    with pytest.raises(DataError, match=message):
        plain_answer(answer, asked(program))


def words(*questions):
    collected = QuestionWords()
    for program, answer, split in questions:
        collected.add(program, answer, split)
    return collected


def test_the_vocabulary_is_that_of_training():
    collected = words(
        (HOLD, "yes", "train"),
        (POSITION, "on", "train"),
        (POSITION, "under", "train"),
        (POSITION, "beside", "test"),
        ("exists x. zebra(x)", "no", "test"),
    )
    vocabulary = collected.vocabulary()
    assert vocabulary.concepts == ("bat", "person", "tree")
    assert vocabulary.relations == ("hold", "on", "under")
    assert vocabulary.categories == {"Position": ("on", "under")}
    assert collected.only_in_test == ("beside", "zebra")
    assert any("2 word(s) only in test questions, left out: beside, zebra" in note for note in collected.notes())
    assert why_left_out(HOLD, "yes", vocabulary) is None
    assert why_left_out(POSITION, "under", vocabulary) is None
    assert why_left_out("exists x. zebra(x)", "no", vocabulary) == "a word only in test"
    assert why_left_out(POSITION, "beside", vocabulary) == "an answer only in test"


def test_a_word_used_both_ways_keeps_its_more_frequent_use():
    park = "exists x. exists y. park(x, y)"
    collected = words(
        ("exists x. park(x)", "yes", "train"), ("exists x. park(x)", "no", "train"), (park, "yes", "train")
    )
    vocabulary = collected.vocabulary()
    assert vocabulary.concepts == ("park",)
    assert vocabulary.relations == ()
    assert why_left_out(park, "yes", vocabulary) == "a word used as concept and as relation"
    assert "as concept and as relation: park" in collected.notes()[0]


def test_a_category_of_one_word_leaves_nothing_to_choose():
    collected = words((POSITION, "on", "train"))
    assert collected.vocabulary().categories == {}
    assert why_left_out(POSITION, "on", collected.vocabulary()) == "a category of one word, or only in test"
    assert "categories of one word in training" in collected.notes()[0]
