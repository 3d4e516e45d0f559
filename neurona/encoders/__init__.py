"""Encoders: recording -> entity embeddings (Flax NNX modules, one file each)."""

from neurona.encoders.noise_whitening import NoiseWhitening, noise_covariance

__all__ = ["NoiseWhitening", "noise_covariance"]
