"""Linear concepts: a classifier for every word, composed without structure.

    s_w(x) = b_w + v_w . (x - m) / sd,      score of a question = min (or sum) of s_w over its words w

The target of a word is what answers say of it: whether it holds somewhere in the recording; recordings of which they say
nothing are left out. Who does what to whom cannot be expressed: `hold(man, bat)` and `hold(bat, man)` get one answer.
A describe question is answered by classifiers of their own, of what is the answer when the word's category is asked, so that the
most frequent word is the answer of a recording that says nothing. Ridge regresses +1 and -1; logistic is penalised likewise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from annotated_types import MinLen
from jaxtyping import Bool, Float
from scipy.linalg import cho_factor, cho_solve
from sklearn.linear_model import LogisticRegression

from neurona.decoders.answer_arrays import no_answers
from neurona.decoders.problem import Asked, Problem
from neurona.decoders.stated_words import names_of, stated_words
from neurona.execution import Answers
from neurona.programs import Vocabulary, expand


@dataclass(frozen=True)
class LinearSettings:
    """Which classifiers, and how their scores are combined.

    Attributes:
        kind: of decoder.
        method: least squares, or logistic regression.
        combine: scores of a question's words: the smallest one, or their sum.
        penalties: of squared weights, as multiples of the number of features; the one that answers most validation questions
            rightly is taken, the largest where there are none.
    """

    kind: Literal["linear"] = "linear"
    method: Literal["ridge", "logistic"] = "ridge"
    combine: Literal["min", "sum"] = "min"
    penalties: Annotated[tuple[float, ...], MinLen(1)] = (0.1, 1.0, 10.0)


@dataclass(frozen=True)
class LinearConcepts:
    """Fitted classifiers.

    Attributes:
        vocabulary: of the words.
        mean, deviation: of the training recordings.
        weight, bias: of each word, on standardised features: does it hold?
        naming, rate: the same of each relation: is it the answer, where a describe question of its category is asked?
        combine: `min` or `sum`.
        penalty: that was taken.
    """

    vocabulary: Vocabulary
    mean: Float[np.ndarray, " feature"] = field(repr=False)
    deviation: Float[np.ndarray, " feature"] = field(repr=False)
    weight: Float[np.ndarray, "feature word"] = field(repr=False)
    bias: Float[np.ndarray, " word"] = field(repr=False)
    naming: Float[np.ndarray, "feature word"] = field(repr=False)
    rate: Float[np.ndarray, " word"] = field(repr=False)
    combine: str
    penalty: float

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """`yes_no` `[Q]`: least (or sum) of the scores of the question's words; `describe` `[Q, words]`: each word's own score."""
        values = ((features - self.mean) / self.deviation).astype(np.float32)
        place = {word: k for k, word in enumerate((*self.vocabulary.concepts, *self.vocabulary.relations))}
        holding, named = values @ self.weight + self.bias, values @ self.naming + self.rate
        answers = no_answers(asked)
        yes_no, describe = np.asarray(answers.yes_no), np.asarray(answers.describe)
        combined = np.min if self.combine == "min" else np.sum
        columns = {
            query: [place[name] for name in names_of(expand(query, self.vocabulary))]
            for query in dict.fromkeys(asked.queries)
        }
        for k, (query, row, words) in enumerate(zip(asked.queries, asked.recording, asked.words, strict=True)):
            if words:
                describe[k, : len(words)] = named[row, [place[word] for word in words]]
            else:
                yes_no[k] = combined(holding[row, columns[query]])
        return answers


def fit_linear(problem: Problem, settings: LinearSettings) -> LinearConcepts:
    """A classifier for every word, all of one penalty."""
    rows = problem.train_rows
    features = problem.entities.features
    target = stated_words(problem.train, problem.vocabulary, len(features))[rows]
    mean = features[rows].mean(axis=0)
    deviation = features[rows].std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    values = ((features[rows] - mean) / deviation).astype(np.float32)
    naming = _named_words(problem)[rows]
    classifier = _Ridge if settings.method == "ridge" else _Logistic
    fit, fit_naming = classifier(values, target), classifier(values, naming)
    best, most = None, -1.0
    # The largest first: of equally good penalties the strongest is taken.
    for penalty in sorted(settings.penalties, reverse=True):
        amount = penalty * values.shape[1]
        readouts = (*fit(amount), *fit_naming(amount))
        found = LinearConcepts(problem.vocabulary, mean, deviation, *readouts, settings.combine, penalty)
        right = _accuracy(found, problem) if len(settings.penalties) > 1 else 0.0
        if right > most:
            best, most = found, right
    if best is None:
        raise AssertionError("no penalty")
    return best


def _named_words(problem: Problem) -> Float[np.ndarray, "recording word"]:
    """1 where a describe answer names a word, 0 where it names another of the same category, NaN where none was asked."""
    words = (*problem.vocabulary.concepts, *problem.vocabulary.relations)
    place = {word: k for k, word in enumerate(words)}
    found = np.full((len(problem.entities.features), len(words)), np.nan, np.float32)
    asked = problem.train
    for row, choices, answer in zip(asked.recording, asked.words, asked.target, strict=True):
        columns = [place[word] for word in choices]
        found[row, columns] = np.nan_to_num(found[row, columns])
        if choices:
            found[row, columns[answer]] = 1.0
    return found


def _accuracy(decoder: LinearConcepts, problem: Problem) -> float:
    asked = problem.validation
    if not len(asked):
        return 0.0
    answers = decoder.answer(problem.entities.features, asked)
    chosen = np.where(asked.is_describe, np.asarray(answers.describe).argmax(axis=1), np.asarray(answers.yes_no) > 0)
    return float((chosen == asked.target).mean())


class _Ridge:
    """v = X' (X X' + penalty)^-1 (t - mean t), over the recordings that say something of the word."""

    def __init__(self, values: Float[np.ndarray, "row feature"], target: Float[np.ndarray, "row word"]):
        self.values, self.target = values, target
        self.gram = values @ values.T

    def __call__(self, penalty: float) -> tuple[Float[np.ndarray, "feature word"], Float[np.ndarray, " word"]]:
        dual = np.zeros_like(self.target)
        bias = np.zeros(self.target.shape[1], np.float32)
        for k, column in enumerate(self.target.T):
            known = ~np.isnan(column)
            if not known.any():
                continue
            t = 2 * column[known] - 1
            bias[k] = t.mean()
            gram = self.gram[np.ix_(known, known)] + np.float32(penalty) * np.eye(known.sum(), dtype=np.float32)
            dual[known, k] = cho_solve(cho_factor(gram, overwrite_a=True), t - bias[k])
        return self.values.T @ dual, bias


class _Logistic:
    """Logistic regression of each word; a word of one answer only gets no weights."""

    def __init__(self, values: Float[np.ndarray, "row feature"], target: Float[np.ndarray, "row word"]):
        self.values, self.target = values, target

    def __call__(self, penalty: float) -> tuple[Float[np.ndarray, "feature word"], Float[np.ndarray, " word"]]:
        weight = np.zeros((self.values.shape[1], self.target.shape[1]), np.float32)
        bias = np.zeros(self.target.shape[1], np.float32)
        for k, column in enumerate(self.target.T):
            known: Bool[np.ndarray, " row"] = ~np.isnan(column)
            share = column[known].mean() if known.any() else 0.5
            if share in (0.0, 1.0):
                bias[k] = 2 * share - 1
            elif known.any():
                model = LogisticRegression(C=1 / penalty, tol=1e-3, max_iter=100)
                model.fit(self.values[known], column[known] > 0.5)
                weight[:, k], bias[k] = model.coef_[0], model.intercept_[0]
        return weight, bias
