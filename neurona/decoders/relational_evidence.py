"""Relational evidence: linear read-outs of words and of words in roles, summed over entities and over the parts of a fact.

    s_k       = z . A_k - |A_k|^2 / 2                       evidence of a term (a word, or a word bound to an argument)
    a         b0 + b1 s_a
    q(a)      b0 + b1 s_a + b2 s_q + b3 s_qa
    r(a, b)   b0 + b1 s_a + b2 s_b + b3 s_r + b4 s_r,a as subject + b5 s_r,b as object
    describe  b1 s_r + b2 s_r,a as subject + b3 s_r,b as object + b4 log p(r)      over the words r of the category

Only answers supervise it. z are the standardised features of all entities (`standardise.py`), A the patterns (`evidence_patterns.py`).
In white noise A is both the read-out and the activation pattern of Haufe et al. 2014 (NeuroImage 87:96), so that read-outs
come in closed form. The weights b are logistic regressions on evidence of recordings that the patterns were not estimated from.

Programs about one fact, and describe questions, are answered so. Every other program is executed, with exact connectives, on
the words' own logits (hypothesis H1: a relation holds somewhere, apart from its arguments), for a sum over entities says
that something is in the recording and not where.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge
from jaxtyping import Float
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from neurona.decoders.answer_arrays import Items, gathered, items_of, no_answers, programs
from neurona.decoders.evidence_patterns import Patterns, Terms, bindings, blocks, estimate, evidence, terms_of
from neurona.decoders.problem import Asked, Problem
from neurona.decoders.standardise import Standardised, standardised
from neurona.execution import HYPOTHESES, Answers, Hypothesis, Logic, RelationScores, Scores, execute, get_logic
from neurona.execution.compile import compile_programs
from neurona.programs import Vocabulary
from neurona.scenes.facts import fact_of
from neurona.scenes.scene_graph import Fact

_WIDTH = 5
_FORMS = ("object", "attribute", "relation")


@dataclass(frozen=True)
class RelationalEvidenceSettings:
    """How patterns are estimated.

    Attributes:
        kind: of decoder.
        time_components: of the response's time course; None keeps all time points.
        penalty: of words' patterns, in recordings.
        binding_penalty: of bound words' patterns.
        smoothness: s, of patterns within an entity.
        least: answers that must state a binding; 0 leaves bindings out.
        most: bindings.
        folds: of the recordings, for the weights.
        logic: of programs that are not about one fact.
    """

    kind: Literal["relational_evidence"] = "relational_evidence"
    time_components: Annotated[int, Ge(1)] | None = 1
    penalty: Annotated[float, Ge(0)] = 30.0
    binding_penalty: Annotated[float, Ge(0)] = 30.0
    smoothness: Annotated[float, Ge(0)] = 1.0
    least: Annotated[int, Ge(0)] = 8
    most: Annotated[int, Ge(0)] = 3000
    folds: Annotated[int, Ge(2)] = 4
    logic: str = "product"


@dataclass(frozen=True)
class Weights:
    """b of each form: slopes and, of yes/no forms, the constant; and the log share of every word among describe answers."""

    slopes: dict[str, Float[np.ndarray, " part"]]
    constants: dict[str, float]
    log_share: dict[str, float]


@dataclass(frozen=True)
class RelationalEvidence:
    """A fitted decoder."""

    vocabulary: Vocabulary
    standardised: Standardised = field(repr=False)
    terms: Terms = field(repr=False)
    patterns: Patterns = field(repr=False)
    weights: Weights = field(repr=False)
    logic: Logic
    hypothesis: Hypothesis = HYPOTHESES["H1"]

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """`yes_no` `[Q]`: weighted evidence of the program's parts, or its execution; `describe` `[Q, words]`: that of each word."""
        scores = evidence(self.standardised(features), self.patterns)
        answers = no_answers(asked)
        yes_no, describe = np.asarray(answers.yes_no), np.asarray(answers.describe)
        form = _forms(asked, self.vocabulary)
        items = _items(asked, self.terms, self.vocabulary)
        parts = gathered(scores, asked, items)
        of_item = form[items.question]
        for name in _FORMS:
            rows = of_item == name
            logit = parts[rows] @ self.weights.slopes[name] + self.weights.constants[name]
            yes_no[items.question[rows]] = logit
        rows = of_item == "describe"
        total = np.concatenate([parts[rows, :3], _log_shares(asked, items, rows, self.weights)], axis=1)
        describe[items.question[rows], items.word[rows]] = total @ self.weights.slopes["describe"]
        others = np.flatnonzero(form == "")
        if len(others):
            batch = compile_programs(
                [asked.queries[k] for k in others], self.vocabulary, asked.recording[others].tolist()
            )
            executed = execute(batch, jax.tree.map(jnp.asarray, self._scores(scores)), self.logic, self.hypothesis)
            yes_no[others] = np.asarray(executed.yes_no)[: len(others)]
        return answers

    def scores(self, features: Float[np.ndarray, "recording feature"]) -> Scores:
        """Logits of all words in the whole recording, as one entity."""
        return self._scores(evidence(self.standardised(features), self.patterns))

    def evidence(
        self, features: Float[np.ndarray, "recording feature"]
    ) -> Float[np.ndarray, "recording entity concept"]:
        """What each entity adds to the logit of each concept; with a constant they sum to it."""
        values = self.standardised(features)
        pattern = self.patterns.pattern[: len(self.vocabulary.concepts)] * self.weights.slopes["object"][0]
        found = np.zeros((len(values), self.patterns.power.shape[1], len(pattern)), np.float32)
        for p in range(found.shape[1]):
            here = self.standardised.entity == p
            found[:, p] = values[:, here] @ pattern[:, here].T
        return found

    def groundings(self) -> tuple[tuple[str, ...], Float[np.ndarray, "word entity"]]:
        """All words, and how much of each word's activation pattern lies on each entity; rows sum to 1, or are 0."""
        words = (*self.vocabulary.concepts, *self.vocabulary.relations)
        # The pattern of the channels (Haufe et al. 2014), in units of their noise; shrunk as the read-outs are.
        pattern = self.standardised.channel_patterns(self.patterns.pattern[: len(words)])
        n_entities = self.patterns.power.shape[1]
        indicator = (self.standardised.entity[:, None] == np.arange(n_entities)[None, :]).astype(np.float32)
        energy = (pattern**2) @ indicator
        return words, energy / np.maximum(energy.sum(axis=1, keepdims=True), 1e-12)

    def _scores(self, found: Float[np.ndarray, "recording term"]) -> Scores:
        n = len(self.vocabulary.concepts)
        concepts, relations = found[:, :n], found[:, n : n + len(self.vocabulary.relations)]
        unary = self.weights.slopes["object"][0] * concepts + self.weights.constants["object"]
        # What is left of a relation's logit when nothing is known of its arguments.
        own = self.weights.slopes["relation"][2] * relations
        region = own[:, :, None].astype(np.float32)
        none = np.zeros_like(region)
        return Scores(unary[:, :, None].astype(np.float32), RelationScores(none, none, region, region))


