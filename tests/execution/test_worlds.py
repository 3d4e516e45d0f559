"""Possible worlds are what their facts say, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from some_worlds import random_worlds

from neurona.execution.worlds import Worlds, pack, unpack
from neurona.programs.facts import Fact

MAN, BAT, HOLD, RED = Fact("man"), Fact("bat"), Fact("hold", ("man", "bat")), Fact("red", ("bat",))
CONCEPTS, RELATIONS = ("man", "bat", "red"), ("hold", "ride")

scenes = st.lists(st.sets(st.sampled_from([MAN, BAT, HOLD, RED, Fact("ride", ("bat", "man"))])), min_size=1, max_size=5)


@given(values=arrays(bool, st.tuples(st.integers(1, 3), st.integers(1, 200))))
def test_what_is_packed_is_unpacked(values):
    np.testing.assert_array_equal(unpack(pack(values), values.shape[1]), values)


@given(rows=st.lists(scenes, min_size=1, max_size=3))
def test_a_world_has_its_facts_and_the_things_that_they_name(rows):
    size = min(map(len, rows))
    worlds = Worlds.of_facts([row[:size] for row in rows], CONCEPTS, RELATIONS)
    for recording, row in enumerate(rows):
        for number, scene in enumerate(row[:size]):
            nouns = {Fact(noun) for fact in scene for noun in fact.arguments}
            assert worlds.facts(recording, number) == scene | nouns


def test_no_thing_is_there_that_no_fact_names():
    worlds = Worlds.of_facts([[[], [MAN]], [[], []]], CONCEPTS, RELATIONS)
    assert worlds.facts(0, 0) == worlds.facts(1, 1) == frozenset()
    assert worlds.things == (("man",), ())
    nothing = Worlds.of_facts([[[]]], CONCEPTS, RELATIONS)
    assert nothing.present.shape == (1, 0, 1)


def test_words_that_the_vocabulary_lacks_leave_their_things():
    worlds = Worlds.of_facts([[[Fact("near", ("man", "bat")), Fact("dog")]]], CONCEPTS, RELATIONS)
    assert worlds.facts(0, 0) == {MAN, BAT, Fact("dog")}


def test_recordings_are_taken_with_their_shares():
    worlds = random_worlds(0, 3, 70, 4)
    taken = worlds.take([2, 0])
    assert [taken.facts(k, 69) for k in range(2)] == [worlds.facts(2, 69), worlds.facts(0, 69)]
    np.testing.assert_array_equal(taken.share, worlds.share[[2, 0]])
    listed = Worlds.of_facts([[[MAN], [BAT]]], CONCEPTS, RELATIONS, np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]]))
    np.testing.assert_array_equal(listed.take(np.array([1])).share, [[0.2, 0.8]])
    assert listed.facts(2, 1) == listed.take([1]).facts(0, 1) == {BAT}


def arrays_of(**changed):
    """One recording, two worlds: a man holds a bat; a man alone."""
    parts = {
        "concepts": CONCEPTS,
        "relations": RELATIONS,
        "word": np.array([[0, 1, 3]]),
        "subject": np.array([[0, 1, 0]]),
        "object": np.array([[-1, -1, 1]]),
        "holds": np.array([[[3], [1], [1]]], np.uint64),
        "present": np.array([[[3], [1]]], np.uint64),
        "share": np.array([[0.25, 0.75]]),
        "things": (("man", "bat"),),
    }
    return parts | changed


def test_the_arrays_of_the_example_are_worlds():
    worlds = Worlds(**arrays_of())
    assert worlds.facts(0, 0) == {MAN, BAT, HOLD}
    assert worlds.facts(0, 1) == {MAN}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"share": np.array([[0.25, 0.5]])}, "must sum to 1"),
        ({"share": np.array([[1.25, -0.25]])}, "negative"),
        ({"present": np.array([[[7], [1]]], np.uint64)}, "beyond the last world"),
        ({"holds": np.array([[[3], [1], [2]]], np.uint64)}, "where its things are not present"),
        ({"word": np.array([[0, 1, 9]])}, "not among the words"),
        ({"subject": np.array([[0, 2, 0]])}, "subject is not among the things"),
        ({"object": np.array([[-1, -1, -1]])}, "relations need an object"),
        ({"word": np.array([[0, 0, 3]]), "subject": np.array([[0, 0, 0]])}, "lists a fact twice"),
        ({"things": (("man", "man"),)}, "names of things repeat"),
        ({"things": (("man",),)}, "a thing without a name"),
        ({"things": (("man", "bat"), ())}, "the things of each"),
    ],
)
def test_arrays_that_contradict_one_another_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        Worlds(**arrays_of(**changed))
