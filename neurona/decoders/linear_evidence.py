"""Linear evidence: every entity adds its evidence for every word, and the words' sums weigh all worlds that there may be.

    u_c(p) = sum_{f in p} w_cf (x_f - m_f)                            evidence of entity p for word c
    share(world) = softmax over worlds of [ sum of b_c + sum_p u_c(p) over its words c  +  log prior ]

The worlds are listed (`label_worlds`): where a recording has one label they are the labels, and this is multinomial logistic regression.
It learns from answers by their marginal likelihood: with q(world) = p(world | recording, answers),

    loss = - mean over recordings of log sum_world share(world) p(answers | world) + decay / 2 |v|^2,      d loss / d logits = share - q

Weights live in noise-whitened coordinates, w = S^(-1/2) v, where weight decay on v shrinks noisy directions most. v is sought in the span
of the training recordings, where it lies (representer theorem), by L-BFGS (Liu and Nocedal 1989, Mathematical Programming 45:503).
The decay of least loss on held-out parts of the training recordings is taken. What many recordings need is looked at block by block (`neurona.blocks`),
in weights of the features, so that their white coordinates are never formed.

With `knowledge: ontology` words of one kind draw each other's weights: v = u R, R'R = (1 - kappa) I + kappa [of one kind], with decay on u
(`kinship.shared_prior`). A word of few recordings reads as its kind does, and departs from it as its own recordings tell; kappa is chosen as the decay is.

Entities of several views (`ViewEntities`) are fitted view by view, each with its own whitening and decay, and weighed by what they say of
held-out parts of the training recordings (`stacking`); as evidence adds up over entities, the product of these experts is one linear decoder again. One view alone is weighed likewise:
the decay of least loss still leaves it less sure than it is right, or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, NamedTuple

import numpy as np
from annotated_types import Ge, Le, MinLen
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import softmax

from neurona.blocks import Rows, give_back, room
from neurona.datasets.splits.inner import InnerFolds, inner_folds
from neurona.decoders.decoder import Context, DecoderSettings, Knowledge, held_out_misses, learn_asking
from neurona.decoders.label_worlds import LabelWorlds
from neurona.decoders.noise_whitening import NoiseWhitening, Triangular
from neurona.decoders.registry import register
from neurona.decoders.stacking import view_weights
from neurona.encoding_models.kinship import SHARES, shared_prior
from neurona.errors import ConfigError
from neurona.programs import Vocabulary
from neurona.programs.ontology import kinds_of
from neurona.questions import Problem
from neurona.readings import About, AskingModel, EntityEvidence, WorldReading
from neurona.readings.belief import log_odds
from neurona.recordings.entities import Entities

_TOGETHER = 1024
"""Recordings that are read at a time."""
_TRACE = 0.01
"""Least weight of a view that is the only one: evidence that held-out recordings do not bear out says next to nothing, but which answer it is for."""


@dataclass(frozen=True)
class LinearEvidenceSettings(DecoderSettings):
    """How a linear evidence decoder is trained.

    Attributes:
        kind: of decoder.
        shrinkage: of the noise correlations; estimated when None.
        steps: of L-BFGS, at most.
        decays: candidates for the weight decay, chosen by inner folds of the training recordings.
        inner_folds: how many.
        knowledge: whether words of one kind, by the vocabulary's definitions and axioms, draw each other's weights as far as inner folds find them alike.
    """

    kind: Literal["linear_evidence"] = "linear_evidence"
    shrinkage: Annotated[float, Ge(0), Le(1)] | None = None
    steps: Annotated[int, Ge(1)] = 60
    decays: Annotated[tuple[float, ...], MinLen(1)] = (
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
    )  # fmt: skip
    inner_folds: Annotated[int, Ge(2)] = 4
    knowledge: Knowledge = "none"


class ChosenView(NamedTuple):
    """What inner folds chose for a view.

    Attributes:
        name: of the view.
        decay: its weight decay.
        loss: its mean -log p(a recording's answers) on held-out training recordings, in nats; NaN where nothing had to be chosen.
        weight: of its evidence.
        alike: kappa, how much words of one kind share; 0 where the decoder knows of no kinds.
    """

    name: str
    decay: float
    loss: float
    weight: float
    alike: float = 0.0


@dataclass(frozen=True, eq=False)
class LinearEvidence:
    """A fitted decoder.

    Attributes:
        labels: the worlds, with their prior shares.
        mean: m, of the training features.
        weight: w, of each feature for each word.
        bias: b.
        views: what was chosen for each view of the features.
        vocabulary, entities, about: of the problem; the entities' features are not looked at.
        asking: how the study puts its questions.
    """

    labels: LabelWorlds
    mean: Float[np.ndarray, " feature"] = field(repr=False)
    weight: Float[np.ndarray, "feature word"] = field(repr=False)
    bias: Float[np.ndarray, " word"] = field(repr=False)
    views: tuple[ChosenView, ...]
    vocabulary: Vocabulary
    entities: Entities = field(repr=False)
    about: About = field(default_factory=About)
    asking: AskingModel = field(default_factory=AskingModel)

    learns_from_validation = True
    """It chooses its decay by folds of its own, so that validation recordings are learned from, too."""

    def read(self, features: Float[np.ndarray, "recording feature"], recordings: Sequence[str]) -> WorldReading:
        """The shares of all worlds, and what each entity adds to each word's logit."""
        labels = self.labels
        carried = room((len(features), len(self.entities.names), len(self.bias)))
        logits = np.zeros((len(features), len(self.bias)))
        for start in range(0, len(features), _TOGETHER):
            part = slice(start, start + _TOGETHER)
            evidence = self._evidence(features[part])
            carried[part], logits[part] = evidence, evidence.sum(axis=1) + self.bias
            give_back(features)
            give_back(carried)
        carriers = EntityEvidence.of_entities(
            self.entities,
            labels.words,
            carried,
            self.bias,
            log_odds(labels.share @ labels.holds),
        )
        return replace(self.of_logits(logits, recordings), entity_evidence=carriers)

    def of_logits(self, logits: Float[np.ndarray, "recording word"], recordings: Sequence[str]) -> WorldReading:
        """The shares of all worlds, from the words' logits."""
        labels = self.labels
        share = softmax(logits @ labels.holds.T + np.log(labels.share), axis=1)
        return WorldReading(
            vocabulary=self.vocabulary,
            recordings=tuple(map(str, recordings)),
            worlds=replace(labels.worlds, share=share),
            before=labels.worlds,
            nouns=labels.things,
            about=self.about,
            asking=self.asking,
        )

    def _evidence(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording entity word"]:
        """u: what the features of each entity add."""
        centred, entity = np.asarray(features, np.float64) - self.mean, self.entities.entity_of_feature
        found = np.zeros((len(features), len(self.entities.names), len(self.bias)))
        for p in np.unique(entity):
            here = entity == p
            found[:, p] = centred[:, here] @ self.weight[here]
        return found


@register(LinearEvidenceSettings)
def fit_linear_evidence(
    problem: Problem, settings: LinearEvidenceSettings, context: Context | None = None
) -> LinearEvidence:
    """Train on the answers of `problem.learning`.

    Raises:
        ConfigError: the vocabulary has relations, or more worlds than can be listed.
    """
    vocabulary, asked = problem.vocabulary, problem.learning
    if vocabulary.relations:
        raise ConfigError(
            f"linear_evidence decodes what a recording shows, and not relations such as {vocabulary.relations[0]!r}; "
            "use decoder relational_evidence"
        )
    features = problem.entities.features
    rows = np.unique(asked.recording)
    labels = LabelWorlds.of(vocabulary)
    likelihood = labels.log_likelihood(asked, vocabulary, len(features))
    labels = labels.learned(likelihood[rows])
    shown = labels.shown(likelihood)
    kinds = kinds_of(vocabulary) if settings.knowledge == "ontology" else {}
    told = _Told(likelihood, shown, labels, settings, kinds)
    views = list(problem.entities.of_views())
    choosing = len(views) > 1 or len(settings.decays) > 1 or bool(kinds)
    folds = _inner_folds(problem, rows, likelihood, settings.inner_folds) if choosing else []
    chosen = [_choose(features[:, view], told, folds) for _, view in views]
    weights = np.ones(len(views))
    if folds:
        held = np.concatenate([held for _, held in folds])
        weights = view_weights(np.stack([one.logits for one in chosen])[:, held], labels, likelihood[held])
        if len(views) == 1:
            weights = np.maximum(weights, _TRACE)
    readouts = [
        _readouts(features[:, view], told, rows, [one.shape])[0] for (_, view), one in zip(views, chosen, strict=True)
    ]
    found = LinearEvidence(
        labels,
        np.concatenate([one.mean for one in readouts]),
        np.concatenate([weight * one.weight for weight, one in zip(weights, readouts, strict=True)]),
        np.sum([weight * one.bias for weight, one in zip(weights, readouts, strict=True)], axis=0),
        tuple(
            ChosenView(name, one.shape.decay, one.loss, float(weight), one.shape.alike)
            for (name, _), one, weight in zip(views, chosen, weights, strict=True)
        ),
        vocabulary,
        replace(problem.entities, features=problem.entities.features[:0]),
        About(problem.dataset, settings.kind, settings.supervision, problem.simulated),
    )
    asking = learn_asking(found, problem, settings, held_out=False)
    if folds:
        # Inner folds left every recording out once: sets of answers are promised by what was said of it then.
        left_out = np.tensordot(weights, np.stack([one.logits for one in chosen]), 1)[rows]
        reading = found.of_logits(left_out, [str(row) for row in rows])
        asking = replace(asking, misses=held_out_misses(reading, rows, asking, problem))
    return replace(found, asking=asking)


@dataclass(frozen=True)
class _Told:
    """What the answers tell of the training recordings, and how to learn from it."""

    likelihood: Float[np.ndarray, "recording world"]
    shown: Float[np.ndarray, "recording word"]
    labels: LabelWorlds
    settings: LinearEvidenceSettings
    kinds: Mapping[str, str]


class _Shape(NamedTuple):
    """Of the penalty on weights: the decay, and kappa, how much words of one kind share."""

    decay: float
    alike: float = 0.0


class _Chosen(NamedTuple):
    """What inner folds chose: the shape of least loss on held-out recordings, that loss, and their logits (0 of all others)."""

    shape: _Shape
    loss: float
    logits: Float[np.ndarray, "recording word"]


@dataclass(frozen=True)
class _Span:
    """Coordinates of some training recordings, by which a decayed weight is sought, and the way from weights on them to weights of features.

    Few recordings are white features, in the span of the training recordings where these are fewer than features: all that a decayed weight sees.
    Many are features less their mean, and what they are multiplied by is a weight on white features, `folded`.
    """

    whitening: NoiseWhitening
    directions: Float[np.ndarray, "direction feature"] | None
    coordinates: Rows
    folded: bool

    @classmethod
    def of(cls, recordings: Rows, shown: Float[np.ndarray, "row word"], shrinkage: float | None) -> _Span:
        n, p = recordings.shape
        whitening = NoiseWhitening.of(recordings, shown, shrinkage)
        if isinstance(whitening.root, Triangular):
            return cls(whitening, None, Rows(recordings.array, recordings.chosen, whitening.mean), True)
        white, directions = whitening(recordings), None
        if n < p:
            directions = np.linalg.svd(white, full_matrices=False)[2]
            white = white @ directions.T
        return cls(whitening, directions, Rows(white), False)

    def weights(self, weight: Float[np.ndarray, "direction word"]) -> Float[np.ndarray, "coordinate word"]:
        """Of the coordinates."""
        return self.whitening.feature_weights(weight) if self.folded else weight

    def slope(self, of_coordinates: Float[np.ndarray, "coordinate word"]) -> Float[np.ndarray, "direction word"]:
        """By the weight that is sought."""
        return self.whitening.slope(of_coordinates) if self.folded else of_coordinates

    def feature_weights(self, weight: Float[np.ndarray, "direction word"]) -> Float[np.ndarray, "feature word"]:
        return self.whitening.feature_weights(weight if self.directions is None else self.directions.T @ weight)


class _Readout(NamedTuple):
    """m, w and b."""

    mean: Float[np.ndarray, " feature"]
    weight: Float[np.ndarray, "feature word"]
    bias: Float[np.ndarray, " word"]

    def __call__(self, recordings: Rows) -> Float[np.ndarray, "recording word"]:
        return np.concatenate([(block - self.mean) @ self.weight + self.bias for _, block in recordings])


def _choose(features: Float[np.ndarray, "recording feature"], told: _Told, folds: InnerFolds) -> _Chosen:
    """The decay, and then kappa at that decay; the first decay without folds."""
    shapes = [_Shape(decay) for decay in told.settings.decays]
    if not folds:
        return _Chosen(shapes[0], float("nan"), np.zeros((len(features), len(told.labels.words))))
    chosen = _best(features, told, folds, shapes)
    if not told.kinds:
        return chosen
    shared = _best(features, told, folds, [chosen.shape._replace(alike=alike) for alike in SHARES[1:]])
    return min(chosen, shared, key=lambda one: one.loss)


def _best(
    features: Float[np.ndarray, "recording feature"], told: _Told, folds: InnerFolds, shapes: Sequence[_Shape]
) -> _Chosen:
    """The shape of least loss."""
    logits = np.zeros((len(shapes), len(features), len(told.labels.words)))
    for train, held in folds:
        # Whitening that had seen the held-out recordings would flatter itself, so each fold has its own.
        left_out = Rows(features, held)
        for k, readout in enumerate(_readouts(features, told, train, shapes)):
            logits[k, held] = readout(left_out)
    rows = np.concatenate([held for _, held in folds])
    losses = [told.labels.loss(of_shape[rows], told.likelihood[rows])[0] for of_shape in logits]
    best = int(np.argmin(losses))
    return _Chosen(shapes[best], losses[best], logits[best])


def _readouts(
    features: Float[np.ndarray, "recording feature"],
    told: _Told,
    rows: Int[np.ndarray, " row"],
    shapes: Sequence[_Shape],
) -> list[_Readout]:
    """m, w and b of least loss over some recordings, for each shape of the penalty."""
    space = _Span.of(Rows(features, rows), told.shown[rows], told.settings.shrinkage)
    fits = (_fit(space, told.likelihood[rows], told, shape) for shape in shapes)
    return [_Readout(space.whitening.mean, space.feature_weights(v), b) for v, b in fits]


def _fit(
    space: _Span,
    likelihood: Float[np.ndarray, "row world"],
    told: _Told,
    shape: _Shape,
) -> tuple[Float[np.ndarray, "direction word"], Float[np.ndarray, " word"]]:
    """v and b of least loss."""
    (n, size), words = space.coordinates.shape, len(told.labels.words)
    root = np.linalg.cholesky(shared_prior(told.labels.words, told.kinds, shape.alike)).T if shape.alike else None

    def split(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return flat[: size * words].reshape(size, words), flat[size * words :]

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        u, b = split(flat)
        v = u if root is None else u @ root
        weight, total, of_weight, of_bias = space.weights(v), 0.0, np.zeros((size, words)), np.zeros(words)
        for part, block in space.coordinates:
            loss, slope = told.labels.loss(block @ weight + b, likelihood[part])
            share = len(block) / n
            total += share * loss
            of_weight += block.T @ (share * slope)
            of_bias += share * slope.sum(axis=0)
        of_v = space.slope(of_weight)
        of_u = (of_v if root is None else of_v @ root.T) + shape.decay * u
        return total + shape.decay / 2 * float((u**2).sum()), np.concatenate([of_u.reshape(-1), of_bias])

    options = {"maxiter": told.settings.steps}
    found = minimize(objective, np.zeros((size + 1) * words), jac=True, method="L-BFGS-B", options=options)
    u, b = split(found.x)
    return u if root is None else u @ root, b


def _inner_folds(
    problem: Problem, rows: Int[np.ndarray, " row"], likelihood: Float[np.ndarray, "recording world"], n: int
) -> InnerFolds:
    """Parts of the recordings `rows` to train on and to hold out; a recording's class is the world that its answers speak for."""
    groups = None if problem.groups is None else np.asarray(problem.groups)[rows]
    parts = inner_folds(likelihood[rows].argmax(axis=1), groups, n, problem.seed)
    return [(rows[train], rows[held]) for train, held in parts]
