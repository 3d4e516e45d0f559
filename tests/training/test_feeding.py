"""Data in memory and data in a store are learned from alike."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
import tiny

from neurona.recordings.recordings import Recordings
from neurona.training import ArraySource, StoreSource, answer_in_batches, train
from neurona.training.feeding import Resident, Streamed
from neurona.training.lessons import Lessons


@pytest.fixture(scope="module")
def told():
    return tiny.problem()


@pytest.fixture(scope="module")
def lessons(told):
    return Lessons.of(told.train, tiny.WORDS, asked_only=True, limit=3)


def epochs_of(feed, count=2):
    """Lessons of each epoch, in the order in which they are learned."""
    orders = [
        np.concatenate([np.asarray(block.order).ravel() for block in feed.blocks(epoch)]) for epoch in range(count)
    ]
    return [order[order < len(feed_lessons)] for order in orders for feed_lessons in [feed.lessons_]]


def resident(told, lessons, seeds=(0,)):
    feed = Resident(jnp.asarray(tiny.inputs(told)), jnp.arange(40), lessons, 5, seeds, 2)
    feed.lessons_ = lessons
    return feed


def streamed(told, lessons, seed=0):
    feed = Streamed(ArraySource(tiny.inputs(told), chunk=4), lessons, 5, seed, 2, block=12)
    feed.lessons_ = lessons
    return feed


@pytest.mark.parametrize("make", [resident, streamed])
def test_every_epoch_visits_every_lesson_once_in_an_order_of_its_own(told, lessons, make):
    first, second = epochs_of(make(told, lessons))
    assert sorted(first) == sorted(second) == list(range(len(lessons)))
    assert (first != second).any()
    np.testing.assert_array_equal(first, epochs_of(make(told, lessons))[0])


def test_a_block_holds_the_recordings_of_its_lessons_and_no_others(told, lessons):
    inputs = tiny.inputs(told)
    for block in streamed(told, lessons).blocks(1):
        assert block.inputs.shape == (12, tiny.TIMES, tiny.CHANNELS)
        chosen = np.unique(np.asarray(block.order))
        rows = lessons.recording[chosen[chosen < len(lessons)]]
        np.testing.assert_array_equal(block.inputs[block.place[rows]], inputs[rows])


def test_steps_hold_like_numbers_of_lessons(told, lessons):
    (block,) = resident(told, lessons).blocks(0)
    sizes = (np.asarray(block.order) < len(lessons)).sum(1)
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.slow
def test_training_from_a_source_learns_and_judges_as_in_memory(told):
    source = ArraySource(tiny.inputs(told), chunk=4)
    found = train(tiny.Linear, source, told, tiny.SETTINGS, asked_only=True, block=12)
    assert max(found.traces) <= 1
    again = train(tiny.Linear, source, told, tiny.SETTINGS, asked_only=True, block=12)
    assert again.history.train_loss.equals(found.history.train_loss)
    assert found.history.train_loss.iloc[-1] < 0.75 * found.history.train_loss[0]
    whole = replace(tiny.SETTINGS, recordings_per_step=64, epochs=2)
    one_step = train(tiny.Linear, ArraySource(tiny.inputs(told), chunk=40), told, whole, asked_only=True)
    in_memory = train(tiny.Linear, tiny.inputs(told), told, whole, asked_only=True)
    for name in ("train_loss", "validation_loss"):
        np.testing.assert_allclose(one_step.history[name], in_memory.history[name], rtol=1e-4)


@pytest.mark.slow
def test_answers_do_not_depend_on_how_they_are_batched_or_read(told):
    model, inputs = tiny.Linear(), tiny.inputs(told)
    whole = answer_in_batches(model, inputs, told.train, tiny.WORDS, asked_only=True)
    for given, size in ((inputs, 3), (ArraySource(inputs, chunk=4), 5)):
        found = answer_in_batches(model, given, told.train, tiny.WORDS, asked_only=True, lessons_at_a_time=size)
        for a, b in zip(whole, found, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    assert np.isfinite(whole.describe).any(1).tolist() == told.train.is_describe.tolist()
    assert not whole.yes_no[told.train.is_describe].any()
    none = answer_in_batches(model, inputs, told.train.take(np.arange(0)), tiny.WORDS, asked_only=True)
    assert none.describe.shape == (0, 2)


def test_a_store_is_read_by_rows_and_standardised(tmp_path):
    rng = np.random.default_rng(0)
    values = (1000 + 3 * rng.normal(size=(30, 4, 5))).astype(np.float32)
    values[:, 2] = 7.0
    names = [f"r{k}" for k in range(30)]
    made = Recordings.make(
        values,
        ids=names,
        channels=list("abcd"),
        sampling_hz=1.0,
        modality="fmri",
        units="a.u.",
        subject=["1"] * 30,
        run=["1"] * 30,
        split=["train"] * 30,
        label=[""] * 30,
        simulated=True,
    )
    made.save(tmp_path / "r.zarr")
    rows = np.arange(20)
    source = StoreSource(Recordings.open(tmp_path / "r.zarr", lazy=True)).standardised(rows)
    source.chunk = 3
    source = source.standardised(rows)
    deviation = values[rows].std(0)
    deviation[2] = 1.0
    expected = ((values - values[rows].mean(0)) / deviation).swapaxes(1, 2)
    chosen = np.array([29, 3, 7])
    np.testing.assert_allclose(source.read(chosen), expected[chosen], atol=2e-3)
    assert source.shape == (5, 4)
