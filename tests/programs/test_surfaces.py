"""The surfaces of the language: one tree, read back from each as it was printed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queries import queries, texts

from neurona.errors import DataError, QueryError
from neurona.programs import Vocabulary, parse, parse_english, surface_of, to_english, to_json, to_lambda, to_logic
from neurona.programs.json_syntax import parse_json
from neurona.programs.lambda_syntax import parse_lambda
from neurona.programs.logic_syntax import parse_logic
from neurona.programs.tree import And, Atom, Describe, Exists, The, Variable

SURFACES = {
    "logic": (to_logic, parse_logic),
    "lambda": (to_lambda, parse_lambda),
    "json": (to_json, parse_json),
    "english": (to_english, parse_english),
}


@pytest.mark.parametrize("surface", SURFACES)
@given(query=queries)
def test_printing_then_reading_gives_the_same_tree(surface, query):
    write, read = SURFACES[surface]
    assert read(write(query)) == query


@given(query=queries)
def test_parse_finds_the_surface_by_itself(query):
    for write, _ in SURFACES.values():
        assert parse(write(query)) == query


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("not face(x)", "lambda"),
        ("face(x) and cat(x)", "lambda"),
        ("implies(face(x), cat(x))", "lambda"),
        ("greater_than(2, 1)", "lambda"),
        ("exists(Object, lambda x: face(x))", "lambda"),
        ("describe Position(x, y)", "logic"),
        ("exists x. face(x)", "logic"),
        ("hold(x, the y. bat(y))", "logic"),
        ("(2 > 1)", "logic"),
        ("is(x)", "logic"),
        ("is there a bat", "english"),
        ("Which Position is there?", "english"),
        (' {"op": "exists"}', "json"),
    ],
)
def test_the_surface_is_told_by_its_own_signs(text, surface):
    assert surface_of(text) == surface


def test_a_word_of_another_surface_is_pointed_at():
    for text, column in (("exists x. not face(x)", 11), ("not face(x) & cat(x)", 13), ("Is there a bat & x", 16)):
        with pytest.raises(QueryError, match="does not fit here") as caught:
            parse(text)
        assert caught.value.column == column


@pytest.mark.parametrize(
    ("logic", "lambda_"),
    [
        (
            "exists x. a(x) & b(x) & hold(x, the y. c(y) & d(y) & on(y, the z. e(z)))",
            "exists(Object, lambda x: a(x) and b(x) and hold(x, iota(Object, lambda y: c(y) and d(y) and "
            "on(y, iota(Object, lambda z: e(z))))))",
        ),
        (
            "describe Position(the x. a(x) & b(x), the y. on(y, the z. c(z)))",
            "describe(Position, lambda k: position(k, iota(Object, lambda x: a(x) and b(x)) and "
            "iota(Object, lambda y: on(y, iota(Object, lambda z: c(z))))))",
        ),
        (
            "((count x. a(x)) < (count y. b(y)))",
            "less_than(count(Object, lambda x: a(x)), count(Object, lambda y: b(y)))",
        ),
        ("r(x, y, the z. a(z)) | b(x) | c(x)", "r(x, y, iota(Object, lambda z: a(z))) or b(x) or c(x)"),
    ],
)
def test_nested_and_n_ary_forms(logic, lambda_):
    assert to_lambda(parse(logic)) == lambda_
    assert parse(lambda_) == parse(logic)


@pytest.mark.parametrize("surface", SURFACES)
@given(text=st.one_of(texts, st.text(max_size=60)))
def test_any_text_is_read_or_refused_with_a_position(surface, text):
    try:
        SURFACES[surface][1](text)
    except QueryError as error:
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
        assert "^" in str(error) or not lines[error.line - 1]


def test_the_references_forms_mean_what_they_say():
    hold = Atom("hold", (Variable("x"), The("y", Atom("bat", (Variable("y"),)))))
    asked = parse("exists(Object, lambda x: person(x) and hold(x, iota(Object, lambda y: bat(y))))")
    assert asked == Exists("x", And((Atom("person", (Variable("x"),)), hold)))
    assert asked == parse("exists x. person(x) & hold(x, the y. bat(y))")
    described = parse(
        "describe(Position, lambda k: position(k, iota(Object, lambda x: piano(x)) and iota(Object, lambda y: room(y))))"
    )
    things = [The(v, Atom(name, (Variable(v),))) for v, name in (("x", "piano"), ("y", "room"))]
    assert described == Describe("Position", tuple(things))
    assert parse("greater_than(count(Object, lambda x: cat(x)), 2)") == parse("((count x. cat(x)) > 2)")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("exists(Object, lambda x: face(x)", 33, "ends too early"),
        ("exists(Object, lambda x: face x)", 31, "does not fit here"),
        ("describe(Position, lambda k: action(k))", 30, "expected 'position'"),
        ("describe(Position, lambda k: position(j))", 39, "expected 'k'"),
        ("exists x. face(x", 17, "ends too early"),
        ('{"op": "exists"', 16, "not JSON"),
    ],
)
def test_faults_are_pointed_at(text, column, message):
    with pytest.raises(QueryError, match=message) as caught:
        parse(text)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"op": "exist"}, "query: found 'exist', expected an object whose op is one of"),
        ({"variables": "x"}, "unknown key 'variables'; did you mean 'variable'"),
        ({"body": 3}, "query.body: found '3'"),
        ({"variable": "2x"}, "query.variable: expected a name"),
    ],
)
def test_json_that_is_no_query_names_the_path(change, message):
    content = json.loads(to_json(parse("exists x. face(x)"))) | change
    with pytest.raises(QueryError, match=message) as caught:
        parse(json.dumps(content))
    assert "^" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "~" * 5000 + "face(x)",
        "(" * 4000 + "face(x)" + ")" * 4000,
        "exists(Object, lambda x: " + "not " * 2000 + "face(x))",
        '{"op": "not", "body": ' * 4000 + "1" + "}" * 4000,
        '{"op":' * 20000,
        "Is it true that " + "it is not true that " * 400 + "x is red",
        "Is there a " + "red " * 3000 + "ball",
        "Is there something " + "holding something " * 300 + "that is red",
        "exists x. " + "face(x) & " * 2000,
    ],
)
def test_hostile_depth_and_length_are_refused(text):
    with pytest.raises(QueryError):
        parse(text)


def test_many_negations_side_by_side_are_not_deep():
    assert parse("exists x. " + " & ".join(["~face(x)"] * 200)) is not None


@pytest.mark.parametrize(
    "name", ["existsx", "counter", "theory", "described", "forall2", "notes", "iota_", "equals", "Objects"]
)
def test_names_may_begin_like_words_of_the_language(name):
    query = Exists(name, And((Atom(name, (Variable(name),)), Atom(name, (The(name, Atom(name, (Variable(name),))),)))))
    for write, _ in SURFACES.values():
        assert parse(write(query)) == query


def test_words_of_the_language_are_no_concepts():
    with pytest.raises(DataError, match="'iota' is a word of the query language"):
        Vocabulary(concepts=("face", "iota"))
