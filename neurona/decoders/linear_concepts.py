"""Linear concepts: a classifier for every word, composed without structure.

    s_w(x) = b_w + v_w . (x - m) / sd

The recording is one entity, programs are composed by their connectives in Goedel's logic (smallest and largest score) under hypothesis H1:
a relation holds somewhere, apart from its arguments. So who does what to whom cannot be expressed: `hold(man, bat)` and
`hold(bat, man)` get one answer.

The target of a word is what answers say of it: whether it holds somewhere in the recording. Where a `describe` question had another answer,
its category's other words count as not there unless an answer says that they are. Recordings of which nothing is said are left
out. Ridge regresses +1 and -1; logistic is penalised likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import numpy as np
from annotated_types import MinLen
from jaxtyping import Bool, Float
from scipy.linalg import cho_factor, cho_solve
from sklearn.linear_model import LogisticRegression

from neurona.decoders.decoder import Context, DecoderSettings, learn_asking
from neurona.decoders.registry import register
from neurona.decoders.temperature import fit_temperature
from neurona.decoders.told_words import told_words
from neurona.execution import HYPOTHESES, RelationScores, Scores, get_logic
from neurona.programs import Vocabulary, parse
from neurona.questions import Asked, Problem
from neurona.questions.scene_questions import with_scene_questions
from neurona.readings import About, AskingModel, EntityEvidence, EntityScoreReading, Rates
from neurona.readings.belief import log_odds
from neurona.recordings.entities import Entities


@dataclass(frozen=True)
class LinearSettings(DecoderSettings):
    """Which classifiers.

    Attributes:
        kind: of decoder.
        method: least squares, or logistic regression.
        penalties: of squared weights, as multiples of the number of features; the one that makes the answers of validation questions
            most probable is taken, the largest where there are none.
    """

    kind: Literal["linear"] = "linear"
    method: Literal["ridge", "logistic"] = "ridge"
    penalties: Annotated[tuple[float, ...], MinLen(1)] = (0.1, 1.0, 10.0)


@dataclass(frozen=True, eq=False)
class LinearConcepts:
    """Fitted classifiers.

    Attributes:
        vocabulary, entities, about: of the problem; the entities' features are not looked at.
        mean, deviation: of the training recordings.
        weight, bias: of each word, on standardised features.
        penalty: that was taken.
        rates: how training questions were answered.
        temperature: of yes/no questions, and of words.
        asking: how the study puts its questions.
    """

    vocabulary: Vocabulary
    entities: Entities = field(repr=False)
    mean: Float[np.ndarray, " feature"] = field(repr=False)
    deviation: Float[np.ndarray, " feature"] = field(repr=False)
    weight: Float[np.ndarray, "feature word"] = field(repr=False)
    bias: Float[np.ndarray, " word"] = field(repr=False)
    penalty: float
    rates: Rates = field(repr=False)
    about: About = field(default_factory=About)
    temperature: tuple[float, float] = (1.0, 1.0)
    asking: AskingModel = field(default_factory=AskingModel)

    def read(self, features: Float[np.ndarray, "recording feature"], recordings: Sequence[str]) -> EntityScoreReading:
        """Scores of all words in the whole recording, and what each entity adds to each concept's logit."""
        values = ((features - self.mean) / self.deviation).astype(np.float32)
        found = (values @ self.weight + self.bias)[:, :, None]
        n = len(self.vocabulary.concepts)
        none, region = np.zeros_like(found[:, n:]), found[:, n:]
        relations = RelationScores(none, none, region, region) if region.shape[1] else None
        return EntityScoreReading(
            vocabulary=self.vocabulary,
            recordings=tuple(map(str, recordings)),
            members=(Scores(found[:, :n], relations),),
            logic=get_logic("goedel"),
            hypothesis=HYPOTHESES["H1"],
            entities=("the recording",),
            about=self.about,
            asking=self.asking,
            added=self._evidence(values),
            temperature=self.temperature,
            rates=self.rates,
        )

    def _evidence(self, values: Float[np.ndarray, "recording feature"]) -> EntityEvidence:
        words = self.vocabulary.concepts
        t, entity = self.temperature[0], self.entities.entity_of_feature
        found = np.zeros((len(values), len(self.entities.names), len(words)), np.float32)
        for p in np.unique(entity):
            here = entity == p
            found[:, p] = t * values[:, here] @ self.weight[here, : len(words)]
        queries = [parse(f"exists x. {word}(x)", self.vocabulary) for word in words]
        prior = log_odds(np.array([self.rates.of_yes(query, "object", 1) for query in queries]))
        bias = t * self.bias[: len(words)].astype(np.float64) - prior
        return EntityEvidence.of_entities(self.entities, words, found, bias, prior)


@register(LinearSettings)
def fit_linear(problem: Problem, settings: LinearSettings, context: Context | None = None) -> LinearConcepts:
    """A classifier for every word, all of one penalty; scenes, where they are known, are asked for all that holds in them."""
    rows, vocabulary = problem.train_rows, problem.vocabulary
    features = problem.entities.features
    target = _targets(with_scene_questions(problem).train, vocabulary, len(features))[rows]
    mean = features[rows].mean(axis=0)
    deviation = features[rows].std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    values = ((features[rows] - mean) / deviation).astype(np.float32)
    fit = (_Ridge if settings.method == "ridge" else _Logistic)(values, target)
    entities = replace(problem.entities, features=features[:0])
    about = About(problem.dataset, settings.kind, settings.supervision, problem.simulated)
    rates = Rates.of(problem.train, vocabulary)
    asked = problem.validation
    shown, place = np.unique(asked.recording, return_inverse=True)
    place = np.asarray(place, np.int64).reshape(-1)
    names = [str(row) for row in shown]
    best, least = None, np.inf
    # The largest first: of equally good penalties the strongest is taken.
    for penalty in sorted(settings.penalties, reverse=True):
        readout = fit(penalty * values.shape[1])
        found = LinearConcepts(vocabulary, entities, mean, deviation, *readout, penalty, rates, about)
        fitted = fit_temperature(found.read(features[shown], names), asked, place)
        if fitted.loss < least:
            best, least = replace(found, temperature=(fitted.of_yes, fitted.of_words)), fitted.loss
    assert best is not None
    return replace(best, asking=learn_asking(best, problem, settings))


def _targets(asked: Asked, vocabulary: Vocabulary, n_recordings: int) -> Float[np.ndarray, "recording word"]:
    """Of each concept, then each relation: 1, 0, or NaN where nothing is said."""
    words = (*vocabulary.concepts, *vocabulary.relations)
    found = told_words(asked, vocabulary, words, n_recordings)
    place = {word: k for k, word in enumerate(words)}
    for row, choices in zip(asked.recording.tolist(), asked.words, strict=True):
        columns = [place[word] for word in choices if word in place]
        found[row, columns] = np.nan_to_num(found[row, columns])
    return found


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
