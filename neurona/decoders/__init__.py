"""Decoders: encoder, grounding and execution as one model."""

from neurona.decoders.linear_evidence import LinearEvidence, LinearEvidenceSettings
from neurona.decoders.parcel_decoder import ParcelDecoder
from neurona.decoders.problem import Asked, Decoder, Grounded, Problem

__all__ = ["Asked", "Decoder", "Grounded", "LinearEvidence", "LinearEvidenceSettings", "ParcelDecoder", "Problem"]
