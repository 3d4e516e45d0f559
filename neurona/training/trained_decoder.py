"""A trained module as a decoder: features of recordings in, answers out; the same for every trainable one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from flax import nnx
from jax.sharding import Mesh
from jaxtyping import Float, Int
from rich.console import Console

from neurona.decoders.problem import Asked, Problem
from neurona.execution import Answers
from neurona.programs import Vocabulary
from neurona.recordings.entities import Entities
from neurona.training.answering import answer_in_batches
from neurona.training.loop import Trained, train
from neurona.training.settings import TrainingSettings


@dataclass(frozen=True)
class Layout:
    """How features `[N, F]` become a module's inputs `[N, T, channel]`, standardised.

    Attributes:
        n_times: T.
        mean, deviation: of the features over training recordings `[F]`; constant ones have deviation 1.
        parcels: the channels of each entity.
    """

    n_times: int
    mean: Float[np.ndarray, " feature"] = field(repr=False)
    deviation: Float[np.ndarray, " feature"] = field(repr=False)
    parcels: tuple[tuple[int, ...], ...] = field(repr=False)

    @classmethod
    def of(cls, entities: Entities, rows: Int[np.ndarray, " row"]) -> Layout:
        """Of the entities, standardised on some recordings.

        Where the times of a channel belong to different entities (time windows), each feature is a channel of one time.
        """
        owner = entities.entity_of_feature.reshape(-1, entities.n_times)
        times = entities.n_times if (owner == owner[:, :1]).all() else 1
        of_channel = entities.entity_of_feature.reshape(-1, times)[:, 0]
        # In float64 the moments of many recordings lose nothing.
        mean = entities.features[rows].mean(axis=0, dtype=np.float64)
        deviation = entities.features[rows].std(axis=0, dtype=np.float64)
        deviation[deviation <= 1e-6 * deviation.max(initial=1e-30)] = 1.0
        parcels = tuple(tuple(np.flatnonzero(of_channel == k).tolist()) for k in range(len(entities.names)))
        return cls(times, mean.astype(np.float32), deviation.astype(np.float32), parcels)

    def __call__(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording time channel"]:
        values = ((features - self.mean) / self.deviation).astype(np.float32)
        return np.ascontiguousarray(values.reshape(len(values), -1, self.n_times).swapaxes(1, 2))


@dataclass(frozen=True)
class TrainedDecoder:
    """A fitted decoder (see `Decoder`).

    Attributes:
        trained: module and history.
        layout: of its inputs.
        vocabulary: of the questions.
        asked_only: see `train`.
    """

    trained: Trained
    layout: Layout
    vocabulary: Vocabulary
    asked_only: bool

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """Answers to all questions, as NumPy arrays."""
        rows, recording = np.unique(asked.recording, return_inverse=True)
        inputs = self.layout(features[rows])
        return answer_in_batches(
            self.trained.model,
            inputs,
            _about(asked, recording),
            self.vocabulary,
            asked_only=self.asked_only,
        )


def fit_module(
    build: Callable[[Layout, int], nnx.Module],
    problem: Problem,
    training: TrainingSettings,
    *,
    asked_only: bool,
    folder: Path | None = None,
    console: Console | None = None,
    test: Asked | None = None,
    mesh: Mesh | None = None,
) -> TrainedDecoder:
    """Train any module on a problem.

    Args:
        build: layout of the inputs, seed -> untrained module.
        asked_only, folder, console, test, mesh: see `train`.
    """
    layout = Layout.of(problem.entities, problem.train_rows)
    inputs = layout(problem.entities.features)
    trained = train(
        lambda seed: build(layout, seed),
        inputs,
        problem,
        training,
        asked_only=asked_only,
        folder=folder,
        console=console,
        test=test,
        mesh=mesh,
    )
    return TrainedDecoder(trained, layout, problem.vocabulary, asked_only)


def _about(asked: Asked, recording: Int[np.ndarray, " question"]) -> Asked:
    return Asked(asked.table, recording, asked.queries, asked.words, asked.target)
