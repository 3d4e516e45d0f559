"""The linear evidence decoder: every entity adds its evidence for every concept.

    u_c(p) = sum_{f in p} w_cf (x_f - m_f)    evidence of entity p for concept c (a logit's share)
    s_c    = b_c + sum_p u_c(p)               score of the concept in the whole recording

Programs are executed on s. The entities' shares add up to the score exactly, so "which parcel carries the
concept" has an exact answer. Weights live in noise-whitened coordinates, w = L^(-T) v, where weight decay on v
shrinks noisy directions most. Only answers supervise it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import jax
import jax.numpy as jnp
from annotated_types import Ge, Le, MinLen
from flax import nnx
from jaxtyping import Array, Float, Int

from neurona.encoders import NoiseWhitening
from neurona.execution import Answers, Logic, ProgramBatch, Scores, execute


@dataclass(frozen=True)
class LinearEvidenceSettings:
    """How a linear evidence decoder is trained: full-batch L-BFGS.

    Attributes:
        logic: of the programs.
        shrinkage: of the noise correlations; estimated when None.
        steps: of L-BFGS.
        decays: candidates for the weight decay, chosen by inner folds of the training recordings.
        inner_folds: how many.
    """

    kind: Literal["linear_evidence"] = "linear_evidence"
    logic: Literal["reference", "goedel", "product", "lukasiewicz", "smooth"] = "product"
    shrinkage: Annotated[float, Ge(0), Le(1)] | None = None
    steps: Annotated[int, Ge(1)] = 40
    decays: Annotated[tuple[float, ...], MinLen(1)] = (0.003, 0.01, 0.03, 0.1, 0.3)
    inner_folds: Annotated[int, Ge(2)] = 4


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

    def scores(self, encoded: Float[Array, "recording feature"]) -> Scores:
        """s_c, the whole recording as one entity."""
        return Scores(unary=(encoded @ self.weight[...] + self.bias[...][None])[:, :, None])

    def answer(self, encoded: Float[Array, "recording feature"], programs: ProgramBatch) -> Answers:
        """Answers from encoded features; training encodes once and calls this at every step."""
        return execute(programs, self.scores(encoded), self.logic)

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
