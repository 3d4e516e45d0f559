"""The search finds the most probable scene, and margins are those of enumeration."""

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.encoding_models.scene_search import _Candidates, allowed, climb, log_posterior, margins


def candidates(seed: int, things: int = 3, said: int = 4, coupled: float = 0.3) -> _Candidates:
    """A few nouns, and facts about one or two of them."""
    rng = np.random.default_rng(seed)
    size = things + said
    rows = rng.normal(size=(size, 12)) * 1.5
    gram = rows @ rows.T * coupled + np.diag(np.diag(rows @ rows.T)) * (1 - coupled)
    needs = np.full((size, 2), size)
    for k in range(things, size):
        needs[k, : 1 + k % 2] = rng.choice(things, 1 + k % 2, replace=False)
    holds = rng.random(size) < 0.5
    evidence = gram @ holds + rng.normal(size=size) * np.sqrt(np.diag(gram))
    parts = [evidence, gram, rng.normal(-1, 1, size), rng.uniform(0, 0.5, size)]
    return _Candidates(*(jnp.asarray(part, jnp.float32) for part in parts), jnp.asarray(needs, jnp.int32))


def scenes(given: _Candidates) -> np.ndarray:
    """All scenes in which facts have their things."""
    every = np.array(list(product([0.0, 1.0], repeat=len(given.odds))), np.float32)
    there = np.concatenate([every, np.ones((len(every), 1))], axis=1)
    whole = (there[:, np.asarray(given.things)].prod(axis=2) >= every).all(axis=1)
    return every[whole]


@pytest.mark.parametrize("seed", range(8))
def test_no_change_of_one_fact_makes_the_found_scene_more_probable(seed):
    given = candidates(seed)
    said, slope = jax.jit(climb, static_argnums=1)(given, 50)
    every = scenes(given)
    away = np.abs(every - np.asarray(said)).sum(axis=1)
    assert away.min() == 0
    found = float(log_posterior(said, given))
    near = [float(log_posterior(jnp.asarray(row), given)) for row in every[away == 1]]
    assert max(near) <= found + 1e-3
    np.testing.assert_allclose(
        slope, given.evidence + given.empty + given.odds - given.gram @ said, rtol=1e-3, atol=1e-3
    )


def test_most_found_scenes_are_the_most_probable_of_all():
    exact = 0
    for seed in range(8):
        given = candidates(seed)
        said, _ = jax.jit(climb, static_argnums=1)(given, 50)
        best = max(float(log_posterior(jnp.asarray(row), given)) for row in scenes(given))
        exact += float(log_posterior(said, given)) > best - 1e-3
    assert exact >= 6


def test_without_interactions_the_search_is_exact_and_margins_are_those_of_enumeration():
    given = candidates(3, coupled=0.0)
    said, slope = jax.jit(climb, static_argnums=1)(given, 50)
    every = scenes(given)
    value = np.array([float(log_posterior(jnp.asarray(row), given)) for row in every])
    np.testing.assert_array_equal(np.asarray(said), every[value.argmax()])
    margin, toggle = jax.jit(margins)(said, slope, given)
    for fact in range(len(said)):
        exact = value[every[:, fact] > 0].max() - value[every[:, fact] == 0].max()
        # Reached by dropping or adding what the fact needs, and one fact more.
        assert abs(float(margin[fact]) - exact) < 1e-2 or len(every) > 40
        assert np.sign(margin[fact]) == np.sign(exact)
        assert abs(float(margin[fact])) <= abs(float(toggle[fact])) + 1e-4


def test_a_thing_stays_while_something_is_said_of_it():
    needs = jnp.array([[2, 2], [0, 2]])
    assert allowed(jnp.array([1.0, 1.0]), needs).tolist() == [False, True]
    assert allowed(jnp.array([0.0, 0.0]), needs).tolist() == [True, False]
    assert allowed(jnp.array([1.0, 0.0]), needs).tolist() == [True, True]
