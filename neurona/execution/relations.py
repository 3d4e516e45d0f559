"""Relations on pairs of entities, and the hypotheses on how subject and object guide them.

Additive pair scores are a subject's term plus an object's, and the diagonal (an entity with itself) is masked:

    g_r(i, j) = A_r(i) + B_r(j)  for i != j,    g_r(i, i) = -10.

So every sum over pairs has a closed form in O(P), and no array [P, P, relations] is ever made.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

DIAGONAL = -10.0


class RelationScores(NamedTuple):
    """What execution needs to know of relations.

    Attributes:
        subject: A_r(i), logits.
        object: B_r(j), logits.
        region: u_r(i), the relation scored on single entities.
        region_described: the same as describe questions read it: other rows under the reference's fault 1.
    """

    subject: Float[Array, "recording entity relation"]
    object: Float[Array, "recording entity relation"]
    region: Float[Array, "recording entity relation"]
    region_described: Float[Array, "recording entity relation"]


class Hypothesis(NamedTuple):
    """Which structural prior guides a relation's grounding (NEURONA, section 3).

    Attributes:
        subject, object: whether the grounding of the subject (the object) guides it.
        region: whether the relation's score on single entities counts.
        pairs: whether describe questions read pair scores.
    """

    subject: bool = True
    object: bool = True
    region: bool = True
    pairs: bool = True


HYPOTHESES = {
    "H2": Hypothesis(subject=False, object=False),
    "H3": Hypothesis(object=False),
    "H4": Hypothesis(subject=False),
    "H5": Hypothesis(),
}


def column_mean(subject: Float[Array, "*batch P"], object_: Float[Array, "*batch P"]) -> Float[Array, "*batch P"]:
    """m_r(j) = (1/P) sum_i g_r(i, j), the diagonal included."""
    size = subject.shape[-1]
    return (subject.sum(-1, keepdims=True) - subject + (size - 1) * object_ + DIAGONAL) / size


def attended(
    subject: Float[Array, "*#batch P"],
    object_: Float[Array, "*#batch P"],
    subject_weight: Float[Array, "*#batch P"],
    object_weight: Float[Array, "*#batch P"],
) -> Float[Array, "*out"]:
    """sum_ij S(i) g_r(i, j) O(j), for weights S and O that sum to 1."""
    both = subject_weight * object_weight
    pairs = (subject_weight * subject).sum(-1) + (object_weight * object_).sum(-1)
    return pairs - (both * (subject + object_)).sum(-1) + DIAGONAL * both.sum(-1)


def guided_relation(
    subject: Float[Array, "question P"],
    object_: Float[Array, "question P"],
    region: Float[Array, "question P"],
    of_subject: Float[Array, "question P"] | None,
    of_object: Float[Array, "question P"],
    hypothesis: Hypothesis,
) -> Float[Array, "question P"]:
    """R(j) = m_r(j) + [s_a(j)] + [s_b(j)] + [u_r(j)], of `a(x) & r(x, the y. b(y))` in the reference.

    Args:
        subject, object_, region: A_r, B_r and u_r of each question's relation.
        of_subject: s_a, what else the question says of x; None when nothing.
        of_object: s_b, the body of `the`.
        hypothesis: the brackets.
    """
    value = column_mean(subject, object_)
    if hypothesis.subject and of_subject is not None:
        value = value + of_subject
    if hypothesis.object:
        value = value + of_object
    return value + region if hypothesis.region else value


def describe_relations(
    scores: RelationScores,
    subject_weight: Float[Array, "question P"],
    object_weight: Float[Array, "question P"],
    hypothesis: Hypothesis,
) -> Float[Array, "question word"]:
    """Score of each word of `describe Category(the x. a(x), the y. b(y))`.

    Args:
        scores: of each question's words, `[question, P, word]`.
        subject_weight, object_weight: softmax over entities of a and of b.
        hypothesis: a part that does not guide is replaced by the mean over entities.
    """
    size = subject_weight.shape[-1]
    uniform = jnp.full_like(subject_weight, 1 / size)
    first = (subject_weight if hypothesis.subject else uniform)[:, None]
    second = (object_weight if hypothesis.object else uniform)[:, None]
    terms = [part.swapaxes(1, 2) for part in scores]  # [question, word, P]
    value = jnp.zeros(terms[0].shape[:2])
    if hypothesis.pairs:
        value = value + attended(terms[0], terms[1], first, second)
    if hypothesis.region:
        region = terms[3] if hypothesis.pairs else terms[2]
        guides = [weight for weight, on in ((first, hypothesis.subject), (second, hypothesis.object)) if on]
        value = value + sum((weight * region).sum(-1) for weight in guides or [uniform[:, None]])
    return value
