from .compile import Compiler, ProgramBatch, compile_programs, numbered, one_template, slotted
from .entity_trace import explain
from .executor import Answers, execute, execute_and_trace
from .explanation import Explanation
from .hypotheses import HYPOTHESES, Hypothesis, get_hypothesis
from .logics import LAWS, LOGICS, Logic, get_logic, register_logic
from .precision import products
from .scores import DIAGONAL, Interaction, RelationScores, Scores, looked_at
from .trace_counter import TraceCounter
from .world_shares import conditional, likeliest, share_true, with_word
from .world_trace import trace_worlds
from .world_truth import held, truth
from .worlds import Worlds

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
    "compile_programs",
    "conditional",
    "execute",
    "execute_and_trace",
    "explain",
    "get_hypothesis",
    "get_logic",
    "held",
    "likeliest",
    "looked_at",
    "numbered",
    "one_template",
    "products",
    "register_logic",
    "share_true",
    "slotted",
    "trace_worlds",
    "truth",
    "with_word",
]
