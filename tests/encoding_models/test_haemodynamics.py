"""Responses over time: canonical, free and fitted; a matched filter reads their size off without bias."""

import numpy as np
import pytest

from neurona.encoding_models.haemodynamics import (
    canonical_course,
    entity_courses,
    filtered,
    fir_courses,
    fitted_courses,
    matched_filter,
)
from neurona.encoding_models.noise import KroneckerNoise
from neurona.errors import DataError

TIME = np.linalg.cholesky(0.7 ** np.abs(np.subtract.outer(np.arange(6), np.arange(6))))
COURSE = np.array([0.0, 1.0, 3.0, 2.0, 0.5, -0.5])


def test_the_canonical_response_peaks_some_five_seconds_after_a_brief_event():
    times = np.arange(0, 30, 0.5)
    course = canonical_course(times)
    assert 4.5 <= times[course.argmax()] <= 6
    assert course.max() == pytest.approx(1, abs=0.01)
    assert course[times > 12].min() < 0


def test_the_canonical_response_does_not_depend_on_where_samples_fall():
    whole = canonical_course(np.arange(0, 20, 0.5))
    np.testing.assert_allclose(canonical_course(np.arange(0, 20, 2.0)), whole[::4], atol=1e-12)


def test_a_long_event_holds_the_response():
    times = np.arange(0, 40, 1.0)
    assert canonical_course(times, 20.0)[20] > 0.5 > 0.1 > canonical_course(times)[20]


def test_a_planted_course_is_found_in_noise():
    rng = np.random.default_rng(0)
    noise = KroneckerNoise(np.eye(5), TIME)
    patterns = rng.normal(size=(8, 5, 1)) * COURSE + 0.2 * rng.normal(size=(8, 5, 6)) @ TIME.T
    found = fitted_courses(patterns.reshape(8, -1), noise)[0]
    assert np.corrcoef(found, COURSE)[0, 1] > 0.98


def test_each_entity_has_its_own_course():
    rng = np.random.default_rng(0)
    late = np.roll(COURSE, 1)
    patterns = rng.normal(size=(8, 4, 1)) * np.stack([COURSE, COURSE, late, late])
    found = entity_courses(
        patterns.reshape(8, -1), np.repeat([0, 0, 1, 1], 6), KroneckerNoise(np.eye(4), TIME), n_entities=2
    )
    np.testing.assert_allclose(found, np.stack([COURSE, late]) / 3, atol=1e-6)


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


def test_the_free_response_keeps_every_time_point():
    values = np.arange(12.0)[None]
    np.testing.assert_allclose(filtered(values, matched_filter(fir_courses(6), TIME @ TIME.T)), values, atol=1e-9)


def test_wrong_input_is_named():
    noise = KroneckerNoise(np.eye(2), TIME)
    with pytest.raises(DataError, match="7 courses of 6 times"):
        fitted_courses(np.ones((3, 12)), noise, 7)
    with pytest.raises(DataError, match="whole channels"):
        entity_courses(np.ones((3, 12)), np.arange(12) % 2, noise, n_entities=2)
    with pytest.raises(DataError, match="give times in seconds"):
        canonical_course(np.array([1000.0, 3000.0]))
    with pytest.raises(DataError, match="must grow"):
        canonical_course(np.array([2.0, 1.0]))
