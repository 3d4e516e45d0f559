"""Evidence for facts as a function of moved patterns, differentiable, and the loss of the answers that it gives.

What `alternatives` and `calibration` compute, for all questions at once: every hypothesis is a row of one table, every question a few
places in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int
from scipy.sparse import csr_array

from neurona.encoding_models.alternatives import Alternatives
from neurona.encoding_models.bindings import Row
from neurona.encoding_models.calibration import Readout, default_weights
from neurona.encoding_models.fact_questions import FactQuestions
from neurona.encoding_models.inversion import Inversion
from neurona.scenes.scene_graph import Fact

WORDS = 3
"""Kind of a question which word holds; yes/no questions have the number of their fact's arguments."""
NEVER = -1e9
"""Log weight of a place that no hypothesis fills; finite, so that gradients are."""


class Compared(NamedTuple):
    """Questions of one kind: yes/no about a fact of 0, 1 or 2 arguments, or which word.

    The fact is compared with alternatives, a hypothesis or several each, at the same places in every question.
    """

    recording: Any  # [question]
    hypothesis: Any  # [question place], row of the table of hypotheses
    weight: Any  # [question place], log weight in its alternative
    rate: Any  # [question word], log rate; of yes/no questions of the one fact
    target: Any  # [question]
    counts: Any  # [question], 0 for padding


class Fold(NamedTuple):
    """Recordings that one inversion explains, and their questions by kind."""

    evidence: Any  # [recording hypothesis]
    along: Any  # T s [recording direction]
    across: Any  # T G u [hypothesis direction]
    gram: Any  # T G T' [direction direction]
    asked: Any


def compared(
    alternatives: Alternatives, questions: FactQuestions
) -> tuple[list[Row], dict[int, list[int]], dict[int, Compared]]:
    """All hypotheses that questions compare, each once; how many places each alternative has; the questions by kind."""
    rows: list[Row] = []
    place: dict[frozenset[tuple[int, float]], int] = {}

    def places(mine: Sequence[Row]) -> list[int]:
        keys = [frozenset(row.items()) for row in mine]
        for key, row in zip(keys, mine, strict=True):
            if key not in place:
                place[key] = len(rows)
                rows.append(row)
        return [place[key] for key in keys]

    known: dict[Fact, Any] = {}
    found: dict[int, list[Any]] = {}
    for fact, about, holds in zip(questions.facts, questions.recording.tolist(), questions.holds.tolist(), strict=True):
        if fact not in known:
            mine, parts, weight = alternatives.hypotheses(fact)
            at, parts = places(mine), [slice(0, 1), *parts]
            known[fact] = [at[part] for part in parts], [weight[part] for part in parts], [alternatives.log_rate(fact)]
        found.setdefault(len(fact.arguments), []).append((about, int(holds), *known[fact]))
    each = zip(questions.words, questions.words_recording.tolist(), questions.words_target.tolist(), strict=True)
    for words, about, target in each:
        at = places([alternatives.own(fact) for fact in words])
        rates = [alternatives.log_rate(fact) for fact in words]
        found.setdefault(WORDS, []).append((about, target, [at], [np.zeros(len(at))], rates))
    widths, asked = {}, {}
    for kind, one in found.items():
        size = np.array([[len(part) for part in parts] for _, _, parts, _, _ in one]).max(axis=0)
        begin = np.cumsum([0, *size])
        hypothesis = np.zeros((len(one), begin[-1]), np.int32)
        weight = np.full((len(one), begin[-1]), NEVER, np.float32)
        rate = np.zeros((len(one), max(len(rates) for *_, rates in one)), np.float32)
        for k, (_, _, parts, weights, rates) in enumerate(one):
            rate[k, : len(rates)] = rates
            for at, part, values in zip(begin, parts, weights, strict=False):
                hypothesis[k, at : at + len(part)] = part
                weight[k, at : at + len(part)] = values
        recording, target = (np.array([row[column] for row in one], dtype=np.int32) for column in (0, 1))
        widths[kind] = size.tolist()
        asked[kind] = Compared(recording, hypothesis, weight, rate, target, np.ones(len(one), np.float32))
    return rows, widths, asked


