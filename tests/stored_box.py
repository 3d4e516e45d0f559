"""Data of another package than Neurona."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Colour(Enum):
    RED = 1


@dataclass(frozen=True)
class Box:
    value: Any = None
    beside: Any = None
