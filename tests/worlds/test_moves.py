"""Every move leaves a world whole, keeps its slopes right, and has the rate that the posterior asks for."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from worlds_cases import enumerated, evidence

from neurona.worlds.evidence import States
from neurona.worlds.moves import exchange_facts, exchange_things, jump, pick, rates, single_facts, walk_from
from neurona.worlds.tables import table_of

OF = evidence(1, 1, (("big", "red"),))
NUMBERS, EVERY, SHARE = enumerated(OF, 0)
TABLE, PLACES = table_of(OF, 0, NUMBERS[:3], NUMBERS[3:], slots=3, size=32)
TABLE = jax.tree.map(jnp.asarray, TABLE)
begin = jax.jit(lambda said: walk_from(said, TABLE))
rated = jax.jit(lambda walk: rates(walk, TABLE, 1.0))
step = jax.jit(lambda walk, found, uniform: jump(walk, found, TABLE, uniform))
RNG = np.random.default_rng(0)


def padded(world: np.ndarray) -> jnp.ndarray:
    return jnp.asarray(np.pad(world, (0, 32 - len(world))).astype(np.float32))


def share_of(said: jnp.ndarray) -> float:
    """The world's probability; 0 where it is not whole."""
    same = (np.asarray(said)[: len(NUMBERS)].astype(bool) == EVERY).all(axis=1)
    return float(SHARE[same].sum())


some = [EVERY[k] for k in RNG.choice(len(EVERY), 5, p=0.5 * SHARE + 0.5 / len(EVERY))]


@pytest.mark.parametrize("world", some)
def test_each_jump_has_the_rate_of_the_world_that_it_leads_to(world):
    walk = begin(padded(world))
    found = rated(walk)
    each = np.asarray(found.each)
    ends = np.cumsum(each) / each.sum()
    for place in np.flatnonzero(each > 1e-3):
        middle = (ends[place] + (ends[place - 1] if place else 0)) / 2
        after = step(walk, found, jnp.float32(middle))
        here, there = share_of(walk.said), share_of(after.said)
        assert there > 0
        assert each[place] == pytest.approx(there / (here + there), rel=2e-3, abs=1e-4)
        fresh = begin(after.said)
        np.testing.assert_allclose(after.slope, fresh.slope, atol=2e-3)
        np.testing.assert_allclose(after.needed, fresh.needed)
        np.testing.assert_allclose(after.sole, fresh.sole)
        # The way back has the rate of the way here.
        back = np.asarray(rated(fresh).each)
        assert np.isclose(back, here / (here + there), rtol=2e-3, atol=1e-4).any()


@pytest.mark.parametrize("move", [exchange_facts, exchange_things])
def test_exchanges_keep_the_distribution_that_jumps_have(move):
    """From draws of p R, one exchange leads to draws of p R."""
    draws = 20_000
    every = jnp.asarray(np.pad(EVERY, ((0, 0), (0, 32 - EVERY.shape[1]))).astype(np.float32))
    walks = jax.jit(jax.vmap(begin))(every)
    total = np.asarray(jax.jit(jax.vmap(rated))(walks).total)
    weight = SHARE * total
    weight /= weight.sum()
    start = np.random.default_rng(1).choice(len(EVERY), draws, p=weight)
    uniform = jax.random.uniform(jax.random.key(0), (draws, 3))

    def one(k, u):
        walk = jax.tree.map(lambda leaf: leaf[k], walks)
        return move(walk, rates(walk, TABLE, 1.0), TABLE, 1.0, u)[0].said

    after = np.asarray(jax.jit(jax.vmap(one))(jnp.asarray(start), uniform))[:, : len(NUMBERS)]
    assert (after != EVERY[start]).any(axis=1).mean() > 0.02
    np.testing.assert_allclose(after.mean(axis=0), weight @ EVERY, atol=0.015)
    pairs = after.T @ after / draws
    np.testing.assert_allclose(pairs, (EVERY * weight[:, None]).T @ EVERY, atol=0.015)


@pytest.mark.parametrize("world", some)
def test_conditionals_of_single_facts_are_those_of_the_evidence(world):
    found = single_facts(walk_from(padded(world), TABLE), TABLE)
    states = States(OF.space, NUMBERS, world[:, None])
    exact = OF.conditional(0, NUMBERS, states)[:, 0]
    np.testing.assert_allclose(np.asarray(found)[: len(NUMBERS)], exact, rtol=1e-3, atol=1e-5)
    assert np.asarray(found)[len(NUMBERS) :].max() < 1e-20


def test_places_are_picked_in_proportion_to_their_weights():
    weights = jnp.asarray(np.pad(RNG.random(40) * (RNG.random(40) < 0.5), (0, 8)).astype(np.float32))
    uniform = jnp.linspace(0, 1, 4001)[:-1]
    place, ok = jax.vmap(lambda u: pick(weights, u))(uniform)
    assert ok.all()
    shares = np.bincount(np.asarray(place), minlength=48) / 4000
    np.testing.assert_allclose(shares, weights / weights.sum(), atol=1e-3)
    assert not pick(jnp.zeros(48), jnp.float32(0.5))[1]
