import pytest
from hypothesis import given
from queries import queries

from neurona.errors import QueryError
from neurona.programs import Vocabulary, expand, parse, template

WORDS = Vocabulary(
    concepts=("face", "cat", "house"),
    definitions={"animate": "face(x) | cat(x)", "odd": "animate(x) & house(x)", "a": "b(x)", "b": "~a(x)"},
)


def test_definitions_are_replaced_at_any_depth():
    assert expand(parse("exists y. odd(y)"), WORDS) == parse("exists y. (face(y) | cat(y)) & house(y)")
    the = parse("animate(the y. odd(y))")
    assert expand(the, Vocabulary(("face", "cat", "house"))) == the


def test_a_definition_that_leads_back_to_itself_is_named():
    with pytest.raises(QueryError, match=r"defines 'a' by itself \(a -> b -> a\)"):
        expand(parse("exists x. a(x)"), WORDS)


@given(query=queries)
def test_a_template_is_the_template_of_itself(query):
    shape, words = template(query)
    assert template(shape)[0] == shape
    assert len(template(shape)[1]) == len(words)
