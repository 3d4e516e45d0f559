import pytest

from neurona.errors import QueryError
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(concepts=("face", "cat"), definitions={"animate": "face(x) | cat(x)"})


def test_an_unknown_concept_is_pointed_at_and_the_nearest_named():
    with pytest.raises(QueryError, match="did you mean 'face'") as caught:
        parse("exists x. fase(x)", WORDS)
    assert caught.value.column == 11


def test_one_quantifier_binds_several_variables():
    assert parse("forall x, y. face(x) | cat(y)") == parse("forall x. forall y. face(x) | cat(y)")
    with pytest.raises(QueryError, match="4 variables at most") as caught:
        parse("exists x, y, z, u, v. face(x)")
    assert caught.value.column == 20
