"""Worlds as arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurona.execution import Worlds

_ARRAYS = ("word", "subject", "object", "holds", "present", "share")


def worlds_arrays(worlds: Worlds, name: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What JSON holds of worlds, and their arrays, whose names begin with `name`."""
    plain = {"things": [list(names) for names in worlds.things]}
    return plain, {f"{name}_{part}": np.asarray(getattr(worlds, part)) for part in _ARRAYS}


def worlds_from(
    plain: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    name: str,
    concepts: tuple[str, ...],
    relations: tuple[str, ...],
) -> Worlds:
    """What `worlds_arrays` wrote."""
    parts = {part: np.asarray(arrays[f"{name}_{part}"]) for part in _ARRAYS}
    return Worlds(concepts, relations, things=tuple(map(tuple, plain["things"])), **parts)
