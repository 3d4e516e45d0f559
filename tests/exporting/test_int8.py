"""Weights of eight bits are near what they stand for, and their outputs nearer still."""

import numpy as np
from exported import both, fitted, recordings
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurona.exporting.int8 import calibrated, rounded
from neurona.exporting.paths import Path

FINITE = st.floats(-1e3, 1e3, width=32)


@given(arrays(np.float32, (3, 4), elements=FINITE), st.integers(0, 1))
def test_a_weight_is_half_a_step_away_at_most(weight, axis):
    found = rounded(weight, axis)
    assert found.whole.dtype == np.int8
    assert (np.abs(found.values - weight) <= found.scale * (0.5 + 1e-3)).all()


def test_weights_of_heavy_tails_are_clipped_where_outputs_gain_by_it():
    rng = np.random.default_rng(0)
    weight = rng.standard_t(2, size=(200, 8)).astype(np.float32)
    signals = rng.normal(size=(40, 200, 1)).astype(np.float32)
    path = Path(lambda own, signal: {"found": signal[:, 0] @ own["w"]}, {"w": weight}, "scores")
    found = calibrated(path, signals)["w"]
    plain = rounded(weight, int(np.argmax(found.scale.shape)))
    exact = signals[:, :, 0] @ weight
    errors = [(((signals[:, :, 0] @ one.values - exact) / exact.std(axis=0)) ** 2).mean() for one in (found, plain)]
    assert errors[0] <= errors[1]
    assert errors[0] < 1e-3


def test_a_decoder_of_eight_bits_answers_nearly_alike(tmp_path):
    decoder, later = fitted("linear_evidence"), recordings(slice(70, 90))
    calibration = recordings(slice(0, 30)).recordings.data.values
    here, there = both(decoder, later, tmp_path / "decoder.zip", [], calibration=calibration)
    assert (there.answer == here.answer).mean() > 0.97
    assert np.abs(there.probability - here.probability).max() < 0.05
