"""Plots: they are written, say what must be said, and their labels do not overlap."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.image import imread

from neurona.errors import OutputError
from neurona.evaluation import accuracy_plot, confusion_plot
from neurona.evaluation.plots.answers import Confusion, confusion_counts

ROW = {"value": 0.9, "low": 0.8, "high": 1.0, "chance": 0.125, "n": 96}
OTHER = {**ROW, "value": 0.85}
METRICS = {"describe": ROW, "a_very_long_question_type_name_of_many_words": OTHER, "overall": {**ROW, "value": 0.8}}


def test_accuracy_plot_is_a_picture_and_the_same_twice(tmp_path):
    first = accuracy_plot(METRICS, tmp_path / "a.png", "Haxby")
    assert imread(first).std() > 0.1
    assert first.read_bytes() == accuracy_plot(METRICS, tmp_path / "b.png", "Haxby").read_bytes()


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_say_so_in_the_picture(tmp_path, simulated, monkeypatch):
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", "none")
    for path in (
        accuracy_plot(METRICS, tmp_path / "a.svg", simulated=simulated),
        confusion_plot({"K": Confusion(["x", "y"], ["x", "x"], ["x", "y"])}, tmp_path / "c.svg", simulated=simulated),
    ):
        assert ("SIMULATED DATA" in path.read_text()) == simulated


def test_confusion_counts_every_answer_and_keeps_strange_ones():
    counts, columns = confusion_counts(["a", "a", "b"], ["a", "b", "none"], ["a", "b"])
    assert columns == ["a", "b", "other"]
    np.testing.assert_array_equal(counts, [[1, 1, 0], [0, 0, 1]])
    with pytest.raises(ValueError, match="not among the labels"):
        confusion_counts(["z"], ["a"], ["a", "b"])


def test_confusion_plot_of_many_labels_is_written(tmp_path):
    labels = [f"word_{i}" for i in range(30)]
    many = Confusion(labels, labels, labels)
    assert imread(confusion_plot({"A": many, "B": many}, tmp_path / "c.png", "Many")).std() > 0.1


def test_unwritable_place_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        accuracy_plot(METRICS, tmp_path / "file" / "a.png")


def test_what_anyone_could_reach_is_drawn_where_it_is_known(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", "none")
    known = {"overall": {**ROW, "oracle": 0.95, "of_oracle": 0.9 / 0.95}}
    assert "oracle" in accuracy_plot(known, tmp_path / "a.svg").read_text()
    assert "oracle" not in accuracy_plot(METRICS, tmp_path / "b.svg").read_text()


def test_the_strongest_peer_alone_stands_beside_the_decoder(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", "none")
    peers = {"lda": {**ROW, "value": 0.6}, "ridge": {**ROW, "value": 0.7}}
    text = accuracy_plot(METRICS, tmp_path / "a.svg", peers=peers).read_text()
    assert "ridge" in text
    assert "lda" not in text
