"""Lessons say the same as questions compiled one batch at a time, whatever their number a recording."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.execution import compile_programs
from neurona.questions import Asked
from neurona.training.feeding import spread
from neurona.training.lessons import Lessons, largest, step_batch


def steps_of(lessons, orders):
    """Each step's slots, from arrays on the device."""
    on_device, capacity = jax.tree.map(jnp.asarray, lessons), largest(lessons, orders)
    step = jax.jit(step_batch, static_argnums=2)
    return [step(on_device, jnp.asarray(order), capacity) for order in orders]


@pytest.mark.slow
@settings(max_examples=6)
@given(st.integers(0, 1000), st.integers(1, 6), st.integers(3, 9), st.booleans())
def test_every_question_stands_once_in_an_epoch_beside_its_own_recording(seed, limit, per_step, asked_only):
    asked = tiny.problem(8, seed).train
    if not len(asked):
        return
    lessons = Lessons.of(asked, tiny.WORDS, asked_only=asked_only, limit=limit, seed=seed)
    n = len(lessons)
    n_steps = -(-n // per_step)
    shuffled = np.random.default_rng(seed).permutation(n)
    orders = np.asarray(spread(shuffled, n_steps, -(-n // n_steps), n))
    seen = []
    for rows, programs, slots in steps_of(lessons, orders):
        owner = np.concatenate([group.recording for group in programs.groups])
        told = np.asarray(slots.question) >= 0
        question = np.asarray(slots.question)[told]
        np.testing.assert_array_equal(np.asarray(rows)[owner[told]], asked.recording[question])
        np.testing.assert_array_equal(np.asarray(slots.target)[told], asked.target[question])
        assert not np.asarray(slots.weight)[~told].any()
        seen += question.tolist()
    assert sorted(seen) == list(range(len(asked)))


@pytest.mark.parametrize("asked_only", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_step_is_answered_as_its_questions_compiled_directly(asked_only):
    told = tiny.problem()
    decoder, recordings = tiny.Linear(), jnp.asarray(tiny.inputs(told))
    lessons = Lessons.of(told.train, tiny.WORDS, asked_only=asked_only)
    ((rows, programs, slots),) = steps_of(lessons, np.arange(8)[None])
    found = tiny.answered(decoder, recordings[rows], programs)
    kept = np.asarray(slots.question) >= 0
    question = np.asarray(slots.question)[kept]
    queries = [told.train.queries[k] for k in question]
    programs = compile_programs(queries, tiny.WORDS, told.train.recording[question].tolist())
    expected = tiny.answered(decoder, recordings, programs)
    np.testing.assert_allclose(found.yes_no[kept], expected.yes_no[: len(queries)], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.describe[kept], expected.describe[: len(queries)], rtol=1e-5, atol=1e-6)


def test_a_recording_of_many_questions_is_several_lessons_of_like_size():
    asked = tiny.problem(12).train
    lessons = Lessons.of(asked, tiny.WORDS, asked_only=False, limit=2)
    counts = sum(np.asarray(part.length) for part in lessons.parts)
    assert counts[:-1].max() <= 2
    assert counts[-1] == 0
    for recording in np.unique(asked.recording):
        own = counts[:-1][lessons.recording[:-1] == recording]
        assert own.max() - own.min() <= 1


def test_balanced_types_weigh_the_same_and_one_on_average():
    asked = tiny.problem(60).train
    lessons = Lessons.of(asked, tiny.WORDS, asked_only=False, balance_types=True)
    weight, question = (
        np.concatenate([getattr(part, name) for part in lessons.parts]) for name in ("weight", "question")
    )
    sums = asked.table.assign(weight=weight[np.argsort(question)]).groupby("type").weight.sum()
    np.testing.assert_allclose(sums, len(asked) / len(sums), rtol=1e-5)


def test_a_vocabulary_without_relations_has_lessons_too():
    words = type(tiny.WORDS)(("cat", "dog"))
    table = tiny.table(5, np.random.default_rng(0)).query("type == 'object'")
    asked = Asked.of(table, words, [f"r{k}" for k in range(5)])
    lessons = Lessons.of(asked, words, asked_only=True)
    assert lessons.n_questions == len(asked)
    assert lessons.relations.shape == (len(lessons) + 1, 1)
