"""Arrays that lie on disk, whatever their size, in blocks of a few rows."""

from contextlib import contextmanager
from unittest.mock import patch

from neurona import blocks


@contextmanager
def on_disk(rows: int, values: int):
    """Within it, nothing is small: blocks are of so many rows of so many numbers in float64."""
    with patch.object(blocks, "IN_MEMORY", 0), patch.object(blocks, "BLOCK", 8 * rows * values):
        yield
