"""The outline of the MNI152 brain, from three sides, as paths of SVG: nilearn's glass brain, read from the installed nilearn when it is first asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path

SIDES = ("x", "y", "z")
"""Along which axis one looks: sagittal, coronal, axial."""
_LETTERS = {Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}

Plain = dict[str, Any]


@cache
def outlines() -> dict[str, Plain]:
    """Of each side the lines, and the box around them: `left, top, width, height`.

    Coordinates are millimetres of MNI152 space, right and down: across a sagittal view y, across the others x; down is against z, in an axial view against y.
    Each line has its width (mm) and how dark it is, 0 to 1.
    """
    from nilearn.plotting.glass_brain import plot_brain_schematics

    found = {}
    for side in SIDES:
        figure = Figure()
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        left, right, low, high = plot_brain_schematics(axes, side)
        lines: dict[tuple[float, float], list[Path]] = {}
        for patch in axes.patches:
            look = round(float(patch.get_linewidth()) / 2, 2), round(1 - to_rgb(patch.get_edgecolor())[0], 2)
            in_mm = patch.get_transform() - axes.transData
            lines.setdefault(look, []).append(in_mm.transform_path(patch.get_path()))
        found[side] = {
            "box": [round(float(value), 1) for value in (left, -high, right - left, high - low)],
            "lines": [{"path": _as_svg(paths), "width": width, "dark": dark} for (width, dark), paths in lines.items()],
        }
    return found


def _as_svg(paths: list[Path]) -> str:
    """Paths as one; a path that begins where the last one ended goes on with it."""
    text, end = [], np.full(2, np.nan)
    for path in paths:
        for points, code in path.iter_segments(curves=True, simplify=False):
            pairs = points.reshape(-1, 2)
            if code == Path.MOVETO:
                if np.abs(pairs[0] - end).max() > 0.01 or np.isnan(end).any():
                    text.append(f"M{_pair(pairs[0])}")
            else:
                text.append(_LETTERS[code] + " ".join(map(_pair, pairs)))
            end = pairs[-1]
    return "".join(text)


def _pair(point: np.ndarray) -> str:
    return f"{point[0]:.1f},{-point[1]:.1f}"
