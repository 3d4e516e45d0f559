"""The vocabulary of pairs."""

import pytest

from neurona.errors import DataError, QueryError
from neurona.programs import Vocabulary, entails, parse
from neurona.programs.pairs import paired_vocabulary

PLACES = Vocabulary(
    ("upper", "lower"),
    categories={"Place": ("upper", "lower")},
    exclusive=("Place",),
    paired={"above": "upper(x) & lower(y)"},
)
WORDS = paired_vocabulary(PLACES)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("exists x, y. above(x, y)", "exists x. lower(x)"),
        ("above(the x. first(x), the y. second(y))", "exists x. first(x) & ~lower(x)"),
        ("exists x, y. above(x, y) & above(y, x)", "exists x. upper(x) & lower(x)"),
        ("(exists x. first(x) & lower(x)) & (exists x. second(x) & upper(x))", "exists x, y. second(x) & above(x, y)"),
    ],
)
def test_what_a_relation_means_follows_from_the_axioms(a, b):
    assert entails(parse(a, WORDS), parse(b, WORDS), WORDS, domain=2)


def test_a_relation_of_pairs_is_not_asked_of_one_recording():
    with pytest.raises(QueryError, match=r"'above' relates the things of two recordings.*--pair"):
        parse("exists x, y. above(x, y)", PLACES)


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (Vocabulary(("upper", "lower"), paired={"above": "upper(x) & lower(z)"}), "'above'.*a formula over x and y"),
        (Vocabulary(("upper", "lower"), paired={"above": "upper(x) &"}), "'above'.*ends too early"),
        (Vocabulary(("upper", "first"), paired={"above": "upper(x) & first(y)"}), "has the word 'first'"),
        (Vocabulary(("man", "bat"), ("hold",)), "show relations .hold."),
    ],
)
def test_what_cannot_be_paired_says_why(faulty, message):
    with pytest.raises(DataError, match=message):
        paired_vocabulary(faulty)
