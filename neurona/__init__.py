"""Neurona: neuro-symbolic decoding of brain recordings.

The whole package serves one line (see the README):

    recording -> entities -> concept scores -> program execution -> answer, trace, concept graph
"""

__version__ = "0.1.0"
