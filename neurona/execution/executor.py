"""An executor: programs in, answers out, compiled once for each set of templates; and a counter of traces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from neurona.execution.compile import Compiler, ProgramBatch
from neurona.execution.execute import Answers, execute
from neurona.execution.hypotheses import HYPOTHESES, Hypothesis
from neurona.execution.logics import Logic
from neurona.execution.scores import Scores
from neurona.programs import Query, Vocabulary


class TraceCounter:
    """A function, jitted, that counts how often JAX has traced it: a hot path whose `traces` grows recompiles.

        step = TraceCounter(train_step)
        ...
        step.traces

    Args:
        function: what to jit.
        options: of `jax.jit`.
    """

    def __init__(self, function: Callable[..., Any], **options: Any):
        self.traces = 0

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.traces += 1
            return function(*args, **kwargs)

        self._jitted = jax.jit(counted, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._jitted(*args, **kwargs)


class Executor:
    """Answers batches of mixed questions about recordings; new questions of known templates are never traced again.

    Args:
        vocabulary: of the questions.
        score: parameters, recordings and a batch -> scores on the words that the batch asks for. Pure; it is jitted
            together with the execution, so that each recording is encoded once and each word scored once a recording.
        logic, hypothesis: meaning of connectives and of relations.
        asked_only: whether `score` reads the batch's words; else it scores the whole vocabulary.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        score: Callable[[Any, Any, ProgramBatch], Scores],
        logic: Logic,
        hypothesis: Hypothesis = HYPOTHESES["H5"],
        *,
        asked_only: bool = True,
    ):
        self.compiler = Compiler(vocabulary, asked_only=asked_only)
        self._answer = TraceCounter(
            lambda parameters, recordings, batch: execute(
                batch, score(parameters, recordings, batch), logic, hypothesis, evaluation=True
            )
        )

    @property
    def traces(self) -> int:
        """How often JAX has traced the execution."""
        return self._answer.traces

    def __call__(self, parameters: Any, recordings: Any, queries: Sequence[Query], about: Sequence[int]) -> Answers:
        """Answers as NumPy arrays, one row a query.

        Args:
            parameters: of `score`.
            recordings: N of them, along the first axis.
            queries: checked programs.
            about: row of the recording that each query is about.
        """
        batch = self.compiler(queries, about, len(recordings))
        answers = jax.device_get(self._answer(parameters, recordings, batch))
        return Answers(*(part[: len(queries)] for part in answers))
