"""Decoders: one file each; settings, fit, read."""

from neurona.decoders.decoder import Answerer, Context, Decoder, Grounded
from neurona.decoders.fitted import FittedDecoder, load_decoder
from neurona.decoders.fitting import fit_decoder
from neurona.decoders.registry import decoders, fit, register
from neurona.decoders.state_filter import StateFilter

__all__ = [
    "Answerer",
    "Context",
    "Decoder",
    "FittedDecoder",
    "Grounded",
    "StateFilter",
    "decoders",
    "fit",
    "fit_decoder",
    "load_decoder",
    "register",
]
