"""Pictures of answers that are withheld."""

from __future__ import annotations

import pandas as pd
from matplotlib.image import imread

from neurona.evaluation.plots.coverage import risk_coverage_plot


def test_each_form_has_a_panel(tmp_path):
    rows = [
        {"coverage": c, "accuracy": 1 - c / 3, "low": 0.6, "high": 1.0, "least": 0.5, "n": int(30 * c)}
        for c in (0.5, 1.0)
    ]
    curve = pd.DataFrame(rows)
    one, two = (
        risk_coverage_plot(dict.fromkeys(names, curve), tmp_path / f"{len(names)}.png") for names in ("a", "ab")
    )
    assert imread(two).shape[1] > 1.5 * imread(one).shape[1]
