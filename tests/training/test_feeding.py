"""Steps: every lesson once an epoch, in an order of its own."""

import jax.numpy as jnp
import numpy as np
import pytest
import tiny

from neurona.training import answer_in_batches
from neurona.training.feeding import Feed
from neurona.training.lessons import Lessons


@pytest.fixture(scope="module")
def told():
    return tiny.problem()


@pytest.fixture(scope="module")
def lessons(told):
    return Lessons.of(told.train, tiny.WORDS, asked_only=True, limit=3)


@pytest.fixture(scope="module")
def feed(told, lessons):
    return Feed(jnp.asarray(tiny.inputs(told)), jnp.arange(40), lessons, 5, (0,), 2)


def test_every_epoch_visits_every_lesson_once_in_an_order_of_its_own(feed, lessons):
    first, second, again = (np.asarray(feed.block(epoch).order).ravel() for epoch in (0, 1, 0))
    first, second, again = (order[order < len(lessons)] for order in (first, second, again))
    assert sorted(first) == sorted(second) == list(range(len(lessons)))
    assert (first != second).any()
    np.testing.assert_array_equal(first, again)


def test_steps_hold_like_numbers_of_lessons(feed, lessons):
    sizes = (np.asarray(feed.block(0).order) < len(lessons)).sum(1)
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.slow
def test_answers_do_not_depend_on_how_they_are_batched(told):
    model, inputs = tiny.Linear(), tiny.inputs(told)
    whole = answer_in_batches(model, inputs, told.train, tiny.WORDS, asked_only=True)
    found = answer_in_batches(model, inputs, told.train, tiny.WORDS, asked_only=True, lessons_at_a_time=3)
    for a, b in zip(whole, found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    assert np.isfinite(whole.describe).any(1).tolist() == told.train.is_describe.tolist()
    assert not whole.yes_no[told.train.is_describe].any()
    none = answer_in_batches(model, inputs, told.train.take(np.arange(0)), tiny.WORDS, asked_only=True)
    assert none.describe.shape == (0, 2)
