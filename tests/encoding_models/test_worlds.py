"""Worlds are draws from the posterior, and the diagnostic says when they are not."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.encoding_models.worlds import _Candidates, _sample, holding, log_posterior, split_rhat, worlds_of
from neurona.scenes.scene_graph import Fact


def candidates(seed: int) -> _Candidates:
    """Two things, an attribute of the first, a relation of both."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, 4))
    coupling = np.zeros((4, 4))
    coupling[0, 1] = coupling[1, 0] = 0.7
    parts = (rng.normal(size=4), root @ root.T / 4, rng.normal(size=4), coupling, np.full(4, 0.3))
    parents = np.array([[4, 4], [4, 4], [0, 4], [0, 1]], np.int32)
    return _Candidates(*(jnp.asarray(part, jnp.float32) for part in parts), jnp.asarray(parents))


@pytest.mark.parametrize("things", [None, 2])
def test_gibbs_draws_have_the_marginals_of_the_enumerated_posterior(things):
    given = candidates(0)
    said = np.array(list(itertools.product([0.0, 1.0], repeat=4)), np.float32)
    logs = np.array([float(log_posterior(jnp.asarray(row), given)) for row in said])
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    exact = weight @ np.array([np.asarray(holding(jnp.asarray(row), given.parents)) for row in said])
    stacked = jax.tree.map(lambda leaf: leaf[None], given)
    holds, trace = _sample(stacked, jax.random.split(jax.random.key(0), 1), 4000, 12, things)
    np.testing.assert_allclose(np.asarray(holds)[0].mean(axis=0), exact, atol=0.035)
    assert split_rhat(np.asarray(trace))[0] < 1.2


def test_what_is_said_of_a_thing_goes_with_it():
    parents = candidates(0).parents
    np.testing.assert_array_equal(holding(jnp.asarray([0.0, 1.0, 1.0, 1.0]), parents), [0, 1, 0, 0])
    np.testing.assert_array_equal(holding(jnp.ones(4), parents), np.ones(4))


def test_chains_that_stay_apart_have_not_mixed():
    rng = np.random.default_rng(0)
    together = rng.normal(size=(1, 4, 100))
    apart = together + 3 * np.arange(4)[None, :, None]
    assert split_rhat(together)[0] < 1.05
    assert split_rhat(apart)[0] > 1.5


def test_a_world_without_facts_still_holds_one_thing_of_no_kind():
    worlds = worlds_of([[[], [Fact("man"), Fact("old", ("man",))]]], ("man", "old"), ())
    assert worlds.present[0].sum(axis=1).tolist() == [1, 1]
    assert not worlds.unary[0, :, 0].any()
    assert worlds.unary[0, :, 1, 0].all()
