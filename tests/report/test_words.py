"""The summary in words says how sure, and beside what."""

from __future__ import annotations

import pytest
from tiny_run import write_tiny_run

from neurona.experiments.runs.finished_run import open_run
from neurona.report.words import sentences

ROW = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 96, "chance": 0.5}


@pytest.fixture
def told(tmp_path):
    run = open_run(write_tiny_run(tmp_path / "run"))

    def tell(**metrics):
        run.__dict__["metrics"] = {"unit": "run", "accuracy": {"object": ROW}, **metrics}
        return " ".join(sentences(run)).replace("\N{NO-BREAK SPACE}", " ")

    return tell


def test_accuracy_has_its_interval_and_chance(told):
    text = told()
    assert "18 questions about 3 recordings of 1 person of simulated data" in text
    assert (
        "90.0 % are answered rightly (95 % interval over runs 80.0 % to 95.0 %), above chance, which is 50.0 %" in text
    )


@pytest.mark.parametrize(
    ("low", "high", "word"), [(0.6, 0.9, "above"), (0.4, 0.7, "not told apart from"), (0.1, 0.4, "below")]
)
def test_an_interval_that_holds_chance_is_not_above_it(told, low, high, word):
    assert f"), {word} chance" in told(accuracy={"object": {**ROW, "low": low, "high": high}})


def test_the_strongest_peer_is_named_and_leakage_told(told):
    peers = {"lda": {**ROW, "value": 0.7}, "ridge": {**ROW, "value": 0.8}}
    text = told(baselines=peers, leakage=[{"near": 1, "highest": 0.99}, {"near": 0, "highest": 0.2}])
    assert "strongest of 2 classical decoders" in text
    assert "ridge, reaches 80.0 %" in text
    assert "1 test recording nearly repeats a training recording (the highest correlation is 0.99)" in text
