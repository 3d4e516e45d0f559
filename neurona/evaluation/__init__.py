"""Evaluation: what predictions are worth. Accuracy and its intervals, comparisons, controls, ceilings; tables and plots of them.

Everything reads predictions tables (`predictions.py`: one row a question) or grounding maps, and gives plain tables back.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
