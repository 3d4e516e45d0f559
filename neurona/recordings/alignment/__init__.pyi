from .alignment import ALIGNMENTS, Alignment, FittedAlignment, Uses, alignment_settings
from .groups import By

__all__ = ["ALIGNMENTS", "Alignment", "By", "FittedAlignment", "Uses", "alignment_settings"]
