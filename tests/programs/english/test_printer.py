"""Trees in English, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queries import queries

from neurona.programs import Vocabulary, parse, parse_english, to_english
from neurona.programs.english.words import PHRASES, RELATION_WORDS, VERBS, participle, phrase, plural, singular
from neurona.programs.tree import And, Atom, Exists, The, Variable

RELATIONS = (
    "climb play eat fly grow hold ride sit use walk work resting wear under _in surround in_front_of beside on attached_to next_to "
    "line has _is"
)
WORDS = Vocabulary(
    concepts=("face", "cat", "notes", "theory", "holding"),
    relations=("hold", "_in", "next_to", "x", "notes_of"),
    categories={"Colour": ("face", "cat")},
)


@given(query=queries)
def test_a_vocabulary_changes_no_meaning(query):
    text = to_english(query, WORDS)
    assert parse_english(text) == query
    assert parse_english(text, WORDS) == query


@given(
    first=st.sampled_from(["red", "cat", "holding", "in", "there", "x", "things", "bus", "_in", "sit", "a", "next"]),
    second=st.sampled_from(["hold", "_in", "is", "in", "to", "foo", "sitting", "relation", "front"]),
)
def test_names_that_are_words_of_english_are_read_back(first, second):
    bat = The("y", Atom(first, (Variable("y"),)))
    query = Exists("x", And((Atom(first, (Variable("x"),)), Atom(second, (Variable("x"), bat)))))
    assert parse_english(to_english(query)) == query
    awkward = Exists(second, Atom(second, (Variable(second), The(first, Atom(second, (Variable(first),))))))
    assert parse_english(to_english(awkward)) == awkward


@pytest.mark.parametrize("relation", RELATIONS.split())
def test_every_relation_of_the_reference_has_a_phrase(relation):
    query = parse(f"exists x. person(x) & {relation}(x, the y. bat(y))")
    assert to_english(query) == f"Is there a person {phrase(relation)} a bat?"
    assert parse_english(to_english(query)) == query


def test_no_two_relations_share_a_phrase():
    assert all(RELATION_WORDS[phrase(name)] == name for name in (*VERBS, *PHRASES))


def test_variables_that_a_reader_would_not_choose_are_named():
    assert to_english(parse("exists y. cat(y)")) == "Is there a y such that y is a cat?"
    assert to_english(parse("exists x. cat(x) & hold(x, the x. bat(x))")) == (
        "Is there an x such that x is a cat and x is holding the x such that x is a bat?"
    )


def test_adjectives_are_known_from_a_table_or_a_category():
    query = parse("exists x. mauve(x) & ball(x)")
    assert to_english(query) == "Is there a mauve that is a ball?"
    words = Vocabulary(concepts=("mauve", "ball", "red"), categories={"Colour": ("mauve", "red")})
    assert to_english(query, words) == "Is there a mauve ball?"


@pytest.mark.parametrize(
    ("one", "many"),
    [("cat", "cats"), ("box", "boxes"), ("body", "bodies"), ("person", "people"), ("house", "houses"), ("ss", "sses")],
)
def test_plurals(one, many):
    assert plural(one) == many
    assert singular(many) == one


def test_no_plural_is_of_nothing():
    assert [singular(word) for word in ("s", "es", "ies")] == ["s", "e", "y"]


def test_a_plural_that_cannot_be_undone_is_not_used():
    assert to_english(parse("count x. alas(x)")) == "For how many x is it true that x is an alas?"


@pytest.mark.parametrize(
    ("verb", "form"), [("hold", "holding"), ("ride", "riding"), ("sit", "sitting"), ("see", "seeing"), ("lie", "lying")]
)
def test_participles(verb, form):
    assert participle(verb) == form
