"""NEURONA's decoder, trained on a problem's answers, and where it found each word."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.sharding import Mesh
from jaxtyping import Float, Int
from rich.console import Console

from neurona.decoders.neurona_settings import NeuronaSettings, build_neurona
from neurona.decoders.parcel_decoder import ParcelDecoder
from neurona.decoders.problem import Asked, Problem
from neurona.execution import Hypothesis, Logic, Scores
from neurona.programs.tree import And, Atom, Describe, Exists, The, Variable, walk
from neurona.training.ensemble import Ensemble
from neurona.training.settings import TrainingSettings
from neurona.training.trained_decoder import Layout, TrainedDecoder, fit_module

ROWS = 64  # recordings whose whole vocabulary is scored at a time
_TELLING = (And, Atom, Describe, Exists, The, Variable)


class WordsOnEntities(NamedTuple):
    """Scores of every concept, then of every relation, on single entities; logits."""

    words: tuple[str, ...]
    scores: Float[np.ndarray, "recording word entity"]


@dataclass(frozen=True)
class NeuronaDecoder(TrainedDecoder):
    """NEURONA's decoder, trained.

    Attributes:
        problem: what it was trained on.
    """

    problem: Problem = field(repr=False)

    def scores(
        self, features: Float[np.ndarray, "recording feature"], rows: Int[np.ndarray, " row"] | None = None
    ) -> WordsOnEntities:
        """Scores of all words on the entities of some recordings; means over members."""
        chosen = features if rows is None else features[rows]
        parts = [_scored(self.trained.model, self.layout(chosen[k : k + ROWS])) for k in range(0, len(chosen), ROWS)]
        return WordsOnEntities((*self.vocabulary.concepts, *self.vocabulary.relations), np.concatenate(parts))

    @property
    def module(self) -> ParcelDecoder:
        """The trained decoder; of an ensemble, its first member."""
        return _first(self.trained.model)

    @property
    def logic(self) -> Logic:
        return self.module.logic

    @property
    def hypothesis(self) -> Hypothesis:
        return self.module.hypothesis

    def evidence(
        self, features: Float[np.ndarray, "recording feature"]
    ) -> Float[np.ndarray, "recording entity concept"]:
        """Each entity's score of each concept, from which execution takes the highest."""
        return np.asarray(self.program_scores(features).unary).swapaxes(1, 2)

    def program_scores(self, features: Float[np.ndarray, "recording feature"]) -> Scores:
        """Scores of all words on all entities; of an ensemble, its first member's."""
        inputs = self.layout(features)
        parts = [_module_scores(self.module, jnp.asarray(inputs[k : k + ROWS])) for k in range(0, len(inputs), ROWS)]
        return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)

    def groundings(self) -> tuple[tuple[str, ...], Float[np.ndarray, "word entity"]]:
        """How much higher each word scores on each entity where an answer says that it is there than where one says that it is not.

        Training answers are asked: yes to a program says that all its words are there, a describe answer that the given word is
        too; no to a program of one word says that it is not. Programs with anything but `exists`, `&` and `the` say nothing.

        Returns:
            Words, and `[word, entity]`: mean over yes-recordings minus mean over no-recordings (over all asked, where none says no);
            NaN for a word that no answer says to be there.
        """
        words = (*self.vocabulary.concepts, *self.vocabulary.relations)
        asked, features, rows = self.problem.train, self.problem.entities.features, self.problem.train_rows
        there = _evidence(asked, words, rows)
        sums: list[Any] = [0.0, 0.0, 0.0]
        for start in range(0, len(rows), ROWS):
            part = slice(start, start + ROWS)
            scores = self.scores(features, rows[part]).scores
            for k, mask in enumerate((there[part] > 0, there[part] < 0, np.ones_like(there[part], bool))):
                sums[k] = sums[k] + np.einsum("nw,nwp->wp", mask.astype(np.float64), scores)
        yes, no = (there > 0).sum(0)[:, None], (there < 0).sum(0)[:, None]
        with np.errstate(invalid="ignore"):
            beside = np.where(no > 0, sums[1] / np.maximum(no, 1), sums[2] / len(rows))
            return words, np.where(yes > 0, sums[0] / np.maximum(yes, 1) - beside, np.nan)


def fit_neurona(
    problem: Problem,
    settings: NeuronaSettings = NeuronaSettings(),  # noqa: B008
    training: TrainingSettings = TrainingSettings(),  # noqa: B008
    *,
    folder: Path | None = None,
    console: Console | None = None,
    test: Asked | None = None,
    mesh: Mesh | None = None,
) -> NeuronaDecoder:
    """Train NEURONA's decoder.

    Args:
        problem: its features are standardised on the training recordings; entities are the decoder's parcels.
        folder, console, test, mesh: see `train`.
    """

    def build(layout: Layout, seed: int) -> nnx.Module:
        return build_neurona(settings, layout.parcels, layout.n_times, problem.vocabulary, seed)

    found = fit_module(build, problem, training, asked_only=True, folder=folder, console=console, test=test, mesh=mesh)
    return NeuronaDecoder(found.trained, found.layout, problem.vocabulary, True, problem)


def _evidence(asked: Asked, words: tuple[str, ...], rows: Int[np.ndarray, " row"]) -> Int[np.ndarray, "row word"]:
    """1 where an answer says that a word is there, -1 where one says that it is not, else 0."""
    place, row = {word: k for k, word in enumerate(words)}, np.searchsorted(rows, asked.recording)
    found = np.zeros((len(rows), len(words)), np.int8)
    for query, target, choices, k in zip(asked.queries, asked.target, asked.words, row, strict=True):
        nodes = tuple(walk(query))
        if not all(isinstance(node, _TELLING) for node in nodes):
            continue
        told = [place[node.name] for node in nodes if isinstance(node, Atom) and node.name in place]
        if isinstance(query, Describe):
            told.append(place[choices[target]])
            found[k, told] = 1
        elif target:
            found[k, told] = 1
        elif len(told) == 1:
            found[k, told] = -1
    return found


def _first(model: Any) -> ParcelDecoder:
    first: Any = model.members[0] if isinstance(model, Ensemble) else model
    return first


@nnx.jit
def _module_scores(decoder: ParcelDecoder, inputs: jax.Array) -> Scores:
    return decoder.scores(inputs)


def _scored(model: Any, inputs: np.ndarray) -> np.ndarray:
    members: list[Any] = list(model.members) if isinstance(model, Ensemble) else [model]
    return np.mean([np.asarray(_word_scores(member, jax.numpy.asarray(inputs))) for member in members], axis=0)


@nnx.jit
def _word_scores(decoder: ParcelDecoder, inputs: jax.Array) -> jax.Array:
    found = decoder.scores(inputs)
    assert found.relations is not None
    return jax.numpy.concatenate([found.unary, found.relations.region], 1)
