"""Full-batch training of a decoder on answers, in one jitted scan.

All questions of a data set stand in one batch; a fold is a weight per question (0 keeps a question out), so folds,
weight decays and seeds share one compiled program.
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


def _objective(params, rest, graph, features, programs, targets, weights, decay):
    decoder = nnx.merge(graph, params, rest)
    losses = answer_losses(decoder(features, programs), *targets)
    data = jnp.sum(weights * losses) / jnp.maximum(weights.sum(), 1e-9)
    return data + 0.5 * decay * jnp.sum(params["weight"][...] ** 2)


def _train(params, rest, graph, features, programs, targets, weights, decay, steps, learning_rate):
    optimiser = optax.adam(optax.cosine_decay_schedule(learning_rate, steps))

    def step(carry, _):
        params, state = carry
        value, grads = jax.value_and_grad(_objective)(params, rest, graph, features, programs, targets, weights, decay)
        updates, state = optimiser.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), value

    (params, _), losses = jax.lax.scan(step, (params, optimiser.init(params)), length=steps)
    return params, losses


_train_one = jax.jit(_train, static_argnames=("graph", "steps", "learning_rate"))


def fit(
    decoder: LinearEvidence,
    features: Float[Array, "recording feature"],
    programs: ProgramBatch,
    targets: Targets,
    weights: Float[Array, " question"],
    *,
    decay: float,
    steps: int,
    learning_rate: float,
) -> tuple[LinearEvidence, Float[np.ndarray, " step"]]:
    """Train on the questions of positive weight.

    Args:
        decoder: initial decoder; it is not changed.
        features: all recordings (those without weighted questions have no influence).
        programs: all questions, compiled.
        targets: their answers.
        weights: weight per question, 0 to leave it out.
        decay: weight of 0.5 * sum of squared weights, beside the mean loss of a question.
        steps: number of Adam steps.
        learning_rate: first learning rate; it falls to 0 along a cosine.

    Returns:
        The trained decoder and the loss before each step.
    """
    graph, params, rest = nnx.split(decoder, nnx.Param, ...)  # type: ignore[misc]
    params, losses = _train_one(
        params, rest, graph, features, programs, targets, weights, jnp.float32(decay), steps, learning_rate
    )
    return nnx.merge(graph, params, rest), np.asarray(losses)


@jax.jit(static_argnames=("graph", "steps", "learning_rate"))
def _held_out_losses(params, rest, graph, features, programs, targets, train, held, decays, steps, learning_rate):
    def one(weights, held_out, decay):
        trained, _ = _train(params, rest, graph, features, programs, targets, weights, decay, steps, learning_rate)
        return _objective(trained, rest, graph, features, programs, targets, held_out, jnp.float32(0))

    over_folds = jax.vmap(one, in_axes=(0, 0, None))
    return jax.vmap(over_folds, in_axes=(None, None, 0))(train, held, decays).mean(axis=1)


def choose_decay(
    decoder: LinearEvidence,
    features: Float[Array, "recording feature"],
    programs: ProgramBatch,
    targets: Targets,
    weights: Float[Array, " question"],
    fold_of_question: Int[np.ndarray, " question"],
    *,
    decays: tuple[float, ...],
    steps: int,
    learning_rate: float,
) -> float:
    """The weight decay of least held-out loss over inner folds of the training questions.

    Args:
        fold_of_question: inner fold of each question; all questions of a recording share theirs.
        decays: candidates; with one, it is returned untried.

    Returns:
        One of `decays`.
    """
    if len(decays) == 1:
        return decays[0]
    graph, params, rest = nnx.split(decoder, nnx.Param, ...)  # type: ignore[misc]
    folds = np.unique(fold_of_question[np.asarray(weights) > 0])
    held = jnp.stack([weights * (fold_of_question == fold) for fold in folds])
    losses = _held_out_losses(
        params,
        rest,
        graph,
        features,
        programs,
        targets,
        weights - held,
        held,
        jnp.asarray(decays),
        steps,
        learning_rate,
    )
    return decays[int(np.argmin(np.asarray(losses)))]
