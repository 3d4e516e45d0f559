"""An ensemble's answer is the mean of its members' probabilities."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st

from neurona.execution import Answers, compile_programs
from neurona.training.ensemble import Ensemble, averaged

LOGITS = st.lists(st.floats(-8, 8, width=32), min_size=2, max_size=2)


@given(LOGITS, LOGITS)
def test_probabilities_are_averaged(first, second):
    yes_no = jnp.asarray([first, second], jnp.float32)
    describe = jnp.stack([jnp.asarray([[*row, -jnp.inf], [-jnp.inf] * 3], jnp.float32) for row in (first, second)])
    found = jax.jit(averaged)(Answers(yes_no, describe))
    p = 1 / (1 + np.exp(-np.asarray(yes_no, np.float64)))
    np.testing.assert_allclose(1 / (1 + np.exp(-np.asarray(found.yes_no, np.float64))), p.mean(0), atol=1e-5)
    words = np.exp(np.array([first, second]))
    mean = (words / words.sum(1, keepdims=True)).mean(0)
    np.testing.assert_allclose(np.exp(found.describe[0, :2]), mean, rtol=1e-4, atol=1e-6)
    assert np.isneginf(found.describe[0, 2])
    assert np.isneginf(found.describe[1]).all()


@pytest.mark.slow
def test_members_alike_answer_as_one():
    told = tiny.problem(6)
    programs = compile_programs(told.train.queries, tiny.WORDS, told.train.recording.tolist())
    recordings = jnp.asarray(tiny.inputs(told))
    one, many = tiny.Linear(2), Ensemble([tiny.Linear(2), tiny.Linear(2)])
    np.testing.assert_allclose(*(tiny.answered(model, recordings, programs).yes_no for model in (many, one)), atol=1e-4)
