"""Pictures of a report."""

from __future__ import annotations

import base64

import numpy as np
import pandas as pd
from tiny_run import write_tiny_run

from neurona.experiments.runs.finished_run import open_run
from neurona.report.pictures import chosen_recordings, training_curves


def test_recordings_are_chosen_by_their_answers():
    right = {"a": [1, 1], "b": [1, 0], "c": [0, 0], "d": [0, 0], "e": [1, 1]}
    rows = [(name, "yes", "yes" if one else "no") for name, ones in right.items() for one in ones]
    predictions = pd.DataFrame(rows, columns=["recording", "answer", "predicted"])
    predictions = predictions.assign(chance=np.nan).sample(frac=1, random_state=0)
    found = chosen_recordings(predictions, tuple(right))
    assert found == [("answered best", "a", 1.0), ("in the middle", "b", 0.5), ("answered worst", "d", 0.0)]
    assert chosen_recordings(predictions, ("c",)) == [("answered best", "c", 0.0)]
    assert chosen_recordings(predictions, ()) == []


def test_curves_are_a_picture_in_the_page(tmp_path):
    (one,) = training_curves(open_run(write_tiny_run(tmp_path / "run")))
    assert base64.b64decode(one.data.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
