"""Pictures of answers that are withheld: how right are those that remain?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from neurona.evaluation.plots.answers import BLUE, GREEN, GREY, new_figure, save_figure, set_title


def risk_coverage_plot(
    curves: Mapping[str, pd.DataFrame], path: str | Path, title: str = "", simulated: bool = False
) -> Path:
    """Draw accuracy over the share of questions that is answered, the surest first, with its 95 % band; dashed: of all questions, and of one who knows where it errs.

    Args:
        curves: form of questions -> what `risk_coverage` returns; one panel each.
        path: the picture; the suffix (.png, .svg, .pdf) chooses the format.
        title: a line above the picture.
        simulated: say so in the picture.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = new_figure(0.6 + 3.6 * len(curves), 3.9)
    panels = figure.subplots(1, len(curves), squeeze=False, sharey=True)[0]
    for axes, (name, curve) in zip(panels, curves.items(), strict=True):
        coverage, whole = curve.coverage.to_numpy(), float(curve.accuracy.iloc[-1])
        axes.fill_between(coverage, curve.low, curve.high, color=BLUE, alpha=0.18, linewidth=0)
        axes.plot(coverage, curve.accuracy, color=BLUE, linewidth=1.8, label="surest answers")
        axes.plot(
            coverage,
            np.minimum(1, whole / coverage),
            color=GREEN,
            linewidth=1.2,
            linestyle="-.",
            label="every error known",
        )
        axes.axhline(whole, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), label="all answers")
        axes.set(
            xlim=(0, 1), ylim=(min(0.45, float(curve.low.min()) - 0.03), 1.02), xlabel="share of questions answered"
        )
        axes.set_title(f"{name}, n = {curve.n.iloc[-1]}", fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("accuracy of what is answered")
    panels[0].legend(frameon=False, fontsize=8, loc="lower left")
    set_title(figure, title, simulated)
    return save_figure(figure, path)
