"""Margins decide where they are right, and ratios where margins say nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neurona.encoding_models.margin_readout import MarginReadout, compressed, fit_margin_readout, parts_of


def evidence(informative: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Three columns, one of which tells which facts hold."""
    rng = np.random.default_rng(0)
    holds = rng.random(n) < 0.5
    parts = rng.normal(size=(n, 3))
    parts[:, informative] += np.where(holds, 2.0, -2.0)
    return parts, holds


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_compressed_margins_keep_sign_and_order(margins):
    values = np.array(margins)
    found = compressed(values)
    assert (np.sign(found) == np.sign(values)).all()
    assert (np.diff(found[np.argsort(values)]) >= 0).all()


def test_a_fact_that_no_search_knows_has_margins_of_nothing():
    np.testing.assert_array_equal(parts_of(np.array([1.5]), np.array([np.nan]), np.array([np.nan])), [[1.5, 0.0, 0.0]])


def test_what_tells_on_validation_questions_decides():
    for informative in (0, 1):
        parts, holds = evidence(informative)
        arity = np.full(len(parts), 2)
        readout = fit_margin_readout(parts, arity, holds, [], np.array([], np.int64))
        assert ((readout.logits(parts, arity) > 0) == holds).mean() > 0.95
        assert np.abs(readout.weights[2][:3]).argmax() == informative


def test_words_are_weighed_alike():
    rng = np.random.default_rng(1)
    target = rng.integers(4, size=200)
    words = [rng.normal(size=(4, 3)) for _ in target]
    for part, right in zip(words, target, strict=True):
        part[right, 1] += 3.0
    readout = fit_margin_readout(np.zeros((0, 3)), np.array([], np.int64), np.array([], bool), words, target)
    told = readout.words(words)
    assert np.mean([scores.argmax() == right for scores, right in zip(told, target, strict=True)]) > 0.85
    np.testing.assert_allclose([np.exp(scores).sum() for scores in told], 1.0)


def test_without_validation_questions_ratios_alone_decide():
    parts, _ = evidence(0)
    np.testing.assert_array_equal(MarginReadout().logits(parts, np.zeros(len(parts), np.int64)), parts[:, 0])
