"""Programs, scenes and the alternative that the oracle weighs, as the docstring of `alternatives` defines it."""

import pandas as pd
import pytest

from neurona.programs.facts import Fact
from neurona.scenes.names import NameTable
from neurona.scenes.negatives import ABSENT, ARGUMENT, PREDICATE, ROLES
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.simulation.alternatives import change, exchanged
from neurona.simulation.hypotheses import hypotheses
from neurona.simulation.ontology import make_ontology

ONTOLOGY = make_ontology()
HOLD = "exists x. man(x) & hold(x, the y. dog(y))"


def scene(image, *triples, things=()):
    nouns = list(dict.fromkeys([*things, *(word for a, _, b in triples for word in (a, b))]))
    links = tuple(Relationship(nouns.index(a), r, nouns.index(b)) for a, r, b in triples)
    return SceneGraph(image, tuple(Thing(noun) for noun in nouns), links)


def fact(*words):
    return Fact(words[0], tuple(words[1:]))


def alternatives(yes, no, program, kind):
    """Facts that come and go in the scene of the yes, and in that of the no."""
    rows = [("yes", program, "yes", "", "p"), ("no", program, "no", kind, "p")]
    questions = pd.DataFrame(rows, columns=["image", "program", "answer", "negative", "pair"])
    found = hypotheses(questions, [yes, no], ONTOLOGY.vocabulary, ONTOLOGY.class_of)
    return [{sign: {f for s, f in changes[0] if s == sign} for sign in (1, -1)} for changes in found.changes]


def test_an_absent_object_exchanges_names_with_one_of_its_class():
    yes, no = scene("yes", ("man", "hold", "dog")), scene("no", things=("cat", "table"))
    in_yes, in_no = alternatives(yes, no, "exists x. dog(x)", ABSENT)
    assert in_yes == {-1: {fact("dog"), fact("hold", "man", "dog")}, 1: {fact("cat"), fact("hold", "man", "cat")}}
    assert in_no == {-1: {fact("cat")}, 1: {fact("dog")}}


def test_where_no_other_name_is_left_the_thing_goes():
    yes, no = scene("yes", ("man", "hold", "dog")), scene("no", things=("man",))
    in_yes, _ = alternatives(yes, no, "exists x. dog(x)", ABSENT)
    assert in_yes == {-1: {fact("dog"), fact("hold", "man", "dog")}, 1: set()}


def test_an_attribute_that_its_noun_lacks_comes_and_goes():
    yes = SceneGraph("yes", (Thing("dog", ("brown",)),))
    no = SceneGraph("no", (Thing("dog"), Thing("cat", ("brown",))))
    in_yes, in_no = alternatives(yes, no, "exists x. brown(x) & dog(x)", ABSENT)
    assert in_yes == {-1: {fact("brown", "dog")}, 1: set()}
    assert in_no == {-1: set(), 1: {fact("brown", "dog")}}


def test_an_attribute_at_another_noun_renames_its_bearer():
    yes, no = SceneGraph("yes", (Thing("dog", ("brown",)),)), SceneGraph("no", (Thing("cat", ("brown",)),))
    _, in_no = alternatives(yes, no, "exists x. brown(x) & dog(x)", ABSENT)
    assert in_no == {-1: {fact("cat"), fact("brown", "cat")}, 1: {fact("dog"), fact("brown", "dog")}}


def test_a_replaced_argument_renames_the_thing_with_all_said_of_it():
    yes = scene("yes", ("man", "hold", "dog"), ("dog", "beside", "tree"))
    no = scene("no", ("man", "hold", "cat"))
    in_yes, in_no = alternatives(yes, no, HOLD, ARGUMENT)
    gone = {fact("dog"), fact("hold", "man", "dog"), fact("beside", "dog", "tree")}
    assert in_yes == {-1: gone, 1: {fact("cat"), fact("hold", "man", "cat"), fact("beside", "cat", "tree")}}
    assert in_no == {-1: {fact("cat"), fact("hold", "man", "cat")}, 1: {fact("dog"), fact("hold", "man", "dog")}}


def test_where_the_other_argument_is_there_already_only_the_relation_passes_to_it():
    yes = scene("yes", ("man", "hold", "dog"), things=("cat",))
    no = scene("no", ("man", "hold", "cat"))
    in_yes, _ = alternatives(yes, no, HOLD, ARGUMENT)
    assert in_yes == {-1: {fact("hold", "man", "dog")}, 1: {fact("hold", "man", "cat")}}


