"""Plots of learning curves and effects: written, the same twice, and honest about simulated data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.errors import DataError
from neurona.evaluation import Claim, claims_table, forest_plot, learning_curve_plot
from neurona.evaluation.plots.effects import spread_out

CURVE = pd.DataFrame(
    [
        {"decoder": name, "n_train": n, "group": "yes/no", "accuracy": 0.5 + n / 4000 * gain, "low": 0.5, "high": 0.7}
        | {"chance": 0.5, "oracle": 0.85, "seeds": 5}
        for name, gain in (("explain", 0.5), ("linear", 0.3))
        for n in (250, 1000)
    ]
)
CLAIMS = claims_table(
    [Claim("H5 over H4", 0.02, 0.01, 0.03, 0.001), Claim("loss", 0, -0.1, 0.1, kind="at most", bound=0.03)]
)


@pytest.mark.parametrize("simulated", [True, False])
def test_pictures_say_what_they_show_and_whether_it_is_simulated(tmp_path, simulated, monkeypatch):
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", "none")
    curve = learning_curve_plot(CURVE, tmp_path / "a.svg", "Curves", simulated).read_text()
    forest = forest_plot(CLAIMS, tmp_path / "b.svg", "Claims", simulated).read_text()
    for part in ("Curves", "explain", "linear", "oracle", "chance", "accuracy, yes/no", "1,000"):
        assert part in curve
    for part in ("Claims", "H5 over H4", "+0.020  [+0.010, +0.030]  holds", "undecided", "bound that the claim names"):
        assert part in forest
    assert ("SIMULATED DATA" in curve) == ("SIMULATED DATA" in forest) == simulated


def test_effects_of_another_quantity_have_an_axis_of_their_own(tmp_path, monkeypatch):
    """A share of 0.8 would press differences of 0.01 into a point."""
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", "none")
    share = Claim("share", 0.8, 0.7, 0.9, bound=0.9, quantity="share of the oracle")
    table = claims_table([Claim("H5 over H4", 0.02, 0.01, 0.03, 0.001), share])
    text = forest_plot(table, tmp_path / "a.svg").read_text()
    assert "difference of accuracies" in text
    assert "share of the oracle" in text
    assert 'id="axes_2"' in text


def test_the_oracle_is_left_out_where_nobody_knows_it(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", "none")
    text = learning_curve_plot(CURVE.assign(oracle=np.nan), tmp_path / "a.svg").read_text()
    assert "oracle" not in text


def test_any_table_of_effects_is_drawn(tmp_path):
    effects = pd.DataFrame({"group": ["object", "relation"], "effect": [0.1, -0.1], "low": [0, -0.2], "high": [0.2, 0]})
    assert forest_plot(effects, tmp_path / "a.png", label="group").stat().st_size > 1000
    with pytest.raises(DataError, match="no rows"):
        forest_plot(effects.iloc[:0], tmp_path / "a.png", label="group")
    with pytest.raises(DataError, match="no rows"):
        learning_curve_plot(CURVE.iloc[:0], tmp_path / "a.png")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_labels_keep_their_order_and_distance(values):
    places = np.array(spread_out(values, 0.05))
    order = np.argsort(values, kind="stable")
    assert (np.diff(places[order]) >= 0.05 - 1e-9).all()
    assert np.mean(places) == pytest.approx(np.mean(values), abs=1e-9)


def test_labels_with_room_stay_where_they_are():
    assert spread_out([0.9, 0.1, 0.5], 0.05) == pytest.approx([0.9, 0.1, 0.5])
