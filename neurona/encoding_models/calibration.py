"""How evidence is weighed: a logistic regression on log-likelihood ratios, fitted to validation questions.

    logit P(yes) = w' ratios + b          one w for facts of 0, 1 and 2 arguments
    log P(word)  = w_1 evidence + w_2 log rate, normalised over the words

An optimal decoder would have fixed weights; a fitted encoding model is wrong in ways that validation questions show: its
evidence is too sure, and how often each alternative occurs is the questioner's choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from neurona.encoding_models.alternatives import N_RATIOS, Alternatives
from neurona.scenes.scene_graph import Fact

LEAST = 40
"""Validation questions that are enough to learn weights from."""


@dataclass
class Readout:
    """Weights of the ratios by number of arguments, the last one the bias; and of words' evidence and log rate."""

    weights: dict[int, Float[np.ndarray, " weight"]] = field(default_factory=dict)
    of_words: Float[np.ndarray, " 2"] = field(default_factory=lambda: np.array([1.0, 1.0]))

    def logits(
        self,
        alternatives: Alternatives,
        facts: Sequence[Fact],
        support: Float[np.ndarray, "recording column"],
        recording: Int[np.ndarray, " fact"],
        prior_only: bool = False,
    ) -> Float[np.ndarray, " fact"]:
        """Logit of each fact; without evidence, from the rate alone."""
        arity = np.array([len(fact.arguments) for fact in facts])
        found = np.zeros(len(facts))
        if prior_only:
            return np.clip([alternatives.log_rate(fact) for fact in facts], -12.0, -1e-3)
        for size, ratios in enumerate(alternatives.ratios(facts, support, recording)):
            if len(ratios):
                weights = self.weights.get(size, default_weights(size))
                found[arity == size] = ratios @ weights[:-1] + weights[-1]
        return found

    def words(
        self,
        alternatives: Alternatives,
        facts: Sequence[Sequence[Fact]],
        support: Float[np.ndarray, "recording column"],
        recording: Int[np.ndarray, " question"],
        prior_only: bool = False,
    ) -> list[Float[np.ndarray, " word"]]:
        """Log probability of each word of each question."""
        weights = self.of_words * (0.0 if prior_only else 1.0, 1.0)
        parts = word_parts(alternatives, facts, support, recording)
        return [log_softmax(part @ weights) for part in parts]


def default_weights(size: int) -> Float[np.ndarray, " weight"]:
    """Without validation questions: the mean over the alternatives."""
    weights = np.zeros(N_RATIOS[size] + 1)
    if size == 0:
        weights[0] = 1.0
    else:
        weights[1:-2] = 1 / (N_RATIOS[size] - 2)
    return weights


def word_parts(
    alternatives: Alternatives,
    facts: Sequence[Sequence[Fact]],
    support: Float[np.ndarray, "recording column"],
    recording: Int[np.ndarray, " question"],
) -> list[Float[np.ndarray, "word 2"]]:
    """Evidence and log rate of each word of each question, given the nouns that the question takes for granted."""
    rows, about = [], []
    for words, place in zip(facts, recording.tolist(), strict=True):
        for fact in words:
            rows.append(alternatives.own(fact))
            about.append(place)
    evidence = alternatives.evidence(rows, support, np.array(about, dtype=np.int64))
    rates = np.array([alternatives.log_rate(fact) for words in facts for fact in words])
    both = np.stack([evidence, rates], axis=1)
    return np.split(both, np.cumsum([len(words) for words in facts])[:-1]) if facts else []


def fit_readout(
    alternatives: Alternatives,
    support: Float[np.ndarray, "recording column"],
    facts: Sequence[Fact],
    recording: Int[np.ndarray, " fact"],
    holds: Bool[np.ndarray, " fact"],
    words: Sequence[Sequence[Fact]],
    words_recording: Int[np.ndarray, " question"],
    words_target: Int[np.ndarray, " question"],
) -> Readout:
    """Weights from validation questions; where they are few, defaults.

    Args:
        alternatives: evidence.
        support: of all recordings.
        facts, recording, holds: validation questions about one fact.
        words, words_recording, words_target: validation questions which word holds.
    """
    readout = Readout()
    if facts:
        arity = np.array([len(fact.arguments) for fact in facts])
        for size, ratios in enumerate(alternatives.ratios(facts, support, recording)):
            target = holds[arity == size]
            if len(target) >= LEAST and 0 < target.mean() < 1:
                readout.weights[size] = logistic_weights(ratios, target)
    if len(words) >= LEAST:
        parts = word_parts(alternatives, words, support, words_recording)

        def loss(weights: Float[np.ndarray, " 2"]) -> float:
            told = [log_softmax(part @ weights)[k] for part, k in zip(parts, words_target, strict=True)]
            return float(-np.mean(told) + 1e-3 * (weights**2).sum())

        readout.of_words = np.maximum(minimize(loss, np.array([0.5, 0.5]), method="Nelder-Mead").x, 0.0)
    return readout


def logistic_weights(
    ratios: Float[np.ndarray, "fact ratio"], target: Bool[np.ndarray, " fact"]
) -> Float[np.ndarray, " weight"]:
    """Weights of a logistic regression, the last one the bias."""
    scaler = StandardScaler().fit(ratios)
    model = LogisticRegression(C=0.1, max_iter=500).fit(scaler.transform(ratios), target)
    weights = model.coef_[0] / scaler.scale_
    return np.append(weights, model.intercept_[0] - weights @ scaler.mean_)
