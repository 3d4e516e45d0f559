"""Execution of programs: compiled, batched and differentiable on entity scores; exact and packed on possible worlds."""

from neurona.execution.compile import Compiler, ProgramBatch, compile_programs
from neurona.execution.execute import Answers, execute, execute_and_trace
from neurona.execution.explanation import Explanation, explain
from neurona.execution.hypotheses import HYPOTHESES, Hypothesis, get_hypothesis
from neurona.execution.logics import LAWS, LOGICS, Logic, get_logic, register_logic
from neurona.execution.relations import column_mean
from neurona.execution.scores import DIAGONAL, Interaction, RelationScores, Scores
from neurona.execution.trace_counter import TraceCounter
from neurona.execution.world_shares import conditional, likeliest, share_true, standard_error, with_word
from neurona.execution.world_trace import trace_worlds
from neurona.execution.world_truth import held, truth
from neurona.execution.worlds import Worlds

__all__ = [
    "DIAGONAL",
    "HYPOTHESES",
    "LAWS",
    "LOGICS",
    "Answers",
    "Compiler",
    "Explanation",
    "Hypothesis",
    "Interaction",
    "Logic",
    "ProgramBatch",
    "RelationScores",
    "Scores",
    "TraceCounter",
    "Worlds",
    "column_mean",
    "compile_programs",
    "conditional",
    "execute",
    "execute_and_trace",
    "explain",
    "get_hypothesis",
    "get_logic",
    "held",
    "likeliest",
    "register_logic",
    "share_true",
    "standard_error",
    "trace_worlds",
    "truth",
    "with_word",
]
