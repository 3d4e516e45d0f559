"""Training by minibatches: many steps in one jitted scan over data that lie on the device.

    theta <- theta - update(gradient of the mean loss of the batch's questions)

A step takes N recordings, given by their rows, and the questions asked about them. All steps of a call share the sizes of
their compiled programs (see `execution.Compiler`), so one trace serves them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jaxtyping import Array, Float, Int

from neurona.execution import ProgramBatch
from neurona.training.fit import Targets
from neurona.training.losses import answer_losses


class Steps(NamedTuple):
    """Batches of S steps, each with its own leading axis.

    Attributes:
        rows: which recordings `[S, N]`.
        programs: their questions; `recording` in it counts within the batch.
        targets: their answers, with the padding `[S, Q]`.
        weights: of each question in the loss, 0 for padding `[S, Q]`.
    """

    rows: Int[Array, "step N"]
    programs: ProgramBatch
    targets: Targets
    weights: Float[Array, "step question"]


def stack_steps(
    rows: Sequence[Sequence[int]], programs: Sequence[ProgramBatch], targets: Sequence[Sequence[tuple[int, bool]]]
) -> Steps:
    """Batches of equal sizes as one.

    Args:
        rows: recordings of each step.
        programs: compiled by one `Compiler`.
        targets: answer (index) and whether it is one of `describe`, for each question of each step.

    Raises:
        ValueError: the batches were not compiled to the same sizes (compile them anew, the compiler has grown).
    """
    kinds = {jax.tree.structure(batch) for batch in programs}
    shapes = {tuple(leaf.shape for leaf in jax.tree.leaves(batch)) for batch in programs}
    if len(kinds) > 1 or len(shapes) > 1:
        raise ValueError("the batches differ in templates or sizes; compile them all again with the same Compiler")
    size = programs[0].n_questions
    answer, is_describe, weights = (np.zeros((len(rows), size), kind) for kind in (np.int32, bool, np.float32))
    for k, asked in enumerate(targets):
        answer[k, : len(asked)] = [index for index, _ in asked]
        is_describe[k, : len(asked)] = [kind for _, kind in asked]
        weights[k, : len(asked)] = 1.0
    stacked = jax.tree.map(lambda *parts: jnp.stack(parts), *programs)
    return Steps(
        jnp.asarray(rows, jnp.int32),
        stacked,
        Targets(jnp.asarray(answer), jnp.asarray(is_describe)),
        jnp.asarray(weights),
    )


def mean_loss(
    decoder: Any, recordings: Array, programs: ProgramBatch, targets: Targets, weights: Float[Array, " question"]
) -> Float[Array, ""]:
    """Weighted mean loss of a batch's questions."""
    losses = answer_losses(decoder(recordings, programs), *targets)
    return jnp.sum(weights * losses) / jnp.maximum(weights.sum(), 1e-9)


@partial(jax.jit, static_argnames=("graph", "optimiser"), donate_argnames=("params", "state"))
def train_steps(
    params: Any,
    state: Any,
    rest: Any,
    recordings: Array,
    steps: Steps,
    *,
    graph: nnx.GraphDef,
    optimiser: optax.GradientTransformation,
) -> tuple[Any, Any, Float[Array, " step"]]:
    """Run the steps one after another.

    Args:
        params, rest, graph: a decoder's parameters, its other state and its structure (`nnx.split`).
        state: of the optimiser.
        recordings: all of them, on the device.
        steps: see `Steps`.
        optimiser: any of Optax.

    Returns:
        Parameters, optimiser state, and the loss before each step.
    """

    def loss(params: Any, batch: Steps) -> Array:
        decoder = nnx.merge(graph, params, rest)
        return mean_loss(decoder, recordings[batch.rows], batch.programs, batch.targets, batch.weights)

    def one(carry: tuple[Any, Any], batch: Steps) -> tuple[tuple[Any, Any], Array]:
        params, state = carry
        value, gradient = jax.value_and_grad(loss)(params, batch)
        updates, state = optimiser.update(gradient, state, params)
        return (optax.apply_updates(params, updates), state), value

    (params, state), losses = jax.lax.scan(one, (params, state), steps)
    return params, state, losses
