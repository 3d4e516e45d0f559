"""Weights of views: what held-out recordings say of them."""

import numpy as np
from label_problem import VOCABULARY

from neurona.decoders.label_worlds import LabelWorlds
from neurona.decoders.stacking import view_weights

LABELS = LabelWorlds.of(VOCABULARY)


def recordings(n=400, seed=0):
    """Logits that are right about the labels: labels are drawn from their softmax."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(n, 4))
    drawn = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    return logits, np.log(np.where(drawn[:, None] == LABELS.holds.argmax(axis=1), 0.999, 0.001))


def test_a_view_that_is_too_sure_of_itself_is_believed_less_and_noise_not_at_all():
    logits, likelihood = recordings()
    noise = np.random.default_rng(1).normal(size=logits.shape)
    weight = view_weights(np.stack([3 * logits, noise]), LABELS, likelihood)
    np.testing.assert_allclose(weight, [1 / 3, 0], atol=0.08)


def test_no_other_weights_lose_less_and_none_is_negative():
    logits, likelihood = recordings()
    rng = np.random.default_rng(2)
    views = np.stack([logits + rng.normal(size=logits.shape), logits + rng.normal(size=logits.shape), -logits])
    weight = view_weights(views, LABELS, likelihood)

    def loss(weight):
        return LABELS.loss(np.tensordot(weight, views, 1), likelihood)[0]

    assert weight.min() == weight[2] == 0
    assert all(loss(weight) <= loss(np.maximum(weight + 0.1 * rng.normal(size=3), 0)) + 1e-9 for _ in range(50))
