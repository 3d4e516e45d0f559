"""Relations of one recording: sums over pairs of entities in closed form, for one word at a time.

Pair scores are a subject's term plus an object's plus, perhaps, an interaction of low rank; the diagonal is masked:

    g(i, j) = A(i) + B(j) + sum_k L(i, k) R(j, k)  for i != j,    g(i, i) = -10.

Every weighted sum over one side or both has a closed form in O(P), so no array `[P, P]` is made unless a program leaves both
terms open. Weights S (of subjects) and O (of objects) sum to 1 over their last axis.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.execution.hypotheses import Hypothesis
from neurona.execution.scores import DIAGONAL


class Pairs(NamedTuple):
    """Scores of one relation in one recording.

    Attributes:
        subject, object: A and B.
        region: u, on single entities.
        left, right: L (weighted by the relation) and R; rank 0 where there is no interaction.
    """

    subject: Float[Array, " P"]
    object: Float[Array, " P"]
    region: Float[Array, " P"]
    left: Float[Array, "P rank"]
    right: Float[Array, "P rank"]

    @property
    def unmasked_diagonal(self) -> Float[Array, " P"]:
        """A(i) + B(i) + h(i, i), what the mask takes out of sums."""
        return self.subject + self.object + (self.left * self.right).sum(-1)

    def every(self) -> Float[Array, "P P"]:
        """g itself."""
        full = self.subject[:, None] + self.object[None, :] + self.left @ self.right.T
        return jnp.where(jnp.eye(len(self.subject), dtype=bool), DIAGONAL, full)

    def of_subjects(self, weight: Float[Array, " P"]) -> Float[Array, " P"]:
        """sum_j g(i, j) O(j), for every subject i."""
        summed = self.subject + (weight * self.object).sum() + self.left @ (weight @ self.right)
        return summed + weight * (DIAGONAL - self.unmasked_diagonal)

    def of_objects(self, weight: Float[Array, " P"]) -> Float[Array, " P"]:
        """sum_i S(i) g(i, j), for every object j."""
        summed = (weight * self.subject).sum() + self.object + self.right @ (weight @ self.left)
        return summed + weight * (DIAGONAL - self.unmasked_diagonal)

    def of_both(self, first: Float[Array, " P"], second: Float[Array, " P"]) -> Float[Array, ""]:
        """sum_ij S(i) g(i, j) O(j)."""
        summed = (first * self.subject).sum() + (second * self.object).sum()
        summed = summed + ((first @ self.left) * (second @ self.right)).sum()
        return summed + (first * second * (DIAGONAL - self.unmasked_diagonal)).sum()


def attended(
    pairs: Pairs, subject: Float[Array, " P"] | None, object_: Float[Array, " P"] | None, hypothesis: Hypothesis
) -> Float[Array, "subjects objects"]:
    """Score of a relation between terms.

    Args:
        subject, object_: how much of the term lies on each entity (sums to 1); None for an open variable.
        hypothesis: a side that does not guide is replaced by the mean over entities; a part that does not count is left out.

    Returns:
        An open side that guides has P values; any other 1.
    """
    uniform = jnp.full(len(pairs.subject), 1 / len(pairs.subject))
    first = subject if hypothesis.subject else uniform
    second = object_ if hypothesis.object else uniform
    value = _pair_part(pairs, first, second) if hypothesis.pairs else jnp.zeros((1, 1))
    if not hypothesis.region:
        return value
    of_first, of_second = (_region_part(pairs, weight) for weight in (first, second))
    if hypothesis.subject:
        value = value + of_first[:, None]
    if hypothesis.object:
        value = value + of_second[None, :]
    return value if hypothesis.subject or hypothesis.object else value + pairs.region.mean()


def _pair_part(pairs: Pairs, first: Array | None, second: Array | None) -> Float[Array, "subjects objects"]:
    if first is None:
        return pairs.every() if second is None else pairs.of_subjects(second)[:, None]
    return pairs.of_objects(first)[None, :] if second is None else pairs.of_both(first, second)[None, None]


def _region_part(pairs: Pairs, weight: Array | None) -> Float[Array, " side"]:
    return pairs.region if weight is None else (weight * pairs.region).sum(keepdims=True)
