"""Tests of training share `tiny.py`, which is also run as a script of its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
