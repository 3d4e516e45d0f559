"""Execution: compiled, batched, differentiable execution of programs on scores."""

from neurona.execution.compile import Compiler, ProgramBatch, compile_programs
from neurona.execution.execute import Answers, execute, execute_and_trace
from neurona.execution.executor import Executor, TraceCounter
from neurona.execution.explanation import Explanation, explain
from neurona.execution.hypotheses import HYPOTHESES, Hypothesis, get_hypothesis
from neurona.execution.logics import LOGICS, Logic, get_logic
from neurona.execution.relations import column_mean
from neurona.execution.scores import DIAGONAL, Interaction, RelationScores, Scores

__all__ = [
    "DIAGONAL",
    "HYPOTHESES",
    "LOGICS",
    "Answers",
    "Compiler",
    "Executor",
    "Explanation",
    "Hypothesis",
    "Interaction",
    "Logic",
    "ProgramBatch",
    "RelationScores",
    "Scores",
    "TraceCounter",
    "column_mean",
    "compile_programs",
    "execute",
    "execute_and_trace",
    "explain",
    "get_hypothesis",
    "get_logic",
]
