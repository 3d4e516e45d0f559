"""Alignment: what makes recordings of several runs, sessions or people comparable, before entities are made of them.

    recordings -> [align] -> entities -> decoder

One method a file, registered by name. Each says what it uses of the recordings that are tested.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
