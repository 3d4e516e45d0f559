"""Answers of a trained decoder to any number of questions about any number of recordings, in one jitted scan."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.sharding import Mesh
from jaxtyping import Float, Int

from neurona.blocks import taken
from neurona.execution import Answers
from neurona.programs import Vocabulary
from neurona.questions import Asked
from neurona.training.devices import put
from neurona.training.epoch import Model, answerer
from neurona.training.feeding import Feed
from neurona.training.lessons import Lessons

LESSONS = 128
"""Recordings that are answered at a time."""


def answer_in_batches(
    model: nnx.Module | Any,
    inputs: Float[np.ndarray, "recording ..."],
    asked: Asked,
    vocabulary: Vocabulary,
    *,
    asked_only: bool,
    lessons_at_a_time: int = LESSONS,
) -> Answers:
    """Answers as NumPy arrays, laid out as `Answerer.answer` says; one trace serves all batches.

    Args:
        model: maps recordings and programs to answers.
        inputs: of all recordings that `asked.recording` counts.
        asked: questions.
        vocabulary: of the questions.
        asked_only: whether the model reads the words that a batch asks for, see `Compiler`.
        lessons_at_a_time: recordings a batch, which bounds memory.
    """
    n_words = max([len(members) for members in vocabulary.categories.values()], default=1)
    yes_no, describe = np.zeros(len(asked), np.float32), np.full((len(asked), n_words), -np.inf, np.float32)
    found: Any = Answers(yes_no, describe)  # type: ignore[arg-type]
    if not len(asked):
        return found
    lessons = Lessons.of(asked, vocabulary, asked_only=asked_only)
    feed = Feed(*on_device(inputs, np.asarray(lessons.recording), None), lessons, lessons_at_a_time)
    graph, state = nnx.split(model)
    answer = answerer(Model(graph), feed.capacity)
    # The whole state stands as parameters: nothing is trained here.
    answers, question = jax.device_get(answer(state, nnx.State({}), feed.block(0), put(lessons, None)))
    told = question >= 0
    found.yes_no[question[told]] = answers.yes_no[told]
    found.describe[question[told]] = answers.describe[told]
    found.yes_no[asked.is_describe] = 0.0
    return found


def on_device(
    inputs: Float[np.ndarray, "recording ..."], recording: Int[np.ndarray, " lesson"], mesh: Mesh | None
) -> tuple[Any, Any]:
    """The recordings that are needed, and where each of them stands; see `Block`. On a CPU, JAX reads arrays that lie on disk where they lie."""
    rows = np.unique(recording)
    place = np.zeros(len(inputs), np.int32)
    place[rows] = np.arange(len(rows))
    needed = inputs if len(rows) == len(inputs) else taken(inputs, rows)
    return put((np.asarray(needed, jnp.float32), place), mesh)