def fit_relational_evidence(problem: Problem, settings: RelationalEvidenceSettings) -> RelationalEvidence:
    """Patterns in closed form, then the weights of a fact's parts."""
    entities, rows, train = problem.entities, problem.train_rows, problem.train
    terms = terms_of(
        train, problem.vocabulary, len(entities.features), max(settings.least, 1), settings.most * (settings.least > 0)
    )
    contrasts = np.nan_to_num(2 * terms.holds[rows][:, : terms.n_words] - 1)
    means = contrasts.sum(axis=0) / np.maximum((contrasts != 0).sum(axis=0), 1)
    contrasts = np.where(contrasts != 0, contrasts - means, 0)
    to_z = standardised(entities, rows, contrasts, settings.time_components, problem.seed)
    values = to_z(entities.features)
    prior = blocks(to_z, settings.smoothness)

    def patterns_of(chosen: np.ndarray) -> Patterns:
        return estimate(terms, chosen, values, prior, settings.penalty, settings.binding_penalty)

    fold = np.random.default_rng(problem.seed).permutation(len(rows)) % settings.folds
    crossed = np.zeros((len(values), len(terms.names)), np.float32)
    for number in range(settings.folds):
        out = rows[fold == number]
        if len(out) and len(out) < len(rows):
            crossed[out] = evidence(values[out], patterns_of(rows[fold != number]))
    weights = _weights(crossed, train, terms, problem.vocabulary)
    return RelationalEvidence(problem.vocabulary, to_z, terms, patterns_of(rows), weights, get_logic(settings.logic))


