"""Decoders: encoder, grounding and execution as one model."""

from neurona.decoders.linear_evidence import LinearEvidence

__all__ = ["LinearEvidence"]
