"""Facts from answers; what nobody told is unknown."""

import pandas as pd

from neurona.encoding_models.bindings import Binding, Bindings
from neurona.encoding_models.known_facts import KnownFacts, expected_design, from_answers
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.questions import Asked
from neurona.scenes.names import NameTable

WORDS = Vocabulary(("man", "bat", "dog", "cup", "red"), ("hold", "on", "under"))
THINGS = frozenset(["man", "bat", "dog", "cup"])


def known(*told):
    """What pairs of program and answer tell of the recordings a, b, ..."""
    rows = [(f"q{k}", name, program, answer, "") for k, (name, program, answer) in enumerate(told)]
    table = pd.DataFrame(rows, columns=["question", "recording", "program", "answer", "type"])
    return from_answers(Asked.of(table, WORDS, sorted(set(table.recording))), WORDS, THINGS)


def test_a_relation_that_holds_tells_of_its_things_and_one_that_fails_does_not():
    (facts,) = known(
        ("a", "exists x. man(x) & hold(x, the y. bat(y))", "yes"),
        ("a", "exists x. dog(x) & hold(x, the y. cup(y))", "no"),
    )
    assert facts.true == {Fact("man"), Fact("bat"), Fact("hold", ("man", "bat"))}
    assert facts.false == {Fact("hold", ("dog", "cup"))}
    assert not facts.complete


def test_recordings_are_told_of_in_their_order_and_yes_outweighs_no():
    first, second = known(
        ("b", "exists x. man(x)", "yes"), ("a", "exists x. dog(x)", "no"), ("b", "exists x. man(x)", "no")
    )
    assert (first.true, first.false) == (set(), {Fact("dog")})
    assert (second.true, second.false) == ({Fact("man")}, set())


def test_the_order_of_conjuncts_says_nothing():
    first = known(("a", "exists x. red(x) & bat(x)", "yes"))
    assert first == known(("a", "exists x. bat(x) & red(x)", "yes"))
    assert first[0].true == {Fact("bat"), Fact("red", ("bat",))}


def test_what_holds_is_closed_under_its_forms():
    (facts,) = known(("a", "exists x. cup(x) & on(x, the y. bat(y))", "yes"))
    assert Fact("under", ("bat", "cup")) in facts.closed(NameTable.read().forms)


def test_an_unknown_concept_is_neither_there_nor_absent():
    scenes = [
        KnownFacts(frozenset([Fact("man")])),
        KnownFacts(frozenset(), frozenset([Fact("man")])),
        KnownFacts(frozenset([Fact("bat")])),
        KnownFacts(frozenset(), frozenset(), True),
    ]
    bindings = Bindings.learn([facts.true for facts in scenes])
    column = expected_design(bindings, scenes)[:, bindings.place[Binding("concept", ("man",))]]
    assert column[0] == 1
    assert column[1] == column[3] == 0
    assert 0 < column[2] < 1
