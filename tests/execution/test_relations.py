"""Closed forms of sums over pairs, against the pairs in full."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.execution import HYPOTHESES, Hypothesis
from neurona.execution.relations import Pairs, attended

SWITCHES = [
    *HYPOTHESES.values(),
    Hypothesis(region=False),
    Hypothesis(pairs=False),
    Hypothesis(subject=False, region=False),
]


def some_pairs(seed: int, size: int, rank: int) -> tuple[Pairs, np.ndarray]:
    """Random scores, and g written out pair by pair."""
    rng = np.random.default_rng(seed)
    a, b, u = rng.normal(size=(3, size))
    left, right = rng.normal(size=(2, size, rank))
    full = np.array([[a[i] + b[j] + left[i] @ right[j] if i != j else -10.0 for j in range(size)] for i in range(size)])
    return Pairs(*(jnp.asarray(part, jnp.float32) for part in (a, b, u, left, right))), full


def shares(seed: int, size: int) -> np.ndarray:
    weights = np.exp(np.random.default_rng(seed).normal(size=size))
    return weights / weights.sum()


@settings(max_examples=25)
@given(seed=st.integers(0, 99), size=st.sampled_from([2, 3, 6]), rank=st.sampled_from([0, 2]))
def test_sums_over_pairs_are_those_of_the_full_matrix(seed, size, rank):
    pairs, full = some_pairs(seed, size, rank)
    first, second = shares(seed + 1, size), shares(seed + 2, size)
    f, s = jnp.asarray(first, jnp.float32), jnp.asarray(second, jnp.float32)
    np.testing.assert_allclose(pairs.every(), full, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(pairs.of_subjects(s), full @ second, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(pairs.of_objects(f), first @ full, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(pairs.of_both(f, s), first @ full @ second, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("hypothesis", SWITCHES, ids=str)
@pytest.mark.parametrize("open_sides", [(False, False), (True, False), (False, True), (True, True)])
def test_a_side_that_does_not_guide_is_the_mean_over_entities(hypothesis, open_sides):
    size = 4
    pairs, full = some_pairs(3, size, 2)
    u = np.asarray(pairs.region)
    told = [None if side else shares(k, size) for k, side in enumerate(open_sides)]
    found = attended(pairs, *(None if w is None else jnp.asarray(w, jnp.float32) for w in told), hypothesis)
    guides = (hypothesis.subject, hypothesis.object)
    # Every side as a matrix [outcomes, entities]: an open side that guides is the identity.
    sides = [
        (np.eye(size) if w is None else w[None]) if on else np.full((1, size), 1 / size)
        for w, on in zip(told, guides, strict=True)
    ]
    expected = sides[0] @ full @ sides[1].T if hypothesis.pairs else np.zeros((len(sides[0]), len(sides[1])))
    if hypothesis.region:
        if guides[0]:
            expected = expected + (sides[0] @ u)[:, None]
        if guides[1]:
            expected = expected + (sides[1] @ u)[None, :]
        if not any(guides):
            expected = expected + u.mean()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
