"""NEURONA's decoder (Wang et al., ICLR 2026): words found on entities, from the answers of questions alone.

recording -> Encoder -> PairGrounding -> scores of all words on all entities: the reading

One temperature of yes/no questions, and one of words, is fitted on validation questions, so that probabilities are calibrated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import jax
import numpy as np
from flax import nnx
from jaxtyping import Float, Int

from neurona.blocks import give_back, room, taken
from neurona.decoders.decoder import Context, learn_asking
from neurona.decoders.entity_network import EntityNetwork
from neurona.decoders.neurona_settings import NeuronaSettings, build_neurona
from neurona.decoders.registry import register
from neurona.decoders.temperature import fit_temperature
from neurona.decoders.told_words import told_words
from neurona.decoders.trained_module import fit_module
from neurona.encoders import Signal
from neurona.execution import Scores
from neurona.programs import Vocabulary
from neurona.programs.tree import Atom, Exists, Variable
from neurona.questions import Problem
from neurona.readings import About, AskingModel, EntityScoreReading, Rates, Strongest
from neurona.readings.belief import log_odds
from neurona.recordings.entities import Entities
from neurona.training import Ensemble, Layout
from neurona.training.weights import Weights, weights_of, with_weights

ROWS, ON_ACCELERATORS, CELLS = 16, 64, 2**21
"""Recordings that are scored at a time (on a CPU as many as its caches hold), fewer where recordings x entities would be more than so many. The number never changes, so that one recording gets the same scores as many."""


@dataclass(frozen=True, eq=False)
class NeuronaDecoder:
    """NEURONA's decoder, trained.

    Attributes:
        settings: of the network.
        layout: of its inputs.
        weights: of the network, or of each of an ensemble.
        vocabulary, entities, about: of the problem; the entities' features are not looked at.
        rates: how training questions were answered.
        usual: of each concept, its strongest score on an entity, on average over training recordings.
        grounded: of each concept and relation, see `groundings`.
        temperature: of yes/no questions, and of words.
        asking: how the study puts its questions.
    """

    settings: NeuronaSettings
    layout: Layout = field(repr=False)
    weights: tuple[Weights, ...] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    entities: Entities = field(repr=False)
    about: About
    rates: Rates = field(repr=False)
    usual: Float[np.ndarray, " concept"] = field(repr=False)
    grounded: Float[np.ndarray, "word entity"] = field(repr=False)
    temperature: tuple[float, float] = (1.0, 1.0)
    asking: AskingModel = field(default_factory=AskingModel)

    def read(self, features: Float[np.ndarray, "recording feature"], recordings: Sequence[str]) -> EntityScoreReading:
        """Scores of every word on every entity, those of all members.

        What an entity adds to a concept is its share of the strongest score (`readings.Strongest`), the mean over members. Under
        logics in which `exists` is more than the maximum, and in ensembles, whose members' probabilities are averaged, the rest of
        a concept's log odds is nobody's.
        """
        first = self.members[0]
        members = tuple(_joined(_scores(member, self.layout, features), len(features)) for member in self.members)
        return EntityScoreReading(
            vocabulary=self.vocabulary,
            recordings=tuple(recordings),
            members=members,
            logic=first.logic,
            hypothesis=first.hypothesis,
            entities=self.entities.names,
            about=self.about,
            asking=self.asking,
            added=Strongest(self.entities.names, self.usual, self._prior, *self.entities.where),
            temperature=self.temperature,
            rates=self.rates,
        )

    def groundings(self) -> tuple[tuple[str, ...], Float[np.ndarray, "word entity"]]:
        """How much higher each word scores on each entity where an answer says that it is there than where one says that it is not.

        Returns:
            Words, and `[word, entity]`: mean over training recordings with the word minus mean over those without (over all, where no
            answer says that it is not there), mean over members; NaN for a word that no answer says to be there.
        """
        return (*self.vocabulary.concepts, *self.vocabulary.relations), self.grounded

    @cached_property
    def members(self) -> tuple[EntityNetwork, ...]:
        """The trained networks: one, or those of an ensemble."""
        signal = Signal.of(self.entities)
        return tuple(
            with_weights(build_neurona(self.settings, signal, self.vocabulary, 0), own) for own in self.weights
        )

    @cached_property
    def _prior(self) -> Float[np.ndarray, " concept"]:
        """Log odds of `exists x. word(x)`, by the answers of training questions."""
        queries = [Exists("x", Atom(word, (Variable("x"),))) for word in self.vocabulary.concepts]
        return log_odds(np.array([self.rates.of_yes(query, "object", 1) for query in queries]))

    def __getstate__(self) -> dict[str, Any]:
        """Without what follows from the rest; the networks are built again from their weights."""
        return {name: value for name, value in vars(self).items() if name not in ("members", "_prior")}


@register(NeuronaSettings)
def fit_neurona(problem: Problem, settings: NeuronaSettings, context: Context) -> NeuronaDecoder:
    """Train NEURONA's decoder on a problem's answers."""
    signal = Signal.of(problem.entities)

    def build(seed: int, inputs: np.ndarray) -> nnx.Module:
        network = build_neurona(settings, signal, problem.vocabulary, seed)
        network.encoder.prepare(jax.device_put(inputs))
        return network

    trained, layout = fit_module(build, problem, context, asked_only=True, standardised=settings.encoder.standardised)
    model = trained.model
    members: tuple[Any, ...] = tuple(model.members) if isinstance(model, Ensemble) else (model,)
    supervision = "answers" if problem.facts is None else "scenes"
    decoder = NeuronaDecoder(
        settings,
        layout,
        tuple(map(weights_of, members)),
        problem.vocabulary,
        replace(problem.entities, features=problem.entities.features[:0]),
        About(problem.dataset, settings.kind, supervision, problem.simulated),
        Rates.of(problem.train, problem.vocabulary),
        _usual(members, layout, problem),
        _grounded(members, layout, problem),
    )
    if len(problem.validation):
        decoder = replace(decoder, temperature=_temperature(decoder, problem))
    return replace(decoder, asking=learn_asking(decoder, problem, settings))


def _scores(
    module: EntityNetwork, layout: Layout, features: np.ndarray, chosen: Int[np.ndarray, " row"] | None = None
) -> Iterator[Scores]:
    """Scores of all words on all entities, some of the chosen recordings at a time, as NumPy arrays."""
    most = ROWS if jax.default_backend() == "cpu" else ON_ACCELERATORS
    rows, (graph, state) = max(1, min(most, CELLS // len(module.grounding.position[...]))), nnx.split(module)
    chosen = np.arange(len(features)) if chosen is None else chosen
    for start in range(0, len(chosen), rows):
        part = layout(features[chosen[start : start + rows]])
        filled = np.concatenate([part, np.zeros((rows - len(part), *part.shape[1:]), part.dtype)])
        found = jax.device_get(_scored(graph, state, filled))
        give_back(features)
        yield _first(found, len(part))


def _first(scores: Scores, n: int) -> Scores:
    kept: Scores = jax.tree.map(lambda array: np.asarray(array)[:n], scores)
    return kept


@partial(jax.jit, static_argnums=0)
def _scored(graph: nnx.GraphDef[EntityNetwork], state: nnx.State, inputs: jax.Array) -> Scores:
    found: Scores = nnx.merge(graph, state).scores(inputs)
    return found


def _joined(several: Iterator[Scores], n: int) -> Scores:
    """Those of n recordings, on disk where they are many."""
    joined: Any = None
    start = 0
    for scores in several:
        if joined is None:
            joined = jax.tree.map(lambda array: room((n, *array.shape[1:]), array.dtype), scores)
        size = len(scores.unary)
        for whole, own in zip(jax.tree.leaves(joined), jax.tree.leaves(scores), strict=True):
            whole[start : start + size] = own
            give_back(whole)
        start += size
    found: Scores = joined
    return found


def _usual(members: Sequence[EntityNetwork], layout: Layout, problem: Problem) -> Float[np.ndarray, " concept"]:
    """Each concept's strongest score, on average over training recordings and members."""
    features, rows = problem.entities.features, problem.train_rows
    strongest = [
        np.concatenate([scores.unary.max(axis=2) for scores in _scores(member, layout, features, rows)])
        for member in members
    ]
    return np.asarray(np.mean(strongest, axis=(0, 1)), np.float64)


