"""Training: through the loop that `neurona run` trains by, beside its own jitted epoch alone.

The size of BOLD5000-QA's layout for one subject, with SIMULATED recordings (white noise) and random answers: 4,900 recordings of 5 time
points x 1024 components, 27 questions each on average (Poisson), a vocabulary of 1000 words, programs drawn from 4,000. NEURONA's
decoder (18 entities, H5), lessons drawn anew each epoch on the device, with logs, selection and checkpoints.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import measure
import numpy as np
import pandas as pd
import problem
from bars.bar import Bar, at_least, nothing_of, told

from neurona.programs import Vocabulary
from neurona.programs.tree import Describe
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities
from neurona.training import TrainingSettings, train
from neurona.training.epoch import trainer
from neurona.training.lessons import Lessons
from neurona.training.loop import _Training
from neurona.training.schedules import optimiser_of
from speeds.bench import Clock, Speeds

QUESTIONS, PROGRAMS, WORDS = 27, 4000, 1000
ENTITIES = 18
PER_SECOND, OF_BARE = 41_000, 0.95
"""146 times the released code's 281 questions a second."""


def asked_at_random(words: Vocabulary, recordings: int, rng: np.random.Generator) -> Asked:
    """Random answers to random questions, 27 a recording on average."""
    pool = problem.questions(words, problem.TEMPLATES, PROGRAMS, rng)
    recording = np.repeat(np.arange(recordings), rng.poisson(QUESTIONS, recordings))
    queries = [pool[k] for k in rng.integers(0, PROGRAMS, len(recording))]
    choices = tuple(tuple(words.categories[q.category]) if isinstance(q, Describe) else () for q in queries)
    target = np.array([rng.integers(len(choice) or 2) for choice in choices])
    table = pd.DataFrame(
        {"recording": recording, "program": "", "type": ["describe" if c else "yes/no" for c in choices]}
    )
    return Asked(table, recording, tuple(queries), choices, target)


@lru_cache(maxsize=1)
def problem_of(recordings: int, n_words: int) -> tuple[np.ndarray, Problem]:
    """SIMULATED recordings `[N, 1024, 5]`, and questions about them."""
    rng = np.random.default_rng(0)
    words = problem.vocabulary(n_words)
    inputs = problem.recordings(recordings, rng)
    asked = asked_at_random(words, recordings, rng)
    entities = Entities(np.zeros((recordings, 1), np.float32), np.zeros(1, np.int64), ("all",), "parcel")
    return inputs, Problem(entities, words, asked, asked.take(np.zeros(len(asked), bool)), simulated=True)


def case(
    recordings: int, epochs: int, n_entities: int, members: int, n_words: int = WORDS, precision: str = "float32"
) -> dict:
    """Measure one setting in this process."""
    inputs, told = problem_of(recordings, n_words)
    asked, words = told.train, told.vocabulary
    start = time.perf_counter()
    lessons = Lessons.of(asked, words, asked_only=True)
    lessons_s = time.perf_counter() - start
    settings = TrainingSettings(epochs=epochs, selection="last", members=members, precision=precision)  # type: ignore[arg-type]
    found = train(lambda seed: problem.decoder(n_entities, words, seed=seed), inputs, told, settings, asked_only=True)
    seconds = found.history.seconds.to_numpy()
    epoch_s = float(np.median(seconds[1:]))
    each = [int(part.length.max()) * len(lessons) for part in lessons.parts]
    done = 3 * members * recordings * problem.encoder_operations(n_entities)
    return {
        "recordings": recordings,
        "questions": len(asked),
        "entities": n_entities,
        "members": members,
        "words": n_words,
        "precision": precision,
        "epoch_s": epoch_s,
        "questions_per_s": members * len(asked) / epoch_s,
        "padding": found.padding,
        "padding_of_equal_lessons": 1 - len(asked) / sum(each),
        "lessons_s": lessons_s,
        "compile_s": float(seconds[0] - epoch_s),
        "peak_memory_mb": measure.peak_memory_mb(),
        "matmul_gflops": measure.matmul_rate() / 1e9,
        "encoder_gflops": done / epoch_s / 1e9,
        "traces": found.traces[0],
        "loss": found.history.train_loss.tolist(),
    }


def learning(speeds: Speeds) -> Iterator[Bar]:
    """Questions a second of two cores that are learned from, and the share of the rate of the jitted epoch alone."""
    recordings, epochs = (490, 8) if speeds.quick else (4900, 6)
    inputs, about = problem_of(recordings, WORDS)
    settings = TrainingSettings(epochs=epochs, selection="last")
    model = problem.decoder(ENTITIES, about.vocabulary)
    loop = _Training(model, inputs, about, settings, True, None)
    bare = _Bare(loop, settings)
    bare.epoch(0)
    with Clock() as alone:
        loss = [bare.epoch(epoch) for epoch in range(1, epochs + 1)][-1]
    warm = train(model, inputs, about, settings, asked_only=True, folder=speeds.folder / "warm")
    with Clock() as whole:
        trained = loop.run(speeds.folder / "trained", None)
    count = epochs * len(about.train)
    figures: dict[str, Any] = {
        "recordings": recordings,
        "questions": len(about.train),
        "epochs": epochs,
        "cpu_s": whole.cpu,
        "wall_s": whole.wall,
    }
    done = 3 * epochs * recordings * problem.encoder_operations(ENTITIES)
    peak = measure.matmul_rate()
    figures |= {
        "encoder_gflops": done / whole.cpu / 1e9,
        "matmul_gflops": peak / 1e9,
        "peak_memory_mb": measure.peak_memory_mb(),
    }
    yield at_least("training, questions a second of two cores", whole.rate(count), PER_SECOND, 0, figures)
    yield at_least(
        "training, share of the jitted epochs' rate", alone.cpu / whole.cpu, OF_BARE, 2, {"bare_s": alone.cpu}
    )
    yield told(
        "training, operations a CPU second, of a large matrix product's",
        f"{done / whole.cpu / _matmul_a_cpu_second():.0%}",
    )
    same = np.allclose(trained.history.train_loss, warm.history.train_loss, rtol=1e-6) and np.isfinite(loss)
    yield nothing_of("training, epochs whose loss is not the same again", 0 if same else epochs, epochs)
    yield nothing_of("training, traces when warm", sum(trained.traces), epochs * loop.feed.n_steps)
    yield told("training, peak memory of the process", f"{measure.peak_memory_mb():,.0f} MiB")


class _Bare:
    """The jitted epoch alone, on steps that are drawn beforehand."""

    def __init__(self, loop: _Training, settings: TrainingSettings):
        n_steps = loop.feed.n_steps * settings.epochs
        self._of = trainer(loop.model, settings, n_steps, loop.feed.capacity)
        params = jax.tree.map(jnp.array, loop.params)
        self._state = params, optimiser_of(settings, n_steps).init(params), jax.tree.map(jnp.array, loop.rest)
        self._rest = loop.feed.block(0), loop.lessons, jnp.float32(np.inf), jnp.ones(1)

    def epoch(self, _: int) -> float:
        """Its loss."""
        *state, sums = self._of(*self._state, *self._rest)
        self._state = tuple(state)
        return float(sums.loss.sum() / sums.weight.sum())


def _matmul_a_cpu_second(size: int = 1024) -> float:
    a = jax.random.normal(jax.random.key(0), (size, size))
    product = jax.jit(lambda a: a @ a)
    product(a).block_until_ready()
    with Clock() as clock:
        for _ in range(8):
            product(a).block_until_ready()
    return 8 * 2 * size**3 / clock.cpu
