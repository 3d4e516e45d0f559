"""Every kind of decoder, from its config to its metrics, on SIMULATED data."""

import io
import json
from typing import get_args

import pandas as pd
import pytest
from rich.console import Console

from neurona.experiments.fitting import FITS, TRAINED, DecoderSettings
from neurona.experiments.runner import run

QUIET = Console(file=io.StringIO())
FACTS_ONLY = "linear_evidence"
"""It has no relation scores, so it is tried on real recordings instead (test_runner.py)."""
LONG = ("end_to_end", "neurona", "product_of_experts")
KINDS = sorted({member.kind for member in get_args(DecoderSettings)} - {FACTS_ONLY})


def test_every_kind_of_settings_has_something_that_fits_it():
    assert set(get_args(DecoderSettings)) == set(FITS) | set(TRAINED)
    assert not set(FITS) & set(TRAINED)


# What is trained takes long to compile; tests/training has short ones.
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow) if kind in LONG else kind for kind in KINDS]
)
def test_a_run_leaves_answers_to_every_test_question(kind, tiny, tmp_path):
    config = tiny(f"decoder={kind}", "training.epochs=2", "data.simulation.subjects=1", "data.simulation.images=80")
    metrics = run(config, tmp_path, QUIET)
    predictions = pd.read_parquet(tmp_path / "predictions.parquet")
    assert predictions.score.notna().all()
    yes_no = predictions.chance.isna()
    assert set(predictions.predicted[yes_no]) <= {"yes", "no"}
    assert (predictions.predicted[yes_no] == "yes").equals(predictions.score[yes_no] > 0)
    assert json.loads((tmp_path / "metrics.json").read_text()) == json.loads(json.dumps(metrics))
    assert metrics["accuracy"]["overall"]["ideal"] > 0.5
