"""The linear evidence decoder: every entity adds its evidence for every concept.

    u_c(p) = sum_{f in p} w_cf (x_f - m_f)    evidence of entity p for concept c (a logit's share)
    s_c    = b_c + sum_p u_c(p)               score of the concept in the whole recording

Programs are executed on s. The entities' shares add up to the score exactly, so "which parcel carries the
concept" has an exact answer. Weights live in noise-whitened coordinates, w = L^(-T) v, where weight decay on v
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

    def answer(self, encoded: Float[Array, "recording feature"], programs: ProgramBatch) -> Answers:
        """Answers from encoded features; training encodes once and calls this at every step."""
        logits = encoded @ self.weight[...] + self.bias[...][None]
        return execute(programs, Scores(unary=logits[:, :, None]), self.logic)

    def __call__(self, features: Float[Array, "recording feature"], programs: ProgramBatch) -> Answers:
        return self.answer(self.whitening(features), programs)

    def evidence(
        self,
        features: Float[Array, "recording feature"],
        entity_of_feature: Int[Array, " feature"],
        n_entities: int,
    ) -> Float[Array, "recording entity concept"]:
        """Each entity's share u_c(p) of each concept's score; the shares and the bias add up to it."""
        weight = self.whitening.feature_weights(self.weight[...])

        def of_one(row: Float[Array, " feature"]) -> Float[Array, "entity concept"]:
            shares = (row - self.whitening.mean[...])[:, None] * weight
            return jax.ops.segment_sum(shares, entity_of_feature, n_entities)

        return jax.lax.map(of_one, features)
