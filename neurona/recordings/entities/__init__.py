"""From recordings to entities: what is fitted once, to training recordings, and applied to any."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
