"""Programs on possible worlds mean what logic says of each world."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import formulas
from some_worlds import as_world, random_worlds

from neurona.errors import QueryError
from neurona.execution import world_truth
from neurona.execution.world_truth import held, truth
from neurona.execution.worlds import Worlds, unpack
from neurona.programs import parse, value
from neurona.programs.facts import Fact
from neurona.programs.tree import Count, Exists, Forall

quantifiers = st.sampled_from([Exists, Forall, Count])


@given(formula=formulas, outer=quantifiers, inner=st.sampled_from([Exists, Forall]), seed=st.integers(0, 2**16))
def test_every_program_has_the_value_that_enumeration_gives_it(formula, outer, inner, seed):
    query = outer("x", inner("y", inner("z2", formula)))
    worlds = random_worlds(seed, 2, 3, 3)
    found = truth(worlds, [query, query], np.array([0, 1]))
    for recording in range(2):
        for number in range(3):
            assert found[recording, number] == value(query, as_world(worlds, recording, number))


TEXTS = [
    "exists x. face(x) & hold(x, the y. cat(y))",
    "exists x. hold(the y. face(y), x) & ~hold(x, x)",
    "hold(the x. face(x) & ~cat(x), the y. cat(y))",
    "exists x. hold(x, the y. next_to(y, the z. cat(z)) & ~hold(x, y))",
    "~(forall x. face(x) -> notes(x))",
    "exists x. face(x) <-> cat(x)",
    "((count x. face(x)) > (count y. cat(y)))",
    "count x. ~face(x)",
    "theory(the x. cat(x))",
]


@pytest.mark.parametrize("count", [64, 65])
def test_worlds_that_fill_a_machine_word_or_more_are_read_each_by_itself(count):
    worlds = random_worlds(count, 2, count, 4)
    queries = [parse(text) for text in TEXTS for _ in range(2)]
    recording = np.arange(len(queries)) % 2
    found = truth(worlds, queries, recording)
    for row, asked in enumerate(queries):
        expected = [value(asked, as_world(worlds, int(recording[row]), number)) for number in range(count)]
        np.testing.assert_array_equal(found[row], expected)


@settings(max_examples=4)
@given(order=st.permutations(range(2 * len(TEXTS))), block=st.sampled_from([1, 100, 1 << 20]))
def test_a_question_alone_gets_the_same_as_in_any_company(order, block):
    worlds = random_worlds(1, 2, 20, 4)
    queries, recording = [parse(text) for text in TEXTS] * 2, np.arange(2 * len(TEXTS)) % 2
    alone = np.concatenate([truth(worlds, [queries[k]], recording[[k]]) for k in order])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world_truth, "BLOCK_CELLS", block)
        together = truth(worlds, [queries[k] for k in order], recording[order])
    np.testing.assert_array_equal(alone, together)


def test_a_world_without_things_has_no_individuals():
    worlds = Worlds.of_facts([[[], [Fact("face")]], [[], []]], ("face",), ("hold",))
    texts = ["exists x. face(x) | ~face(x)", "forall x. face(x) & ~face(x)", "count x. face(x) | ~face(x)"]
    texts.append("face(the x. face(x))")
    found = truth(worlds, [parse(text) for text in texts] * 2, np.repeat([0, 1], len(texts)))
    np.testing.assert_array_equal(found[:, 0], [0, 1, 0, 0] * 2)
    np.testing.assert_array_equal(found[:, 1], [1, 0, 1, 1, 0, 1, 0, 0])


def test_words_that_no_fact_uses_are_false():
    worlds = random_worlds(2, 1, 5, 2)
    queries = [parse("exists x. unheard(x)"), parse("exists x. unheard(x, x)"), parse("forall x. ~unheard(x)")]
    np.testing.assert_array_equal(truth(worlds, queries, np.zeros(3, int)).mean(axis=1), [0, 0, 1])


def test_packed_truth_is_the_same_and_has_nothing_beyond_the_last_world():
    worlds = random_worlds(3, 1, 70, 3)
    queries, recording = [parse(text) for text in TEXTS if not text.startswith("count")], np.zeros(len(TEXTS) - 1, int)
    bits = held(worlds, queries, recording)
    np.testing.assert_array_equal(unpack(bits, 70), truth(worlds, queries, recording))
    assert not (bits & ~worlds.every_world).any()
    with pytest.raises(QueryError, match="a count is a number"):
        held(worlds, [parse("count x. face(x)")], np.zeros(1, int))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hold(the x. face(x), y)", "variable 'y' is not bound"),
        ("describe Action", "neither true nor false"),
        ("".join(f"exists v{k}. " for k in range(14)) + " | ".join(f"face(v{k})" for k in range(14)), "relate fewer"),
    ],
)
def test_what_has_no_value_is_said(text, message):
    with pytest.raises(QueryError, match=message):
        truth(random_worlds(4, 1, 2, 5), [parse(text)], np.zeros(1, int))
