"""Execution of programs: compiled, batched and differentiable on entity scores; exact and packed on possible worlds."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
