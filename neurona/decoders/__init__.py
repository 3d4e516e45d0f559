"""Decoders: encoder, grounding and execution as one model."""

from neurona.decoders.linear_evidence import LinearEvidence
from neurona.decoders.parcel_decoder import ParcelDecoder

__all__ = ["LinearEvidence", "ParcelDecoder"]
