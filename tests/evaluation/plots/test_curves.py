"""Pictures of training."""

from __future__ import annotations

from neurona.evaluation.plots.curves import training_plot


def test_losses_are_drawn_with_the_epoch_of_the_least(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", "none")
    rows = [{"epoch": k, "train_loss": 1.0 - 0.1 * k, "validation_loss": 1.0} for k in range(4)]
    text = training_plot({"a": rows}, tmp_path / "a.svg", simulated=True).read_text()
    assert all(word in text for word in ("training", "validation", "least", "SIMULATED DATA"))
    alone = training_plot({"a": [{"epoch": 0, "train_loss": 1.0}]}, tmp_path / "b.svg").read_text()
    assert "validation" not in alone
