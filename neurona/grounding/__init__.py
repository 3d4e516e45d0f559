"""Grounding: concept embeddings; entity (and entity pair) -> concept score."""

from neurona.grounding.pair_grounding import PairGrounding, WordScores
from neurona.grounding.pooling import POOLINGS, Gate, Pooling, pooled

__all__ = ["POOLINGS", "Gate", "PairGrounding", "Pooling", "WordScores", "pooled"]
