"""The linear evidence decoder: every entity adds its evidence for every concept.

    u_c(p) = sum_{f in p} w_cf x_f            evidence of entity p for concept c (a logit's share)
    s_c    = b_c + sum_p u_c(p)               score of the concept in the whole recording

Programs are executed on s. The entities' shares add up to the score exactly, so "which parcel carries the
concept" has an exact answer. Weights live in noise-whitened coordinates, w = S^(-1/2) v, where weight decay on v
shrinks noisy directions most. Only answers supervise it.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int

from neurona.encoders import NoiseWhitening
from neurona.execution import Answers, Logic, ProgramBatch, Scores, execute


class LinearEvidence(nnx.Module):
    """Linear evidence, summed over entities.

    Args:
        whitening: encoder of features.
        n_features, n_concepts: sizes F and C.
        logic: meaning of the connectives.
        rngs: seed of the initial weights.
    """

    def __init__(self, whitening: NoiseWhitening, n_features: int, n_concepts: int, logic: Logic, *, rngs: nnx.Rngs):
        self.whitening = whitening
        self.weight = nnx.Param(1e-3 * jax.random.normal(rngs.params(), (n_features, n_concepts)))
        self.bias = nnx.Param(jnp.zeros(n_concepts))
        self.logic = logic

    def scores(self, features: Float[Array, "recording feature"]) -> Scores:
        """Scene-level concept scores: unary `[recording, 1, concept]`, logits."""
        logits = self.whitening(features) @ self.weight[...] + self.bias[...]
        return Scores(unary=logits[:, None, :])

    def __call__(self, features: Float[Array, "recording feature"], programs: ProgramBatch) -> Answers:
        return execute(programs, self.scores(features), self.logic)

    def evidence(
        self,
        features: Float[Array, "recording feature"],
        entity_of_feature: Int[Array, " feature"],
        n_entities: int,
    ) -> Float[Array, "recording entity concept"]:
        """Each entity's share u_c(p) of each concept's score; the shares and the bias add up to it."""
        weight = self.whitening.matrix[...] @ self.weight[...]

        def of_one(row: Float[Array, " feature"]) -> Float[Array, "entity concept"]:
            return jax.ops.segment_sum(row[:, None] * weight, entity_of_feature, n_entities)

        return jax.lax.map(of_one, features)