def test_a_replaced_predicate_takes_the_place_of_one_of_its_category():
    yes = scene("yes", ("man", "hold", "dog"))
    no = scene("no", ("man", "in_front_of", "dog"), ("man", "walk", "dog"))
    in_yes, in_no = alternatives(yes, no, HOLD, PREDICATE)
    assert in_yes == {-1: {fact("hold", "man", "dog")}, 1: {fact("walk", "man", "dog")}}
    assert in_no == {-1: {fact("walk", "man", "dog")}, 1: {fact("hold", "man", "dog")}}


def test_swapped_roles_swap_back():
    yes, no = scene("yes", ("man", "hold", "dog")), scene("no", ("dog", "hold", "man"))
    in_yes, in_no = alternatives(yes, no, HOLD, ROLES)
    assert in_yes == {-1: {fact("hold", "man", "dog")}, 1: {fact("hold", "dog", "man")}}
    assert in_no == {-1: {fact("hold", "dog", "man")}, 1: {fact("hold", "man", "dog")}}


def test_a_fact_goes_in_whichever_form_the_scene_states_it():
    stated = scene("x", ("dog", "under", "table")).facts
    asked, new = fact("on", "table", "dog"), fact("beside", "table", "dog")
    assert exchanged(stated, asked, new, NameTable.read()) == stated - {fact("under", "dog", "table")} | {new}


def test_roles_swap_in_the_word_that_the_scene_uses():
    stated = scene("x", ("dog", "under", "table")).facts
    swapped_roles = exchanged(stated, fact("on", "table", "dog"), fact("on", "dog", "table"), NameTable.read())
    assert swapped_roles == stated - {fact("under", "dog", "table")} | {fact("under", "table", "dog")}


def test_a_question_without_a_contrary_lets_its_fact_come_or_go():
    questions = pd.DataFrame(
        [("a", HOLD, "yes", "", ""), ("b", HOLD, "no", "", "")],
        columns=["image", "program", "answer", "negative", "pair"],
    )
    scenes = [scene("a", ("man", "hold", "dog")), scene("b", things=("man",))]
    found = hypotheses(questions, scenes, ONTOLOGY.vocabulary, ONTOLOGY.class_of).changes
    assert found[0] == (((-1, fact("hold", "man", "dog")),),)
    assert found[1] == (((1, fact("dog")), (1, fact("hold", "man", "dog"))),)


@pytest.mark.parametrize("direct", [True, False])
def test_describe_puts_each_other_word_in_place_of_the_right_one(direct):
    stated = scene("a", ("dog", "on", "table") if direct else ("table", "under", "dog"))
    questions = pd.DataFrame(
        [("a", "describe Position(the x. dog(x), the y. table(y))", "on", "", "")],
        columns=["image", "program", "answer", "negative", "pair"],
    )
    (changes,) = hypotheses(questions, [stated], ONTOLOGY.vocabulary, ONTOLOGY.class_of).changes
    words = set(ONTOLOGY.vocabulary.categories["Position"]) - {"on"}
    come = {f for one in changes for sign, f in one if sign == 1}
    gone = {f for one in changes for sign, f in one if sign == -1}
    assert len(changes) == 8
    if direct:
        assert gone == {fact("on", "dog", "table")}
        assert come == {fact(word, "dog", "table") for word in words}
    else:
        # `under` is on's inverse, so the right answer's rivals are said the same way round where they have one.
        assert gone == {fact("under", "table", "dog")}
        assert fact("on", "table", "dog") in come
        assert fact("_in", "dog", "table") in come


def test_other_programs_have_no_bound():
    questions = pd.DataFrame(
        [("a", "forall x. man(x)", "yes", "", "")], columns=["image", "program", "answer", "negative", "pair"]
    )
    found = hypotheses(questions, [scene("a", things=("man",))], ONTOLOGY.vocabulary, ONTOLOGY.class_of)
    assert found.changes == ((),)


def test_changes_are_sorted():
    one, other = frozenset({fact("dog"), fact("cat")}), frozenset({fact("zebra"), fact("bear")})
    assert [f.name for _, f in change(one, other)] == ["bear", "zebra", "cat", "dog"]