def folds_of(
    parts: Sequence[tuple[Inversion, Int[np.ndarray, " _"]]],
    features: Float[np.ndarray, "recording feature"],
    stated: csr_array,
    mixing: Float[np.ndarray, "direction column"],
    asked: dict[int, Compared],
) -> list[Fold]:
    """Recordings by the inversion that explains them, all padded to the same sizes."""
    most = max(len(rows) for _, rows in parts)
    mine = [{kind: np.flatnonzero(np.isin(one.recording, rows)) for kind, one in asked.items()} for _, rows in parts]
    longest = {kind: max(len(chosen[kind]) for chosen in mine) for kind in asked}
    folds = []
    for (inversion, rows), chosen in zip(parts, mine, strict=True):
        support = inversion.support(features[rows])
        nothing = np.zeros((1, support.shape[1]), support.dtype)
        itself = inversion.evidence(stated, nothing, np.zeros(stated.shape[0], np.int64))
        evidence = np.zeros((most, stated.shape[0]), np.float32)
        evidence[: len(rows)] = (stated @ support.T).T + itself
        along = np.zeros((most, len(mixing)), np.float32)
        along[: len(rows)] = support @ mixing.T
        turned = inversion.gram @ mixing.T
        row = np.zeros(len(features), np.int32)
        row[rows] = np.arange(len(rows))
        questions = {}
        for kind, one in asked.items():
            at = np.resize(chosen[kind], longest[kind]) if len(chosen[kind]) else np.zeros(longest[kind], np.int64)
            counts = (np.arange(longest[kind]) < len(chosen[kind])).astype(np.float32)
            taken = Compared(*(leaf[at] for leaf in one))
            questions[kind] = taken._replace(recording=row[taken.recording], counts=counts)
        folds.append(Fold(evidence, along, stated @ turned, mixing @ turned, questions))
    return folds


def answer_loss(stated: csr_array, widths: dict[int, list[int]], readout: Readout) -> Any:
    """(parameters, fold) -> mean cross-entropy of the answers."""
    values, columns = jnp.asarray(stated.data)[:, None], jnp.asarray(stated.indices)
    owner = jnp.asarray(np.repeat(np.arange(stated.shape[0]), np.diff(stated.indptr)))
    weights = {k: jnp.asarray(readout.weights.get(k, default_weights(k)), jnp.float32) for k in range(WORDS)}
    of_words = jnp.asarray(readout.of_words, jnp.float32)

    def loss(params: Any, fold: Any) -> Any:
        moved = jax.ops.segment_sum(params["moves"][columns] * values, owner, stated.shape[0], indices_are_sorted=True)
        own = (moved * (fold.across + moved @ fold.gram / 2)).sum(axis=1)
        evidence = fold.evidence + fold.along @ moved.T - own[None]
        total, count = 0.0, 0.0
        for kind, one in fold.asked.items():
            found = evidence[one.recording[:, None], one.hypothesis]
            scale, bias = jnp.exp(params["temperature"][kind]), params["bias"][kind]
            if kind == WORDS:
                logits = scale * (found * of_words[0] + one.rate * of_words[1])
                logits = jnp.where(one.weight > NEVER / 2, logits, NEVER)
                each = optax.softmax_cross_entropy_with_integer_labels(logits, one.target)
            else:
                parts = ratios(found, one.weight, one.rate, widths[kind], kind)
                logit = scale * (parts @ weights[kind][:-1] + weights[kind][-1]) + bias
                each = optax.sigmoid_binary_cross_entropy(logit, one.target.astype(jnp.float32))
            total, count = total + (each * one.counts).sum(), count + one.counts.sum()
        return total / jnp.maximum(count, 1.0)

    return loss


def ratios(
    evidence: Float[Array, "question place"],
    weight: Float[Array, "question place"],
    rate: Float[Array, "question 1"],
    widths: Sequence[int],
    size: int,
) -> Float[Array, "question ratio"]:
    """`Alternatives.ratios`, differentiable: the fact, then against each alternative, then its log rate.

    Args:
        evidence: of the fact, then of the hypotheses of each alternative.
        weight: of hypotheses in their alternatives; `NEVER` where there is none.
        rate: log rate.
        widths: places of the fact (1) and of each alternative.
        size: number of the fact's arguments.
    """
    own, begin = evidence[:, 0], np.cumsum([0, *widths])
    found = [own]
    for a, b in pairwise(begin[1:]):
        there = weight[:, a:b].max(axis=1) > NEVER / 2
        found.append(own - jnp.where(there, jax.nn.logsumexp(evidence[:, a:b] + weight[:, a:b], axis=1), 0.0))
    if size == 1:
        found.append(evidence[:, 1])
    return jnp.stack([*found, rate[:, 0]], axis=1)
