"""The kinds of negative questions."""

import pytest

from neurona.programs.facts import Fact
from neurona.scenes.facts import scene_facts
from neurona.scenes.names import NameTable
from neurona.scenes.negatives import ABSENT, ARGUMENT, PREDICATE, ROLES, kind_of_denial, negative_kind
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing

HOLD = Fact("hold", ("man", "bat"))


def scene(*links, things=("man", "bat", "dog"), **more):
    place = {noun: k for k, noun in enumerate(things)}
    made = tuple(Relationship(place[a], r, place[b]) for a, r, b in links)
    return SceneGraph("one", tuple(Thing(noun) for noun in things), made, **more)


def kind(graph, fact):
    return negative_kind(fact, *scene_facts([graph], NameTable.read()))


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (scene(("man", "hold", "dog"), things=("man", "dog")), ARGUMENT),
        (scene(("dog", "hold", "bat"), things=("dog", "bat")), ARGUMENT),
        (scene(("man", "use", "bat")), PREDICATE),
        (scene(("bat", "hold", "man")), ROLES),
        (scene(("bat", "hold", "man"), ("man", "use", "bat")), ROLES),
        (scene(("man", "hold", "dog")), None),  # the bat is there, so presence would not answer
        (scene(("man", "hold", "bat"), ("man", "use", "bat"), ("bat", "hold", "man")), None),
        (scene(), None),
    ],
)
def test_kinds_of_a_relation_question_in_a_complete_scene(graph, expected):
    assert kind(graph, HOLD) == expected


def test_under_in_place_of_on_is_a_swap_of_roles():
    assert kind(scene(("bat", "on", "dog")), Fact("under", ("bat", "dog"))) == ROLES


def test_objects_and_attributes_are_absent():
    assert kind(scene(), Fact("cat")) == ABSENT
    assert kind(scene(), Fact("red", ("dog",))) == ABSENT
    assert kind(scene(), Fact("red", ("cat",))) is None  # neither red nor a cat: nothing near holds
    assert kind(scene(), Fact("dog")) is None


def test_in_an_incomplete_scene_only_denied_facts_are_negative():
    links = ("man", "use", "bat"), ("dog", "hold", "man")
    denied = {
        Fact("cat"),
        HOLD,
        Fact("hold", ("man", "dog")),
        Fact("hold", ("dog", "bat")),
        Fact("eat", ("cat", "cow")),
    }
    graph = scene(*links, denied=frozenset(denied), complete=False)
    assert kind(graph, Fact("cow")) is None
    assert kind(graph, Fact("cat")) == ABSENT
    assert kind(graph, HOLD) == PREDICATE
    assert kind(graph, Fact("hold", ("man", "dog"))) == ROLES
    assert kind(graph, Fact("hold", ("dog", "bat"))) == ARGUMENT
    (facts,) = scene_facts([graph], NameTable.read())
    assert kind_of_denial(Fact("eat", ("cat", "cow")), facts) is None
    assert kind(graph, Fact("eat", ("cat", "cow"))) is None
