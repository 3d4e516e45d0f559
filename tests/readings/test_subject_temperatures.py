"""Temperatures: a subject's own where it has many questions, that of all where it has none."""

import numpy as np
import pytest
from scipy.special import expit

from neurona.readings.belief import Belief
from neurona.readings.subject_temperatures import subject_temperatures

RNG = np.random.default_rng(0)


def told(scale, n):
    """Log odds that are `scale` times what they should be."""
    yes = RNG.random(n) < 0.5
    ratio = RNG.normal(np.where(yes, 1.0, -1.0), np.sqrt(2.0))
    return expit(scale * ratio), yes.astype(int)


def test_own_temperature_with_many_questions_and_that_of_all_with_few():
    parts = {"sure": told(3.0, 3000), "right": told(1.0, 3000), "few": told(1.0, 3)}
    asked = np.concatenate([p for p, _ in parts.values()])[:, None]
    target = np.concatenate([yes for _, yes in parts.values()])
    subject = [name for name, (p, _) in parts.items() for _ in p]
    n = len(asked)
    belief = Belief(((),) * n, asked, asked, asked, ("object",) * n, np.ones(n, int), np.zeros((n, 1, 2)))
    found = subject_temperatures(asked, belief, target, subject)
    assert found["sure"] == pytest.approx(3.0, rel=0.15)
    assert found["right"] == pytest.approx(1.0, rel=0.15)
    assert found["few"] == pytest.approx(found[""], rel=0.15)


def test_words_have_temperatures_too():
    n = 4000
    right = RNG.integers(0, 3, n)
    logs = RNG.normal(size=(n, 3))
    logs[np.arange(n), right] += 1.0
    p = np.exp(2 * logs)
    p /= p.sum(axis=1, keepdims=True)
    belief = Belief((("a", "b", "c"),) * n, p, p, p, ("describe K",) * n, np.ones(n, int), np.zeros((n, 3, 2)))
    assert subject_temperatures(p, belief, right, ["s"] * n)["s"] == pytest.approx(2.0, rel=0.15)
