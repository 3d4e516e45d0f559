"""Truth in a scene, and facts as programs."""

import pytest

from neurona.errors import QueryError
from neurona.programs import Vocabulary, check, parse, to_lambda
from neurona.programs.facts import Fact
from neurona.scenes.facts import describe_program, fact_of, program_of, restricted, scene_facts
from neurona.scenes.names import NameTable
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing

TABLE = NameTable.read()
THINGS = (Thing("cup", ("red",)), Thing("table"), Thing("man"))
ON = Relationship(0, "on", 1)


def facts(**more):
    return scene_facts([SceneGraph("one", THINGS, (ON, Relationship(2, "beside", 1)), **more)], TABLE)[0]


def test_a_fact_holds_where_it_or_its_inverse_or_symmetric_form_is_stated():
    scene = facts()
    assert scene.holds(Fact("on", ("cup", "table")))
    assert scene.holds(Fact("under", ("table", "cup")))
    assert scene.holds(Fact("beside", ("table", "man")))
    assert scene.holds(Fact("red", ("cup",)))
    assert scene.holds(Fact("under", ("cup", "table"))) is False
    assert scene.holds(Fact("dog")) is False


def test_in_an_incomplete_scene_only_what_is_denied_fails():
    scene = facts(complete=False, denied=frozenset({Fact("dog"), Fact("on", ("man", "table"))}))
    assert scene.holds(Fact("dog")) is False
    assert scene.holds(Fact("under", ("table", "man"))) is False
    assert scene.holds(Fact("cat")) is None


@pytest.mark.parametrize("fact", [Fact("bat"), Fact("red", ("ball",)), Fact("hold", ("person", "bat"))])
def test_a_facts_program_is_about_the_fact_on_every_surface(fact):
    vocabulary = Vocabulary(("bat", "red", "ball", "person"), ("hold", "ride"))
    query = parse(program_of(fact))
    check(query, vocabulary)
    assert fact_of(program_of(fact)) == fact
    assert fact_of(to_lambda(query)) == fact


def test_a_describe_question_states_its_answer():
    program = describe_program("Action", "person", "bat")
    assert program == "describe Action(the x. person(x), the y. bat(y))"
    assert fact_of(program, "hold") == Fact("hold", ("person", "bat"))


def test_programs_of_other_forms_are_about_no_single_fact():
    for program in (
        "exists x. ~bat(x)",
        "exists x. a(x) & b(x) & c(x)",
        "exists x. a(x) & r(the y. b(y), x)",
        "count x. a(x)",
    ):
        assert fact_of(program) is None
    with pytest.raises(QueryError):
        fact_of("exists x. bat(")


def test_facts_with_words_that_the_vocabulary_lacks_are_set_aside_and_counted():
    kept, unseen = restricted([facts()], Vocabulary(("cup", "table"), ("on",)))
    assert kept[0].true == {Fact("cup"), Fact("table"), Fact("on", ("cup", "table"))}
    assert unseen == {"man": 3, "beside": 2, "red": 1, "under": 1}
