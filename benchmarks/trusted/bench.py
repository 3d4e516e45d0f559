"""What the themes of `benchmarks/trust.py` share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Trusted:
    """Where runs are kept, and whether it is to be quick."""

    folder: Path
    quick: bool