def _grounded(members: Sequence[EntityNetwork], layout: Layout, problem: Problem) -> Float[np.ndarray, "word entity"]:
    """See `NeuronaDecoder.groundings`."""
    words = (*problem.vocabulary.concepts, *problem.vocabulary.relations)
    rows, features = problem.train_rows, problem.entities.features
    there = told_words(problem.train, problem.vocabulary, words, len(features))[rows]
    masks = [mask.astype(np.float64) for mask in (there == 1, there == 0, np.ones_like(there))]
    sums = np.zeros((3, len(words), len(problem.entities.names)))
    for member in members:
        start = 0
        for scores in _scores(member, layout, features, rows):
            of_words = np.concatenate([scores.unary, scores.relations.region], axis=1)  # type: ignore[union-attr]
            part = slice(start, start + len(of_words))
            sums += [np.einsum("nw,nwp->wp", mask[part], of_words) for mask in masks]
            start += len(of_words)
    yes, no = (there == 1).sum(0)[:, None], (there == 0).sum(0)[:, None]
    sums /= len(members)
    beside = np.where(no > 0, sums[1] / np.maximum(no, 1), sums[2] / len(rows))
    return np.where(yes > 0, sums[0] / np.maximum(yes, 1) - beside, np.nan)


def _temperature(decoder: NeuronaDecoder, problem: Problem) -> tuple[float, float]:
    """Fitted to validation questions."""
    asked = problem.validation
    rows, place = np.unique(asked.recording, return_inverse=True)
    reading = decoder.read(taken(problem.entities.features, rows), [str(row) for row in rows])
    found = fit_temperature(reading, asked, place.reshape(-1).astype(np.int64))
    return found.of_yes, found.of_words
