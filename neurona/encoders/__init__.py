"""Encoders: recording -> entity embeddings (Flax NNX modules, one file each)."""

from neurona.encoders.parcel_convolution import ParcelConvolution
from neurona.encoders.pooled_convolution import pooled_convolution

__all__ = ["ParcelConvolution", "pooled_convolution"]
