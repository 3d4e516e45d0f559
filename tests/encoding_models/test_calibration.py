"""Evidence is weighed by what validation questions say of it."""

import numpy as np
import pytest

from neurona.encoding_models.alternatives import N_RATIOS, Alternatives
from neurona.encoding_models.calibration import LEAST, Readout, default_weights, fit_readout, logistic_weights
from neurona.scenes.scene_graph import Fact


class Told(Alternatives):
    """Evidence that is given instead of computed: `ratios` of facts, and of words their evidence."""

    def __init__(self, ratios: np.ndarray) -> None:
        self.told = ratios

    def ratios(self, facts, support, recording):
        return [self.told[recording], np.zeros((0, N_RATIOS[1])), np.zeros((0, N_RATIOS[2]))]

    def log_rate(self, fact):
        return -1.0

    def own(self, fact):
        return {int(fact.name): 1.0}

    def evidence(self, rows, support, recording):
        return np.array([support[r, next(iter(row))] for row, r in zip(rows, recording, strict=True)])


def test_logistic_weights_find_what_tells():
    rng = np.random.default_rng(0)
    ratios = rng.normal(size=(600, 3)) * (1.0, 5.0, 0.2)
    target = rng.random(600) < 1 / (1 + np.exp(-(2 * ratios[:, 0] - 0.5)))
    weights = logistic_weights(ratios, target)
    assert weights[0] == pytest.approx(2.0, abs=0.6)
    assert abs(weights[1]) < 0.1
    assert weights[3] < 0


@pytest.mark.parametrize("size", [0, 1, 2])
def test_without_validation_questions_each_alternative_counts_alike(size):
    weights = default_weights(size)
    assert weights.shape == (N_RATIOS[size] + 1,)
    assert weights.sum() == pytest.approx(1.0)


def test_few_validation_questions_leave_the_defaults():
    n = LEAST - 1
    told = Told(np.random.default_rng(0).normal(size=(n, N_RATIOS[0])))
    facts = [Fact("a")] * n
    nothing = np.array([], np.int64)
    readout = fit_readout(told, np.zeros((n, 1)), facts, np.arange(n), np.arange(n) % 2 == 0, [], nothing, nothing)
    assert readout.weights == {}


def test_evidence_that_is_too_sure_is_tempered():
    rng = np.random.default_rng(2)
    n = 2000
    logit = rng.normal(size=n)
    holds = rng.random(n) < 1 / (1 + np.exp(-logit))
    told = Told(np.stack([10 * logit, np.full(n, -1.0)], axis=1))
    facts, nothing = [Fact("a")] * n, np.array([], np.int64)
    readout = fit_readout(told, np.zeros((n, 1)), facts, np.arange(n), holds, [], nothing, nothing)
    found = readout.logits(told, facts, np.zeros((n, 1)), np.arange(n))
    assert np.polyfit(logit, found, 1)[0] == pytest.approx(1.0, abs=0.2)


def test_words_have_probabilities_and_evidence_decides():
    support = np.eye(3, dtype=np.float64) * 4
    words = [[Fact("0"), Fact("1"), Fact("2")]] * 3
    found = Readout().words(Told(np.zeros((0, 2))), words, support, np.arange(3))
    assert [scores.argmax() for scores in found] == [0, 1, 2]
    np.testing.assert_allclose([np.exp(scores).sum() for scores in found], 1.0)
    flat = Readout().words(Told(np.zeros((0, 2))), words, support, np.arange(3), prior_only=True)
    np.testing.assert_allclose(np.exp(flat[0]), 1 / 3)
