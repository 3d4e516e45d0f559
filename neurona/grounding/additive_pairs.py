"""The reference's grounding: linear heads on entities, and on pairs of entities.

    u_c(i) = w_c . e_i + b_c
    g_c(i, j) = v_c . (Wa f_j + Wb f_i + a) + d_c,    f_i = [e_i ; q_i]

No nonlinearity stands between, so g_c(i, j) = A_c(i) + B_c(j) exactly; only A and B are computed. Every word, concept or
relation, has a row in both heads.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float


class WordScores(NamedTuple):
    """Scores of every word, logits: on single entities, and the two terms of its pair score."""

    unary: Float[Array, "recording entity word"]
    subject: Float[Array, "recording entity word"]
    object: Float[Array, "recording entity word"]


class AdditivePairs(nnx.Module):
    """Entity embeddings -> scores of all words.

    Args:
        n_entities, n_words, embedding: sizes P, W and D.
        rngs: seed of the initial weights.
    """

    def __init__(self, n_entities: int, n_words: int, embedding: int = 64, *, rngs: nnx.Rngs):
        def normal(*shape: int) -> nnx.Param:
            return nnx.Param(jax.random.normal(rngs.params(), shape) / np.sqrt(shape[-1]))

        self.unary_weight, self.unary_bias = normal(n_words, embedding), nnx.Param(jnp.zeros(n_words))
        self.position = normal(n_entities, embedding)
        self.object_map, self.subject_map = normal(embedding, 2 * embedding), normal(embedding, 2 * embedding)
        self.pair_bias = nnx.Param(jnp.zeros(embedding))
        self.relation_weight, self.relation_bias = normal(n_words, embedding), nnx.Param(jnp.zeros(n_words))

    def __call__(self, entities: Float[Array, "N P D"]) -> WordScores:
        heads = self.relation_weight[...]
        unary = entities @ self.unary_weight[...].T + self.unary_bias[...][None, None]
        split = entities.shape[-1]

        def term(layer: Float[Array, "D 2*D"]) -> Float[Array, "N P word"]:
            rows = heads @ layer  # [word, 2 D]: the heads pulled through the layer, so no pair is ever made
            return entities @ rows[:, :split].T + (self.position[...] @ rows[:, split:].T)[None]

        constant = heads @ self.pair_bias[...] + self.relation_bias[...]
        return WordScores(unary, term(self.subject_map[...]), term(self.object_map[...]) + constant[None, None])
