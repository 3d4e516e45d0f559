"""Neurona: neuro-symbolic decoding of brain recordings.

The whole package serves one line (see the README):

    recording -> entities -> evidence -> reading -> programs executed on the reading -> answer, trace, concept graph

Nothing is imported before it is used, so that `import neurona` costs next to nothing.
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]
