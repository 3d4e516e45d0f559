"""Training: the scan is the steps one by one; it selects on what it is told to, and is traced once."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import tiny
from flax import nnx

from neurona.errors import ConfigError
from neurona.execution import compile_programs
from neurona.training import Ensemble, TrainingSettings, answer_in_batches, train
from neurona.training.feeding import Feed
from neurona.training.lessons import Lessons
from neurona.training.losses import answer_losses
from neurona.training.schedules import optimiser_of


@pytest.fixture(scope="module")
def told():
    return tiny.problem()


@pytest.fixture(scope="module")
def trained(told):
    return train(tiny.Linear, tiny.inputs(told), told, tiny.SETTINGS, asked_only=True)


def parameters(model):
    return jax.tree.leaves(nnx.state(model, nnx.Param))


def same(one, other, **tolerance):
    for a, b in zip(parameters(one), parameters(other), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), **tolerance)


def accuracy(model, recordings, asked):
    found = answer_in_batches(model, recordings, asked, tiny.WORDS, asked_only=True)
    right = np.where(asked.is_describe, found.describe.argmax(-1) == asked.target, (found.yes_no > 0) == asked.target)
    return right.mean()


@pytest.mark.slow
def test_the_scan_is_plain_gradient_steps_on_the_lessons_drawn(told):
    settings = replace(tiny.SETTINGS, epochs=2)
    found = train(tiny.Linear, tiny.inputs(told), told, settings, asked_only=True)
    recordings, asked = jnp.asarray(tiny.inputs(told)), told.train
    lessons = Lessons.of(asked, tiny.WORDS, asked_only=False)
    feed = Feed(recordings, jnp.arange(len(recordings)), lessons, 8, [told.seed], 2)
    optimiser = optimiser_of(settings, 2 * feed.n_steps)
    graph, params = nnx.split(tiny.Linear(told.seed))
    state = optimiser.init(params)
    every = compile_programs(asked.queries, tiny.WORDS, asked.recording.tolist())
    size = every.n_questions
    target = jnp.asarray(np.resize(asked.target, size), jnp.int32)
    describe = jnp.asarray(np.resize(asked.is_describe, size))

    @jax.jit
    def step(params, state, weight):
        def loss(params):
            losses = answer_losses(nnx.merge(graph, params)(recordings, every), target, describe)
            return jnp.sum(weight * losses) / weight.sum()

        value, gradient = jax.value_and_grad(loss)(params)
        updates, state = optimiser.update(gradient, state, params)
        return optax.apply_updates(params, updates), state, value * weight.sum()

    for epoch in range(2):
        total = 0.0
        for lessons_of_step in np.asarray(feed.block(epoch).order):
            chosen = lessons.recording[lessons_of_step[lessons_of_step < len(lessons)]]
            weight = np.pad(np.isin(asked.recording, chosen), (0, size - len(asked)))
            params, state, value = step(params, state, jnp.asarray(weight, jnp.float32))
            total += float(value)
        np.testing.assert_allclose(found.history.train_loss[epoch], total / len(asked), rtol=1e-4)
    for a, b in zip(jax.tree.leaves(params), parameters(found.model), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-3, atol=1e-4)


def test_answers_are_learned_and_nothing_is_traced_twice(told, trained):
    assert max(trained.traces) <= 1  # 0 where a training like it came before
    assert len(trained.history) == tiny.SETTINGS.epochs
    assert trained.history.train_loss.iloc[-1] < 0.7 * trained.history.train_loss[0]
    assert accuracy(trained.model, tiny.inputs(told), told.train) > 0.75


def test_what_is_reported_of_validation_is_so(told, trained):
    found = accuracy(trained.model, tiny.inputs(told), told.validation)
    np.testing.assert_allclose(trained.history.validation_accuracy.iloc[-1], found, rtol=1e-6)


def test_the_best_epoch_is_kept_and_patience_ends_training(told):
    settings = replace(tiny.SETTINGS, epochs=20, selection="validation", patience=2)
    found = train(tiny.Linear, tiny.inputs(told), told, settings, asked_only=True)
    losses = found.history.validation_loss
    assert found.selected_on == "validation"
    assert found.best_epoch == int(losses.argmin())
    assert len(found.history) == found.best_epoch + 3
    np.testing.assert_allclose(
        accuracy(found.model, tiny.inputs(told), told.validation),
        found.history.validation_accuracy[found.best_epoch],
        rtol=1e-6,
    )


def test_the_test_questions_are_looked_at_only_when_asked_to(told, trained):
    test = told.train.take(np.arange(10))
    again = train(tiny.Linear, tiny.inputs(told), told, tiny.SETTINGS, asked_only=True, test=test)
    same(again.model, trained.model, rtol=0)
    assert again.traces == (0, 0)  # trainings alike share what has been compiled
    chosen = train(
        tiny.Linear, tiny.inputs(told), told, replace(tiny.SETTINGS, selection="test"), asked_only=True, test=test
    )
    assert chosen.selected_on == "test"
    assert chosen.best_epoch == int(chosen.history.test_loss.argmin())
    assert "validation_loss" not in chosen.history


@pytest.mark.slow
def test_a_member_of_an_ensemble_is_what_its_seed_gives_alone(told, trained):
    found = train(tiny.Linear, tiny.inputs(told), told, replace(tiny.SETTINGS, members=2), asked_only=True)
    assert isinstance(found.model, Ensemble)
    same(found.model.members[0], trained.model, rtol=1e-3, atol=1e-4)
    alone = train(tiny.Linear, tiny.inputs(told), replace(told, seed=1), tiny.SETTINGS, asked_only=True)
    same(found.model.members[1], alone.model, rtol=1e-3, atol=1e-4)


@pytest.mark.slow
def test_in_a_curriculum_large_programs_come_last(told):
    settings = replace(tiny.SETTINGS, epochs=1, curriculum=9, weight_decay=0.0)
    found = train(tiny.Linear, tiny.inputs(told), told, settings, asked_only=True)
    start = tiny.Linear(told.seed)
    np.testing.assert_array_equal(found.model.relations[...], start.relations[...])
    assert np.abs(found.model.concepts[...] - start.concepts[...]).max() > 1e-3


@pytest.mark.slow
def test_tf32_is_float32_where_a_device_has_none_of_it(told, trained):
    found = train(tiny.Linear, tiny.inputs(told), told, replace(tiny.SETTINGS, precision="tf32"), asked_only=True)
    np.testing.assert_allclose(found.history.train_loss, trained.history.train_loss, rtol=1e-6)


@pytest.mark.slow
def test_bfloat16_computes_roughly_the_same_and_keeps_float32_parameters(told, trained):
    found = train(tiny.Linear, tiny.inputs(told), told, replace(tiny.SETTINGS, precision="bfloat16"), asked_only=True)
    assert {leaf.dtype for leaf in parameters(found.model)} == {jnp.dtype("float32")}
    np.testing.assert_allclose(found.history.train_loss, trained.history.train_loss, rtol=0.05)
    assert (found.history.train_loss != trained.history.train_loss).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"selection": "validation"}, "no|none|has none"),
        ({"selection": "test"}, "needs the test questions"),
        ({"members": 2, "selection": "last"}, "function from a seed"),
    ],
)
def test_settings_that_cannot_be_met_are_refused(change, message):
    told = tiny.problem(validation=False)
    with pytest.raises(ConfigError, match=message):
        train(tiny.Linear(), tiny.inputs(told), told, TrainingSettings(**change), asked_only=True)


@pytest.mark.slow
def test_state_beside_parameters_is_kept_as_steps_of_training_leave_it(told):
    settings = replace(tiny.SETTINGS, epochs=3, members=2, precision="bfloat16")
    found = train(tiny.Stateful, tiny.inputs(told), told, settings, asked_only=True)
    n_steps = -(-len(np.unique(told.train.recording)) // settings.recordings_per_step)
    assert [float(member.steps[...]) for member in found.model.members] == [3 * n_steps] * 2


def test_state_of_the_best_epoch_is_kept_with_its_parameters(told):
    settings = replace(tiny.SETTINGS, selection="validation", epochs=6, patience=None, learning_rate=0.5)
    found = train(tiny.Stateful, tiny.inputs(told), told, settings, asked_only=True)
    n_steps = -(-len(np.unique(told.train.recording)) // settings.recordings_per_step)
    assert found.best_epoch < 5
    assert float(found.model.steps[...]) == (found.best_epoch + 1) * n_steps
    assert found.traces == (1, 1)
