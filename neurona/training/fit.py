"""Full-batch training of a decoder on answers, in one jitted scan.

All questions of a data set stand in one batch; a fold is a weight per question (0 keeps a question out), so folds,
weight decays and seeds share one compiled program. The objective is

    sum_q w_q loss_q / sum_q w_q + decay / 2 * sum of squared weights,

minimised by L-BFGS, which needs no learning rate (Liu and Nocedal 1989, Mathematical Programming 45:503).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from neurona.decoders import LinearEvidence
from neurona.execution import ProgramBatch
from neurona.training.losses import answer_losses


class Targets(NamedTuple):
    """What the questions' answers are; see `answer_losses`."""

    target: Int[Array, " question"]
    is_describe: Bool[Array, " question"]


def fit(
    decoder: LinearEvidence,
    encoded: Float[Array, "recording feature"],
    programs: ProgramBatch,
    targets: Targets,
    weights: Float[Array, " question"],
    *,
    decay: float,
    steps: int,
) -> tuple[LinearEvidence, Float[np.ndarray, " step"]]:
    """Train on the questions of positive weight.

    Args:
        decoder: initial decoder; it is not changed.
        encoded: all recordings through its encoder (those without weighted questions have no influence).
        programs: all questions, compiled.
        targets: their answers.
        weights: weight per question, 0 to leave it out.
        decay: of the objective above.
        steps: number of L-BFGS steps.

    Returns:
        The trained decoder and the objective before each step.
    """
    graph, params, rest = nnx.split(decoder, nnx.Param, ...)  # type: ignore[misc]
    params, losses = _train_one(params, rest, graph, encoded, programs, targets, weights, jnp.float32(decay), steps)
    return nnx.merge(graph, params, rest), np.asarray(losses)


def held_out_losses(
    decoder: LinearEvidence,
    encoded: Float[Array, "fold recording feature"],
    programs: ProgramBatch,
    targets: Targets,
    train: Float[Array, "fold question"],
    held: Float[Array, "fold question"],
    *,
    decays: tuple[float, ...],
    steps: int,
) -> Float[np.ndarray, " decay"]:
    """Mean loss of held-out questions for each weight decay, over inner folds of the training recordings.

    Args:
        encoded: all recordings, encoded anew in each fold by an encoder that saw its training part alone.
        train, held: weights of the questions to train on and to test on, per fold.
        decays: candidates.
    """
    graph, params, rest = nnx.split(decoder, nnx.Param, ...)  # type: ignore[misc]
    losses = _train_many(params, rest, graph, encoded, programs, targets, train, held, jnp.asarray(decays), steps)
    return np.asarray(losses)


def _objective(params, rest, graph, encoded, programs, targets, weights, decay):
    decoder = nnx.merge(graph, params, rest)
    losses = answer_losses(decoder.answer(encoded, programs), *targets)
    data = jnp.sum(weights * losses) / jnp.maximum(weights.sum(), 1e-9)
    return data + 0.5 * decay * jnp.sum(params["weight"][...] ** 2)


def _train(params, rest, graph, encoded, programs, targets, weights, decay, steps):
    def loss(params):
        return _objective(params, rest, graph, encoded, programs, targets, weights, decay)

    optimiser = optax.lbfgs(linesearch=optax.scale_by_zoom_linesearch(max_linesearch_steps=15))
    value_and_grad = optax.value_and_grad_from_state(loss)

    def step(carry, _):
        params, state = carry
        value, grads = value_and_grad(params, state=state)
        updates, state = optimiser.update(grads, state, params, value=value, grad=grads, value_fn=loss)
        return (optax.apply_updates(params, updates), state), value

    (params, _), losses = jax.lax.scan(step, (params, optimiser.init(params)), length=steps)
    return params, losses


_train_one = jax.jit(_train, static_argnames=("graph", "steps"))


@jax.jit(static_argnames=("graph", "steps"))
def _train_many(params, rest, graph, encoded, programs, targets, train, held, decays, steps):
    def one(encoded, weights, held_out, decay):
        trained, _ = _train(params, rest, graph, encoded, programs, targets, weights, decay, steps)
        return _objective(trained, rest, graph, encoded, programs, targets, held_out, jnp.float32(0))

    over_folds = jax.vmap(one, in_axes=(0, 0, 0, None))
    return jax.vmap(over_folds, in_axes=(None, None, None, 0))(encoded, train, held, decays).mean(axis=1)
