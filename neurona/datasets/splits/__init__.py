"""Splits: what is learned from, what only chooses settings, and what is tested. Their one home.

`Split` lists ids (of images, or of recordings) and is made by `by_image`, `as_published` or one of `COMBINATIONS`; a `Splitter` goes over
recordings fold by fold, as scikit-learn's do. `splitter` finds one by its name in a config.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
