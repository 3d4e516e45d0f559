"""An ensemble: decoders that differ by their seed, computed side by side, their answers averaged as probabilities.

p(yes) = 1/M sum_m sigmoid(s_m),    p(word) = 1/M sum_m softmax(s_m)[word]
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array

from neurona.execution import Answers, ProgramBatch


class Ensemble(nnx.Module):
    """Decoders of one structure as one decoder.

    Args:
        members: at least one.
    """

    def __init__(self, members: Sequence[nnx.Module]):
        self.members = nnx.List(list(members))

    def __call__(self, inputs: Array, programs: ProgramBatch) -> Answers:
        parts = [nnx.split(member) for member in self.members]
        graph = parts[0][0]
        states = jax.tree.map(lambda *leaves: jnp.stack(leaves), *(state for _, state in parts))
        return averaged(jax.vmap(lambda state: nnx.merge(graph, state)(inputs, programs))(states))


def averaged(answers: Answers) -> Answers:
    """Answers with a leading axis of members -> logits and log scores of the mean probabilities."""
    count = len(answers.yes_no)
    yes, no = (jax.nn.logsumexp(jax.nn.log_sigmoid(side * answers.yes_no), 0) for side in (1, -1))
    listed = jnp.isfinite(answers.describe)
    some = listed.any(-1, keepdims=True)
    # A row without words (a yes/no question) has no softmax; it is filled, and emptied again.
    words = jax.nn.log_softmax(jnp.where(some, answers.describe, 0.0), -1)
    words = jax.nn.logsumexp(words, 0) - jnp.log(count)
    return Answers(yes - no, jnp.where(listed[0], words, -jnp.inf))
