"""Programs on possible worlds mean what logic says of each world."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import formulas

from neurona.encoding_models.world_scores import world_answers, world_values
from neurona.encoding_models.worlds import Worlds, worlds_of
from neurona.programs import World, parse, value
from neurona.programs.tree import Count, Exists, Forall
from neurona.scenes.scene_graph import Fact

NAMES = ("face", "cat", "hold", "_in", "next_to", "notes", "theory")


def random_worlds(rng: np.random.Generator, recordings: int, count: int, things: int) -> Worlds:
    present = rng.random((recordings, count, things)) < 0.7
    present[:, :, 0] = True
    unary = rng.random((recordings, len(NAMES), count, things)) < 0.5
    pairs = rng.random((recordings, len(NAMES), count, things, things)) < 0.4
    there = present[:, None]
    return Worlds(NAMES, NAMES, present, unary & there, pairs & there[..., None] & there[..., None, :])


def as_world(worlds: Worlds, recording: int, number: int) -> World:
    """The same world as the reference semantics read it: its things are numbered without gaps."""
    things = np.flatnonzero(worlds.present[recording, number])
    facts = set()
    for k, name in enumerate(NAMES):
        for a, i in enumerate(things):
            if worlds.unary[recording, k, number, i]:
                facts.add((name, (a,)))
            facts |= {(name, (a, b)) for b, j in enumerate(things) if worlds.pairs[recording, k, number, i, j]}
    return World(len(things), frozenset(facts))


quantifiers = st.sampled_from([Exists, Forall, Count])


@settings(max_examples=150)
@given(formula=formulas, outer=quantifiers, inner=st.sampled_from([Exists, Forall]), seed=st.integers(0, 2**16))
def test_every_program_has_the_value_that_enumeration_gives_it(formula, outer, inner, seed):
    query = outer("x", inner("y", inner("z2", formula)))
    worlds = random_worlds(np.random.default_rng(seed), 2, 3, 3)
    found = world_values(worlds, [query, query], np.array([0, 1]))
    for recording in range(2):
        for number in range(3):
            assert found[recording, number] == value(query, as_world(worlds, recording, number))


@pytest.mark.parametrize("count", [64, 65])
@pytest.mark.parametrize(
    "text",
    [
        "exists x. face(x) & hold(x, the y. cat(y))",
        "~(forall x. face(x) -> notes(x))",
        "exists x. face(x) <-> cat(x)",
        "((count x. face(x)) > (count y. cat(y)))",
        "count x. ~face(x)",
    ],
)
def test_worlds_that_fill_a_machine_word_or_more_are_read_each_by_itself(text, count):
    query, other = parse(text), parse("exists x. theory(x)")
    worlds = random_worlds(np.random.default_rng(count), 2, count, 3)
    recording = np.array([1, 0, 0, 1])
    found = world_values(worlds, [query, other, query, other], recording)
    for row, asked in enumerate([query, other, query, other]):
        expected = [value(asked, as_world(worlds, recording[row], number)) for number in range(count)]
        np.testing.assert_array_equal(found[row], expected)


def test_the_answer_is_the_share_of_worlds_with_its_error():
    world = [Fact("man"), Fact("bat"), Fact("hold", ("man", "bat"))]
    worlds = worlds_of([[world, world, world, [Fact("man")]]], ("man", "bat"), ("hold", "ride"))
    queries = [parse("exists x. man(x) & hold(x, the y. bat(y))"), parse("count x. man(x)")]
    found = world_answers(worlds, queries, [(), ()], np.zeros(2, int))
    probability = 1 / (1 + np.exp(-found.yes_no[0]))
    assert probability == pytest.approx((3 + 0.5) / 5)
    assert found.error[0] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert found.yes_no[1] == 1


def test_describe_chooses_the_word_that_holds_in_most_worlds():
    hold, ride = (Fact(word, ("man", "bat")) for word in ("hold", "ride"))
    nouns = [Fact("man"), Fact("bat")]
    worlds = worlds_of([[[*nouns, hold], [*nouns, hold], [*nouns, ride]]], ("man", "bat"), ("hold", "ride"))
    query = parse("describe Action(the x. man(x), the y. bat(y))")
    found = world_answers(worlds, [query], [("ride", "hold")], np.zeros(1, int))
    assert found.describe[0].argmax() == 1
    assert np.exp(found.describe[0]).sum() == pytest.approx(1)


def test_given_shares_weigh_the_worlds_of_a_table_that_all_recordings_have():
    worlds = worlds_of([[[Fact("face")], [Fact("cat")]]], ("face", "cat"), ())
    shares = np.array([[0.9, 0.1], [0.2, 0.8]])
    queries = [parse("exists x. face(x)"), parse("~(exists x. face(x))"), parse("describe Thing")]
    found = world_answers(worlds, [*queries, *queries], [(), (), ("face", "cat")] * 2, np.repeat([0, 1], 3), shares)
    np.testing.assert_allclose(1 / (1 + np.exp(-found.yes_no[[0, 1, 3, 4]])), [0.9, 0.1, 0.2, 0.8])
    np.testing.assert_allclose(np.exp(found.describe[[2, 5]]), shares)
