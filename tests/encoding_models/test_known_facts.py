"""Facts from answers; what nobody told is unknown."""

import numpy as np
import pytest

from neurona.encoding_models.bindings import Binding, Bindings
from neurona.encoding_models.known_facts import KnownFacts, expected_design, from_answers, told
from neurona.scenes.scene_graph import Fact


@pytest.mark.parametrize(
    ("program", "answer", "fact", "holds"),
    [
        ("exists x. bat(x)", "yes", Fact("bat"), True),
        ("exists x. bat(x)", "no", Fact("bat"), False),
        ("~(exists x. bat(x))", "no", Fact("bat"), True),
        ("describe Animal", "cat", Fact("cat"), True),
        ("describe Action(the x. man(x), the y. bat(y))", "hold", Fact("hold", ("man", "bat")), True),
        ("exists x. red(x) & ball(x)", "no", Fact("red", ("ball",)), False),
    ],
)
def test_an_answer_tells_a_fact(program, answer, fact, holds):
    assert told(program, answer) == (fact, holds)


def test_other_programs_tell_no_fact_of_their_own():
    assert told("exists x. cat(x) | dog(x)", "yes") is None
    assert told("~(exists x. cat(x) | dog(x))", "yes") is None


def test_a_relation_that_holds_tells_of_its_things_and_one_that_fails_does_not():
    programs = ["exists x. man(x) & hold(x, the y. bat(y))", "exists x. dog(x) & hold(x, the y. cup(y))"]
    (known,) = from_answers(programs, ["yes", "no"], np.array([7, 7]), np.array([7]))
    assert known.true == {Fact("man"), Fact("bat"), Fact("hold", ("man", "bat"))}
    assert known.false == {Fact("hold", ("dog", "cup"))}
    assert not known.complete


def test_an_unknown_concept_is_neither_there_nor_absent():
    known = [
        KnownFacts(frozenset([Fact("man")])),
        KnownFacts(frozenset(), frozenset([Fact("man")])),
        KnownFacts(frozenset([Fact("bat")])),
        KnownFacts(frozenset(), frozenset(), True),
    ]
    bindings = Bindings.learn([facts.true for facts in known])
    column = expected_design(bindings, known)[:, bindings.place[Binding("concept", ("man",))]]
    assert column[0] == 1
    assert column[1] == column[3] == 0
    assert 0 < column[2] < 1
