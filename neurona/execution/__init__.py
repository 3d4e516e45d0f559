"""Execution: compiled, batched, differentiable execution of programs on scores."""

from neurona.execution.compile import ProgramBatch, compile_programs
from neurona.execution.execute import Answers, Scores, execute
from neurona.execution.logics import LOGICS, Logic, get_logic
from neurona.execution.relations import HYPOTHESES, Hypothesis, RelationScores, column_mean

__all__ = [
    "HYPOTHESES",
    "LOGICS",
    "Answers",
    "Hypothesis",
    "Logic",
    "ProgramBatch",
    "RelationScores",
    "Scores",
    "column_mean",
    "compile_programs",
    "execute",
    "get_logic",
]
