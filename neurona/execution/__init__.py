"""Execution: compiled, batched, differentiable execution of programs on scores."""

from neurona.execution.compile import ProgramBatch, compile_programs
from neurona.execution.execute import Answers, Scores, execute
from neurona.execution.logics import LOGICS, Logic, get_logic

__all__ = ["LOGICS", "Answers", "Logic", "ProgramBatch", "Scores", "compile_programs", "execute", "get_logic"]
