"""Grounding: concept embeddings; entity (and entity pair) -> concept score."""

from neurona.grounding.pair_grounding import PairGrounding, WordScores

__all__ = ["PairGrounding", "WordScores"]
