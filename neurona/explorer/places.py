"""Where the entities of a reading are drawn: on the outline of a brain or a head, or, where nothing says where they are, as a raster.

brain     three projections, in millimetres; nilearn's outline is MNI's, so it is drawn in an MNI space alone
scalp     the head from above, nose up: sensors by their angle from the top (azimuthal equidistant, as MNE's topographic maps)
raster    in the order of the entities

Entities at one place, such as a sensor group in several windows of time, are drawn in a panel each.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from neurona.readings.carriers import EntityEvidence

Plain = dict[str, Any]
HEADS = 12
"""Panels of a scalp; entities of further ones are drawn as a raster."""
ACROSS = 24
"""Cells in a row of a raster."""
_MARGIN = 1.1


def drawing(evidence: EntityEvidence) -> Plain:
    """What is drawn, and where.

    Returns:
        `kind` (brain, scalp or raster); `space`, in words, with the reason where there is no outline; `panels`: title, `side` whose outline (`outlines`) belongs
        around it or None, what stands at the left and right `ends`, `box` around the marks (left, top, width, height), `radius` of a mark, and `marks` ([entity,
        right, down] each).
    """
    places, modality, space = evidence.positions, evidence.modality, evidence.space
    placed = np.zeros(0, np.int64) if places is None else np.flatnonzero(np.isfinite(places).all(axis=1))
    if places is not None and len(placed) and modality in ("meg", "eeg"):
        panels = _heads(evidence.entities, places, placed)
        if panels:
            return {"kind": "scalp", "space": f"head, seen from above ({modality.upper()})", "panels": panels}
    elif places is not None and len(placed):
        return {"kind": "brain", "space": _named(space), "panels": _sides(places, placed, space.startswith("MNI"))}
    return {
        "kind": "raster",
        "space": "where these entities are is not known, so they stand in their order",
        "panels": [_raster(len(evidence.entities))],
    }


def _named(space: str) -> str:
    if space.startswith("MNI"):
        return f"space {space}, outline of nilearn's glass brain"
    return f"space {space or 'not known'}: not MNI152, so no brain is drawn around the places"


def _sides(places: Float[np.ndarray, "entity 3"], placed: Int[np.ndarray, " placed"], is_mni: bool) -> list[Plain]:
    """Sagittal, coronal, axial: seen from the right, from behind, from above, so that left is left."""
    found = []
    for side, title, axes, ends in (
        ("x", "sagittal", (1, 2), ("back", "front")),
        ("y", "coronal", (0, 2), ("L", "R")),
        ("z", "axial", (0, 1), ("L", "R")),
    ):
        at = places[placed][:, list(axes)] * (1, -1)
        found.append(_panel(title, placed, at, ends) | {"side": side if is_mni else None})
    return found


def _heads(
    names: Sequence[str], places: Float[np.ndarray, "entity 3"], placed: Int[np.ndarray, " placed"]
) -> list[Plain]:
    """A head for the first, second, ... entity at each place; none where they would be too many."""
    seen: dict[bytes, int] = {}
    of_panel: dict[int, list[int]] = {}
    for entity in placed.tolist():
        key = places[entity].tobytes()
        seen[key] = seen.get(key, -1) + 1
        of_panel.setdefault(seen[key], []).append(entity)
    if len(of_panel) > HEADS:
        return []
    found = []
    for members in of_panel.values():
        own = places[members]
        angle = np.arctan2(np.hypot(own[:, 0], own[:, 1]), own[:, 2]) / (np.pi / 2)
        turn = np.arctan2(own[:, 1], own[:, 0])
        at = np.stack([angle * np.cos(turn), -angle * np.sin(turn)], axis=1)
        title = _shared([names[entity] for entity in members]) if len(of_panel) > 1 else "from above, nose up"
        box = _rounded([-1.25, -1.3, 2.5, 2.55])
        found.append(_panel(title, np.array(members), at, ("L", "R")) | {"box": box, "radius": 0.11})
    return found


def _raster(count: int) -> Plain:
    cells = np.arange(count)
    at = np.stack([cells % ACROSS, cells // ACROSS], axis=1).astype(np.float64)
    box = [-0.6, -0.6, min(count, ACROSS) + 0.2, (count - 1) // ACROSS + 1.2]
    return _panel("in order", cells, at, ("", "")) | {"box": box, "radius": 0.45}


def _panel(
    title: str, entities: Int[np.ndarray, " mark"], at: Float[np.ndarray, "mark 2"], ends: tuple[str, str]
) -> Plain:
    """Without an outline, the box is a square around all marks."""
    middle, reach = (at.min(axis=0) + at.max(axis=0)) / 2, max(float(np.ptp(at, axis=0).max()) / 2 * _MARGIN, 1.0)
    return {
        "title": title,
        "side": None,
        "ends": list(ends),
        "box": _rounded([*(middle - reach), 2 * reach, 2 * reach]),
        "radius": round(reach / 18, 3),
        "marks": [[entity, *_rounded(place)] for entity, place in zip(entities.tolist(), at.tolist(), strict=True)],
    }


def _shared(names: Sequence[str]) -> str:
    """The words that all names end with, else begin with."""
    for step in (-1, 1):
        words = [name.split()[::step] for name in names]
        alike = [column[0] for column in takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))]
        if alike:
            return " ".join(alike[::step])
    return ""


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(float(value), 3) for value in values]
