"""The learning rate rises, stays or falls as the settings say; gradients are clipped before anything else."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from neurona.training import TrainingSettings
from neurona.training.schedules import optimiser_of, schedule_of

SETTINGS = TrainingSettings(learning_rate=0.1, warmup=0.1)


@pytest.mark.parametrize(
    ("name", "half", "end"), [("cosine", 0.05, 0.0), ("linear", 0.05, 0.0), ("constant", 0.1, 0.1)]
)
def test_rates(name, half, end):
    rate = schedule_of(replace(SETTINGS, schedule=name), 100)
    rising = [float(rate(step)) for step in range(11)]
    assert (np.diff(rising) > 0).all()
    assert rising[0] > 0
    assert rising[10] == pytest.approx(0.1)
    assert float(rate(55)) == pytest.approx(half, abs=1e-4)
    assert float(rate(100)) == pytest.approx(end, abs=1e-6)


def test_without_a_warm_up_the_first_step_has_the_whole_rate():
    assert float(schedule_of(replace(SETTINGS, warmup=0.0), 10)(0)) == pytest.approx(0.1)


def test_a_large_gradient_moves_no_further_than_the_clip_lets_it():
    settings = replace(SETTINGS, optimiser="sgd", clip=2.0, weight_decay=0.0, schedule="constant", warmup=0.0)
    optimiser, params = optimiser_of(settings, 10), {"w": jnp.zeros(2)}
    updates, _ = optimiser.update({"w": jnp.array([300.0, 400.0])}, optimiser.init(params), params)
    np.testing.assert_allclose(updates["w"], [-0.12, -0.16], rtol=1e-5)


def test_adamw_is_that_of_optax():
    settings = replace(SETTINGS, clip=None, schedule="constant", warmup=0.0)
    params, gradient = {"w": jnp.array([1.0, -2.0])}, {"w": jnp.array([0.3, 0.4])}
    found, plain = optimiser_of(settings, 10), optax.adamw(0.1, weight_decay=0.01)
    for a, b in zip(
        found.update(gradient, found.init(params), params)[0].values(),
        plain.update(gradient, plain.init(params), params)[0].values(),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-6)