def _forms(asked: Asked, vocabulary: Vocabulary) -> np.ndarray:
    """object, attribute or relation; describe; empty for other programs."""
    form = np.full(len(asked), "", dtype="U9")
    for text, places in programs(asked):
        fact = _known(fact_of(text), vocabulary)
        form[places] = "describe" if asked.words[places[0]] else _FORMS[len(fact.arguments)] if fact else ""
    return form


def _known(fact: Fact | None, vocabulary: Vocabulary) -> Fact | None:
    """A fact of words that have patterns; defined words have none."""
    words = {*vocabulary.concepts, *vocabulary.relations}
    return fact if fact and {fact.name, *fact.arguments} <= words else None


def _items(asked: Asked, terms: Terms, vocabulary: Vocabulary) -> Items:
    """The terms of each fact: its arguments, its name, its bindings; for describe its name and its bindings."""
    place = terms.place

    def columns(question: int, word: str) -> list[int]:
        fact = fact_of(asked.table.program.iloc[question], word)
        if word:
            named = [(word,), *(bindings(fact) if fact and fact.arguments else ())]
        elif _known(fact, vocabulary):
            named = [*((noun,) for noun in fact.arguments), (fact.name,), *bindings(fact)]  # type: ignore[union-attr, arg-type]
        else:
            named = []
        return [place.get(name, -1) for name in named]

    return items_of(asked, columns, _WIDTH)


def _log_shares(asked: Asked, items: Items, rows: np.ndarray, weights: Weights) -> Float[np.ndarray, "item 1"]:
    named = [asked.words[q][w] for q, w in zip(items.question[rows], items.word[rows], strict=True)]
    least = min(weights.log_share.values(), default=0.0)
    return np.array([weights.log_share.get(word, least) for word in named]).reshape(-1, 1)


def _weights(
    scores: Float[np.ndarray, "recording term"], asked: Asked, terms: Terms, vocabulary: Vocabulary
) -> Weights:
    form, items = _forms(asked, vocabulary), _items(asked, terms, vocabulary)
    parts = gathered(scores, asked, items)
    slopes, constants = {}, {}
    for name in _FORMS:
        rows = form[items.question] == name
        target = asked.target[items.question[rows]]
        slopes[name], constants[name] = np.ones(_WIDTH), 0.0
        if len(np.unique(target)) == 2:
            model = LogisticRegression(C=1.0).fit(parts[rows], target)
            slopes[name], constants[name] = model.coef_[0], float(model.intercept_[0])
    told = asked.table.answer[asked.is_describe].value_counts()
    log_share = {str(word): float(np.log(count)) for word, count in told.items()}
    found = Weights(slopes, constants, log_share)
    rows = form[items.question] == "describe"
    total = np.concatenate([parts[rows, :3], _log_shares(asked, items, rows, found)], axis=1)
    slopes["describe"] = choice_weights(
        total, items.question[rows], items.word[rows] == asked.target[items.question[rows]]
    )
    return found


def choice_weights(
    parts: Float[np.ndarray, "item part"], question: np.ndarray, right: np.ndarray, pull: float = 1.0
) -> Float[np.ndarray, " part"]:
    """b of p(word) ~ exp(b . parts) within a question (conditional logit), with a normal prior around 1."""
    order = np.argsort(question, kind="stable")
    parts, right = parts[order].astype(np.float64), right[order]
    start = np.flatnonzero(np.r_[True, np.diff(question[order]) != 0]) if len(order) else order
    of_item = np.repeat(np.arange(len(start)), np.diff(np.r_[start, len(order)]))

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        if not len(order):
            return 0.5 * pull * float(((b - 1) ** 2).sum()), pull * (b - 1)
        total = parts @ b
        total = total - np.maximum.reduceat(total, start)[of_item]
        grown = np.exp(total)
        normaliser = np.add.reduceat(grown, start)
        value = np.log(normaliser).sum() - total[right].sum() + 0.5 * pull * ((b - 1) ** 2).sum()
        slope = parts.T @ (grown / normaliser[of_item] - right) + pull * (b - 1)
        return float(value), slope

    return minimize(loss, np.ones(parts.shape[1]), jac=True, method="L-BFGS-B").x
