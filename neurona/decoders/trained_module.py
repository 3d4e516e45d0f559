"""Training of a network on a problem's questions: what all decoders have in common whose network the training loop trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from flax import nnx

from neurona.blocks import giving_back, taken
from neurona.decoders.decoder import Context
from neurona.questions import Problem
from neurona.questions.scene_questions import with_scene_questions
from neurona.training import Layout, Trained, train


def fit_module(
    build: Callable[[int, np.ndarray], nnx.Module],
    problem: Problem,
    context: Context,
    *,
    asked_only: bool,
    standardised: Literal["feature", "channel"] = "feature",
) -> tuple[Trained, Layout]:
    """Train any module on a problem; where scenes are known, on questions about all that holds in them, too.

    Args:
        build: seed, inputs of the training recordings `[N, channel, time]` -> untrained module.
        problem: its features are standardised on the training recordings.
        context: settings of the training, folder, console.
        asked_only: whether the module reads the words that a batch asks for (see `train`).
        standardised: see `Layout.of`.
    """
    rows = problem.train_rows
    layout = Layout.of(problem.entities, rows, standardised)
    inputs = layout(problem.entities.features)
    with giving_back():
        trained = train(
            lambda seed: build(seed, taken(inputs, rows)),
            inputs,
            with_scene_questions(problem),
            context.training,
            asked_only=asked_only,
            folder=context.folder,
            console=context.console,
            test=context.test,
        )
    return trained, layout
