"""Grounding: concept embeddings; entities (and pairs of them) -> concept scores."""

from neurona.grounding.additive_pairs import AdditivePairs, WordScores

__all__ = ["AdditivePairs", "WordScores"]
