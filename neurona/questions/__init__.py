"""Questions: what is asked about which recording, and what a decoder may learn from."""

from neurona.questions.asked import Asked
from neurona.questions.problem import Problem

__all__ = ["Asked", "Problem"]
