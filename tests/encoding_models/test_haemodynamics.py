"""Responses over time: fitted; a matched filter reads their size off without bias."""

import numpy as np
import pytest

from neurona.encoding_models.haemodynamics import (
    filtered,
    fitted_courses,
    matched_filter,
)
from neurona.encoding_models.noise import KroneckerNoise
from neurona.errors import DataError

TIME = np.linalg.cholesky(0.7 ** np.abs(np.subtract.outer(np.arange(6), np.arange(6))))
COURSE = np.array([0.0, 1.0, 3.0, 2.0, 0.5, -0.5])


def test_a_planted_course_is_found_in_noise():
    rng = np.random.default_rng(0)
    noise = KroneckerNoise(np.eye(5), TIME)
    patterns = rng.normal(size=(8, 5, 1)) * COURSE + 0.2 * rng.normal(size=(8, 5, 6)) @ TIME.T
    found = fitted_courses(patterns.reshape(8, -1), noise)[0]
    assert np.corrcoef(found, COURSE)[0, 1] > 0.98


def test_filters_read_the_sizes_of_courses_without_bias():
    courses = np.stack([COURSE, np.ones(6)])
    filters = matched_filter(courses, TIME @ TIME.T)
    np.testing.assert_allclose(courses @ filters, np.eye(2), atol=1e-12)
    sizes = np.array([[[2.0, 1.0], [-1.0, 0.5]]])  # one recording, two channels
    np.testing.assert_allclose(filtered((sizes @ courses).reshape(1, -1), filters), sizes.reshape(1, -1))


def test_no_unbiased_filter_has_less_noise():
    best = matched_filter(COURSE[None], TIME @ TIME.T)[:, 0]
    for other in (COURSE / COURSE.dot(COURSE), np.ones(6) / COURSE.sum()):
        assert np.linalg.norm(TIME.T @ best) < np.linalg.norm(TIME.T @ other)


def test_wrong_input_is_named():
    noise = KroneckerNoise(np.eye(2), TIME)
    with pytest.raises(DataError, match="7 courses of 6 times"):
        fitted_courses(np.ones((3, 12)), noise, 7)
