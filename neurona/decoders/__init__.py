"""Decoders: one file each; settings, fit, read."""

from neurona.decoders.decoder import Answerer, Context, Decoder, Grounded
from neurona.decoders.registry import decoders, fit, register

__all__ = ["Answerer", "Context", "Decoder", "Grounded", "decoders", "fit", "register"]
