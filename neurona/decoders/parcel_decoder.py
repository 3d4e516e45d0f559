"""NEURONA's decoder: parcels encoded by convolution, concepts and relations grounded on them, programs executed.

    recording -> ParcelConvolution -> AdditivePairs -> execute

A concept's score is its score on the entity plus, when `relation_in_concepts`, the column mean of its pair scores.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders import ParcelConvolution
from neurona.execution import (
    HYPOTHESES,
    Answers,
    Hypothesis,
    Logic,
    ProgramBatch,
    RelationScores,
    Scores,
    column_mean,
    execute,
)
from neurona.grounding import AdditivePairs


class ParcelDecoder(nnx.Module):
    """Recordings and programs -> answers.

    Args:
        encoder: recordings -> entity embeddings.
        grounding: entity embeddings -> scores of all words, the C concepts first, then the relations.
        n_concepts: C.
        logic: meaning of the connectives; relations need `reference` for now.
        hypothesis: how subject and object guide a relation.
        relation_in_concepts: the reference's switch ground_attr_relation.
        described_rows: word whose single-entity score a describe question reads for each relation; the relation itself
            unless the reference's fault 1 is to be reproduced.
    """

    def __init__(
        self,
        encoder: ParcelConvolution,
        grounding: AdditivePairs,
        n_concepts: int,
        logic: Logic,
        hypothesis: Hypothesis = HYPOTHESES["H5"],
        relation_in_concepts: bool = True,
        described_rows: Sequence[int] | None = None,
    ):
        self.encoder, self.grounding = encoder, grounding
        self.n_concepts, self.logic, self.hypothesis = n_concepts, logic, hypothesis
        self.relation_in_concepts = relation_in_concepts
        self.described_rows = None if described_rows is None else tuple(described_rows)

    def scores(self, recordings: Float[Array, "N T F"]) -> Scores:
        """Scores of concepts and relations on entities."""
        words = self.grounding(self.encoder(recordings))
        split = self.n_concepts
        concepts, region = words.unary[..., :split], words.unary[..., split:]
        if self.relation_in_concepts:
            terms = (part[..., :split].swapaxes(1, 2) for part in (words.subject, words.object))
            concepts = concepts + column_mean(*terms).swapaxes(1, 2)
        described = region if self.described_rows is None else words.unary[..., np.asarray(self.described_rows)]
        relations = RelationScores(words.subject[..., split:], words.object[..., split:], region, described)
        return Scores(jnp.asarray(concepts), relations)

    def __call__(self, recordings: Float[Array, "N T F"], programs: ProgramBatch) -> Answers:
        return execute(programs, self.scores(recordings), self.logic, self.hypothesis)
