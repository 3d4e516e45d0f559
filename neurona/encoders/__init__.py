"""Encoders: recording -> entity embeddings (Flax NNX modules, one paper a file), their registry, the signal's facts."""

from neurona.encoders.encoder import ENCODERS, Encoder, EncoderSettings, Paper, register
from neurona.encoders.parcel_convolution import ParcelConvolution, ParcelConvolutionSettings
from neurona.encoders.pooled_convolution import pooled_convolution
from neurona.encoders.signal import Members, Signal

__all__ = [
    "ENCODERS",
    "Encoder",
    "EncoderSettings",
    "Members",
    "Paper",
    "ParcelConvolution",
    "ParcelConvolutionSettings",
    "Signal",
    "pooled_convolution",
    "register",
]
