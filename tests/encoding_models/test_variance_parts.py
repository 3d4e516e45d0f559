"""Unique variance of role bindings: who did it, or only who was there?"""

import numpy as np
import pytest

from neurona.encoding_models.variance_parts import unique_variance
from neurona.errors import DataError

NOUNS = 6


def scenes(roles, rows=600, noise=2.0, seed=0):
    """SIMULATED: two of six nouns, one of them the subject; the response depends on who is subject by `roles`."""
    rng = np.random.default_rng(seed)
    pair = np.array([rng.choice(NOUNS, 2, replace=False) for _ in range(rows)])
    present, subject = np.zeros((rows, NOUNS)), np.zeros((rows, NOUNS))
    np.put_along_axis(present, pair, 1, axis=1)
    np.put_along_axis(subject, pair[:, :1], 1, axis=1)
    who, role = rng.normal(size=(2, NOUNS, 12))
    responses = present @ who + roles * subject @ role + noise * rng.normal(size=(rows, 12))
    return np.hstack([present, subject]), responses, np.arange(rows) < rows * 3 // 4


TESTED = np.arange(2 * NOUNS) >= NOUNS
PENALTY = np.full(2 * NOUNS, 5.0)


def test_a_response_that_depends_on_roles_has_unique_variance():
    found = unique_variance(*scenes(1)[:2], TESTED, scenes(1)[2], penalty=PENALTY)
    assert found.total > 0.05
    assert found.p == pytest.approx(1 / 201)
    assert found.of_feature.shape == (12,)


def test_a_response_that_only_says_who_was_there_has_none():
    p = []
    for seed in range(20):
        design, responses, train = scenes(0, seed=seed)
        found = unique_variance(design, responses, TESTED, train, penalty=PENALTY, permutations=60, seed=seed)
        assert found.total < 0.02
        p.append(found.p)
    assert sum(value <= 0.05 for value in p) <= 4
    assert 0.25 < np.mean(p) < 0.75


def test_what_the_other_bands_explain_is_not_counted_as_unique():
    # Copies of tested columns among the rest leave the tested ones nothing of their own.
    design, responses, train = scenes(1)
    copied = np.hstack([design, design[:, TESTED]])
    tested = np.r_[TESTED, np.zeros(NOUNS, bool)]
    alone = unique_variance(design, responses, TESTED, train, penalty=PENALTY, permutations=20)
    beside = unique_variance(copied, responses, tested, train, penalty=np.full(3 * NOUNS, 5.0), permutations=20)
    assert beside.total < 0.1 * alone.total


def test_wrong_questions_are_named():
    design, responses, train = scenes(1)
    with pytest.raises(DataError, match="0 of 12 columns tested"):
        unique_variance(design, responses, ~TESTED & TESTED, train, penalty=PENALTY)
    with pytest.raises(DataError, match="hold some out"):
        unique_variance(design, responses, TESTED, train | True, penalty=PENALTY)
