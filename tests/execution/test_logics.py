"""Laws of logic, for every registered logic."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from jax.test_util import check_grads

from neurona.errors import ConfigError
from neurona.execution import LOGICS, get_logic
from neurona.execution.logics import smooth

EVERY = pytest.mark.parametrize("logic", LOGICS.values(), ids=LOGICS)
scores = arrays(np.float32, st.integers(2, 6), elements=st.floats(-6, 6, width=32))


def close(a, b):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=2e-3, atol=2e-3)


@EVERY
@settings(max_examples=50, deadline=None)
@given(values=scores, seed=st.integers(0, 9))
def test_order_does_not_matter(logic, values, seed):
    shuffled = np.random.default_rng(seed).permutation(values)
    close(logic.all(jnp.asarray(values), 0), logic.all(jnp.asarray(shuffled), 0))
    close(logic.any(jnp.asarray(values), 0), logic.any(jnp.asarray(shuffled), 0))


@EVERY
@settings(max_examples=50, deadline=None)
@given(values=scores)
def test_de_morgan(logic, values):
    close(logic.any(jnp.asarray(values), 0), -logic.all(-jnp.asarray(values), 0))


@EVERY
@settings(max_examples=50, deadline=None)
@given(values=scores, more=st.floats(0, 3, width=32))
def test_more_evidence_for_a_part_never_lowers_the_whole(logic, values, more):
    raised = values.copy()
    raised[0] += more
    for connective in (logic.all, logic.any):
        assert connective(jnp.asarray(raised), 0) >= connective(jnp.asarray(values), 0) - 1e-3


@EVERY
@settings(max_examples=50, deadline=None)
@given(values=scores)
def test_all_is_at_most_and_any_at_least_each_part(logic, values):
    assert logic.all(jnp.asarray(values), 0) <= values.min() + 2e-3
    assert logic.any(jnp.asarray(values), 0) >= values.max() - 2e-3


@EVERY
@given(truth=st.lists(st.booleans(), min_size=1, max_size=6))
def test_sure_parts_give_the_classical_answer(logic, truth):
    values = jnp.where(jnp.asarray(truth), 12.0, -12.0)
    assert (logic.all(values, 0) > 0) == all(truth)
    assert (logic.any(values, 0) > 0) == any(truth)


@EVERY
def test_gradients_are_right_and_finite_even_for_extreme_scores(logic):
    values = jnp.asarray([1.2, 0.7, 2.1])
    check_grads(lambda s: logic.all(s, 0), (values,), order=1, modes=["rev"], atol=2e-2, rtol=2e-2)
    for extreme in ([80.0, 80.0, 80.0], [-80.0, 80.0, 0.0], [-80.0, -80.0, -80.0]):
        for connective in (logic.all, logic.any):
            value, gradient = jax.value_and_grad(lambda s, f=connective: f(s, 0))(jnp.asarray(extreme))
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()


@EVERY
def test_batched_and_jitted_give_the_same(logic):
    values = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3)), jnp.float32)
    one_by_one = jnp.stack([logic.all(row, 0) for row in values])
    close(jax.jit(lambda s: logic.all(s, 1))(values), one_by_one)


def test_products_are_products_and_lukasiewicz_adds_what_lacks():
    p = np.array([0.9, 0.8, 0.7])
    values = jnp.asarray(np.log(p / (1 - p)), jnp.float32)
    close(jax.nn.sigmoid(get_logic("product").all(values, 0)), p.prod())
    close(jax.nn.sigmoid(get_logic("lukasiewicz").all(values, 0)), p.sum() - 2)


@settings(max_examples=30, deadline=None)
@given(values=scores)
def test_smooth_becomes_the_minimum_as_the_temperature_falls(values):
    close(smooth(1e-4).all(jnp.asarray(values), 0), values.min())


def test_an_unknown_logic_names_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'product'"):
        get_logic("products")
