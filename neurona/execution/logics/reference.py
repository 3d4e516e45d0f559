"""The released code's logic: Goedel's connectives, with its own arithmetic of relations and counts.

In `a(x) & r(x, the y. b(y))` what is said of x and of y guides the relation by its raw score (reference-semantics of the golden
vectors; NEURONA, section 3):

    R(j) = m_r(j) + [s_a(j)] + [s_b(j)] + [u_r(j)],           m_r(j) = mean over i of g_r(i, j)

with the brackets as the hypothesis says. So the score of a relation depends on what stands beside it, and laws that move it away
from there do not hold. Counts are whole numbers in evaluation.

Fault, reproduced here alone: where pairs count, `describe` reads the single-entity score of another word (`region_described`).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from neurona.execution.hypotheses import Hypothesis
from neurona.execution.least import least
from neurona.execution.logics.logic import Logic, register_logic
from neurona.execution.relations import Pairs


@register_logic
@dataclass(frozen=True)
class Reference(Logic):
    """NEURONA as it was released."""

    name = "reference"
    laws = frozenset({"commutativity", "double_negation", "idempotence"})
    guides = True

    def all(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        return least(scores, axis)

    def count(self, scores: Float[Array, "..."], axis: int, evaluation: bool) -> Float[Array, "..."]:
        return jnp.where(scores > 0, 1.0, 0.0).sum(axis) if evaluation else super().count(scores, axis, evaluation)

    def relation(
        self,
        pairs: Pairs,
        of_subject: Float[Array, " P"] | None,
        of_object: Float[Array, " P"],
        hypothesis: Hypothesis,
    ) -> Float[Array, " P"]:
        size = len(pairs.subject)
        value = pairs.of_objects(jnp.full(size, 1 / size))
        if hypothesis.subject and of_subject is not None:
            value = value + of_subject
        if hypothesis.object:
            value = value + of_object
        return value + pairs.region if hypothesis.region else value

    def described_region(
        self,
        region: Float[Array, "word P"],
        region_described: Float[Array, "word P"],
        hypothesis: Hypothesis,
    ) -> Float[Array, "word P"]:
        return region_described if hypothesis.pairs else region
