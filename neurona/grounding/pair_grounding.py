"""Grounding of words on entities and on pairs of entities, as in the reference, with an optional interaction.

    u_c(i) = w_c . e_i + b_c
    g_c(i, j) = v_c . (Wa f_j + Wb f_i + a) + d_c  [+ sum_k p_ck (L e_i)_k (R e_j)_k],    f_i = [e_i ; q_i]

Without the interaction no nonlinearity stands between, so g_c(i, j) = A_c(i) + B_c(j) exactly: only A and B are computed, and
no pair is ever made. The interaction is bilinear of low rank, so it keeps that: sums over pairs need L e and R e alone. Every word,
concept or relation, has a row in both heads. A word is scored only on the recordings that ask for it. Scores on single entities, u and
the concepts', are pooled (see `pooling`).
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int

from neurona.grounding.pooling import Gate, Pooling, pooled
from neurona.initial_weights import normal, zeros

DIAGONAL = -10.0
"""Pair score of an entity with itself."""


class WordScores(NamedTuple):
    """Scores of words, logits.

    Attributes:
        concepts: on entities.
        subject, object: the terms A and B of a relation's pair score.
        region: the relation scored on single entities.
        region_described: the same as describe questions read it.
        left, right, weight: L e, R e and p of the interaction; None where pair scores are additive.
    """

    concepts: Float[Array, "N concept P"]
    subject: Float[Array, "N relation P"]
    object: Float[Array, "N relation P"]
    region: Float[Array, "N relation P"]
    region_described: Float[Array, "N relation P"]
    left: Float[Array, "N P rank"] | None = None
    right: Float[Array, "N P rank"] | None = None
    weight: Float[Array, "N relation rank"] | None = None


class PairGrounding(nnx.Module):
    """Entity embeddings -> scores of concepts and relations.

    Args:
        n_entities, n_concepts, n_relations, embedding: sizes P, C, R and D. Words are C concepts, then R relations.
        rank: of the interaction; 0 for additive pair scores.
        relation_in_concepts: whether a concept's score is u_c(j) + the column mean of its pair scores (the reference's switch
            ground_attr_relation) or u_c(j) alone.
        pooling: how scores on single entities make up that of a recording.
        described_rows: word whose single-entity score a describe question reads for each relation; the relation itself
            unless the reference's fault 1 is to be reproduced.
        rngs: seed of the initial weights.
    """

    def __init__(
        self,
        n_entities: int,
        n_concepts: int,
        n_relations: int,
        embedding: int = 64,
        *,
        rank: int = 0,
        relation_in_concepts: bool = True,
        pooling: Pooling = "max",
        described_rows: tuple[int, ...] | None = None,
        rngs: nnx.Rngs,
    ):
        n_words = n_concepts + n_relations
        self.n_concepts, self.n_relations, self.rank = n_concepts, n_relations, rank
        self.relation_in_concepts, self.described_rows = relation_in_concepts, described_rows
        self.pooling: Pooling = pooling
        self.unary_weight, self.unary_bias = normal(rngs, (n_words, embedding)), zeros(n_words)
        self.position = normal(rngs, (n_entities, embedding))
        self.object_map, self.subject_map = (
            normal(rngs, (embedding, 2 * embedding)),
            normal(rngs, (embedding, 2 * embedding)),
        )
        self.pair_bias = zeros(embedding)
        self.relation_weight, self.relation_bias = normal(rngs, (n_words, embedding)), zeros(n_words)
        if rank:
            self.left_map, self.right_map = normal(rngs, (rank, embedding)), normal(rngs, (rank, embedding))
            self.interaction_weight = normal(rngs, (n_relations, rank))
        # Built last, so that the other weights are the same with and without.
        self.gate = Gate(n_words, embedding, rngs=rngs) if pooling == "attention" else None

    def __call__(
        self,
        entities: Float[Array, "N P D"],
        concepts: Int[Array, "N concept"] | None = None,
        relations: Int[Array, "N relation"] | None = None,
    ) -> WordScores:
        """Scores of the words that each recording is asked about; None: of all."""
        subject, object_ = self._terms(entities)
        rows = jnp.arange(self.n_relations) if relations is None else relations
        of_words = rows + self.n_concepts
        weight = self.relation_weight[...][of_words]
        region = described = self._unary(entities, of_words)
        if self.described_rows is not None:
            described = self._unary(entities, jnp.asarray(self.described_rows)[rows])
        return WordScores(
            self._concepts(entities, subject, object_, concepts),
            _scored(weight, subject),
            _scored(weight, object_) + _per_word(self.relation_bias[...][of_words]),
            region,
            described,
            *(self._interaction(entities, rows) if self.rank else ()),
        )

    def _terms(self, entities: Float[Array, "N P D"]) -> tuple[Float[Array, "N P D"], Float[Array, "N P D"]]:
        """Wb f_i and Wa f_j + a: v_c . their sum is the pair score."""
        split = entities.shape[-1]

        def term(layer: Float[Array, "D 2*D"]) -> Float[Array, "N P D"]:
            return entities @ layer[:, :split].T + (self.position[...] @ layer[:, split:].T)[None]

        return term(self.subject_map[...]), term(self.object_map[...]) + self.pair_bias[...][None, None]

    def _concepts(
        self,
        entities: Float[Array, "N P D"],
        subject: Float[Array, "N P D"],
        object_: Float[Array, "N P D"],
        words: Int[Array, "N word"] | None,
    ) -> Float[Array, "N word P"]:
        rows = jnp.arange(self.n_concepts) if words is None else words
        if not self.relation_in_concepts:
            return self._unary(entities, rows)
        weight, bias = self.unary_weight[...][rows], self.unary_bias[...][rows]
        # The column mean of a pair score is linear in the mean pair, so both heads are one product of [e_j ; mean pair of j].
        size = entities.shape[1]
        mean = (subject.sum(1, keepdims=True) - subject + (size - 1) * object_) / size
        weight = jnp.concatenate([weight, self.relation_weight[...][rows]], -1)
        bias = bias + ((size - 1) * self.relation_bias[...][rows] + DIAGONAL) / size
        scores = _scored(weight, jnp.concatenate([entities, mean], -1)) + _per_word(bias)
        return self._pooled(scores, entities, rows)

    def _unary(self, entities: Float[Array, "N P D"], rows: Int[Array, ...]) -> Float[Array, "N word P"]:
        scores = _scored(self.unary_weight[...][rows], entities) + _per_word(self.unary_bias[...][rows])
        return self._pooled(scores, entities, rows)

    def _pooled(
        self, scores: Float[Array, "N word P"], entities: Float[Array, "N P D"], rows: Int[Array, ...]
    ) -> Float[Array, "N word P"]:
        return pooled(scores, self.pooling, self.gate(entities, rows) if self.gate is not None else None)

    def _interaction(self, entities: Float[Array, "N P D"], rows: Int[Array, ...]) -> tuple[Array, Array, Array]:
        weight = self.interaction_weight[...][rows]
        shape = (len(entities), *weight.shape[-2:])
        sides = (entities @ layer[...].T for layer in (self.left_map, self.right_map))
        return (*sides, jnp.broadcast_to(weight, shape))  # type: ignore[return-value]


def _scored(
    weight: Float[Array, "word D"] | Float[Array, "N word D"], features: Float[Array, "N P D"]
) -> Float[Array, "N word P"]:
    """weight . features, for the same words in every recording or for each recording's own."""
    if weight.ndim == 3:
        return weight @ features.swapaxes(1, 2)
    n, size, _ = features.shape
    return (features.reshape(n * size, -1) @ weight.T).reshape(n, size, -1).swapaxes(1, 2)


def _per_word(bias: Float[Array, " word"] | Float[Array, "N word"]) -> Float[Array, "n word 1"]:
    """A bias of each word, to be added to scores `[N, word, P]`."""
    return jnp.atleast_2d(bias)[..., None]
