"""Readings: what a decoder says about recordings, in the two forms that programs execute on."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
