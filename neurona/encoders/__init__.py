"""Encoders: recording -> entity embeddings (Flax NNX modules, one file each)."""

from neurona.encoders.noise_whitening import NoiseWhitening, noise_covariance
from neurona.encoders.parcel_convolution import ParcelConvolution
from neurona.encoders.pooled_convolution import pooled_convolution

__all__ = ["NoiseWhitening", "ParcelConvolution", "noise_covariance", "pooled_convolution"]
