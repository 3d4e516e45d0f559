"""The end-to-end decoder, trained on a problem's answers as NEURONA's is."""

from __future__ import annotations

from pathlib import Path

from flax import nnx
from jax.sharding import Mesh
from rich.console import Console

from neurona.decoders.end_to_end import EndToEnd, EndToEndSettings
from neurona.decoders.problem import Asked, Problem
from neurona.training.settings import TrainingSettings
from neurona.training.trained_decoder import Layout, TrainedDecoder, fit_module


def fit_end_to_end(
    problem: Problem,
    settings: EndToEndSettings = EndToEndSettings(),  # noqa: B008
    training: TrainingSettings = TrainingSettings(),  # noqa: B008
    *,
    folder: Path | None = None,
    console: Console | None = None,
    test: Asked | None = None,
    mesh: Mesh | None = None,
) -> TrainedDecoder:
    """Train a network without symbols.

    Args:
        problem: its features are standardised on the training recordings.
        folder, console, test, mesh: see `train`.
    """
    owner, words = problem.entities.entity_of_feature.tolist(), problem.vocabulary

    def build(layout: Layout, seed: int) -> nnx.Module:
        return EndToEnd(owner, len(words.concepts), len(words.relations), settings, rngs=nnx.Rngs(seed))

    return fit_module(build, problem, training, asked_only=False, folder=folder, console=console, test=test, mesh=mesh)
