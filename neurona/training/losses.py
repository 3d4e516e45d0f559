"""Losses of answers: binary cross-entropy for yes/no, categorical cross-entropy for describe."""

from __future__ import annotations

import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

from neurona.execution import Answers


def answer_losses(
    answers: Answers, target: Int[Array, " question"], is_describe: Bool[Array, " question"]
) -> Float[Array, " question"]:
    """Loss of each question.

    Args:
        answers: what `execute` returned.
        target: 1 or 0 for yes or no; the index of the right word within its category for describe.
        is_describe: which questions choose a word.

    Returns:
        Cross-entropies in nats.
    """
    yes_no = optax.sigmoid_binary_cross_entropy(
        jnp.where(is_describe, 0.0, answers.yes_no), jnp.where(is_describe, 0, target).astype(jnp.float32)
    )
    # Words outside a question's category score -inf, and whole rows do for yes/no: both must leave no NaN gradient.
    finite = jnp.isfinite(answers.describe)
    choice = jnp.where(finite & is_describe[:, None], answers.describe, -1e9)
    index = jnp.where(is_describe, target, 0)
    words = optax.softmax_cross_entropy_with_integer_labels(choice, index)
    return jnp.where(is_describe, words, yes_no)
