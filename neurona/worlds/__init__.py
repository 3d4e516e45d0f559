"""The space of scenes, and the posterior over it: listed where scenes are few, else searched and sampled."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
