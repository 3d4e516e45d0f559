"""Of many scores, those that questions look at."""

import jax
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neurona.execution import Interaction, RelationScores, Scores, looked_at

N, CONCEPTS, RELATIONS, SIZE, RANK = 3, 4, 2, 5, 2


def scores(interacting: bool) -> Scores:
    rng = np.random.default_rng(0)
    unary, *parts = (rng.normal(size=(N, k, SIZE)).astype(np.float32) for k in (CONCEPTS, *[RELATIONS] * 4))
    sides = [
        rng.normal(size=shape).astype(np.float32) for shape in ((N, SIZE, RANK), (N, SIZE, RANK), (N, RELATIONS, RANK))
    ]
    return Scores(unary, RelationScores(*parts, Interaction(*sides) if interacting else None))


@given(
    st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, CONCEPTS - 1), st.integers(0, RELATIONS - 1)), min_size=1),
    st.booleans(),
)
def test_a_row_has_its_own_recordings_and_its_own_words_scores(asked, interacting):
    whole, (rows, concepts, relations) = scores(interacting), np.array(asked).T
    found = looked_at(whole, rows, concepts[:, None], relations[:, None])
    for k, (row, concept, relation) in enumerate(asked):
        np.testing.assert_array_equal(found.unary[k, 0], whole.unary[row, concept])
        for own, every in zip(found.relations[:4], whole.relations[:4], strict=True):
            np.testing.assert_array_equal(own[k, 0], every[row, relation])
        if interacting:
            np.testing.assert_array_equal(found.relations.interaction.left[k], whole.relations.interaction.left[row])
            np.testing.assert_array_equal(
                found.relations.interaction.weight[k, 0], whole.relations.interaction.weight[row, relation]
            )


def test_recordings_that_nobody_asks_about_are_not_read(tmp_path):
    whole = scores(False)
    np.save(tmp_path / "unary.npy", whole.unary)
    mapped = whole._replace(unary=np.load(tmp_path / "unary.npy", mmap_mode="r"))
    found = looked_at(mapped, np.array([1]), np.array([[2, -1]]), np.zeros((1, 0), np.int64))
    np.testing.assert_array_equal(found.unary[0], whole.unary[1, [2, 0]])
    assert not any(isinstance(array, np.memmap) for array in jax.tree.leaves(found))
    assert found.relations.subject.shape == (1, 0, SIZE)
