import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.errors import QueryError
from neurona.programs import Vocabulary, parse, to_logic
from neurona.programs.tree import And, Atom, Exists, Forall, Iff, Implies, Not, Or, Variable

WORDS = Vocabulary(concepts=("face", "cat"), definitions={"animate": "face(x) | cat(x)"})
atoms = st.builds(lambda name, v: Atom(name, (Variable(v),)), st.sampled_from(["face", "cat"]), st.sampled_from("xy"))
formulas = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda parts: And(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: Or(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(Implies, inner, inner),
        st.builds(Iff, inner, inner),
        st.builds(Exists, st.sampled_from("xy"), inner),
        st.builds(Forall, st.sampled_from("xy"), inner),
    ),
    max_leaves=8,
)


@given(formulas)
def test_printing_then_parsing_gives_the_same_tree(formula):
    assert parse(to_logic(formula)) == formula


@given(st.text(alphabet="exists xy.~&|->()the facecat,1", max_size=60))
def test_any_text_is_read_or_refused_with_a_position(text):
    try:
        parse(text)
    except QueryError as error:
        assert error.line >= 1
        assert error.column >= 1


def test_an_unknown_concept_is_pointed_at_and_the_nearest_named():
    with pytest.raises(QueryError, match="did you mean 'face'") as caught:
        parse("exists x. fase(x)", WORDS)
    assert caught.value.column == 11
