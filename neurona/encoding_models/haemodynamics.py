"""The response over time: how a scene's effect rises and falls within a recording.

    y_n(c, t) = m(c, t) + sum_k x_nk b_k(c) h(t) + e_n(c, t)

with the course h canonical (`canonical_course`: Glover's haemodynamic response, nilearn's), free (`fir_courses`: one weight a
time point) or fitted (`fitted_courses`): the leading generalised eigenvectors of the responses' covariance over time against the
noise's. A course turns recordings into one value a channel by the matched filter w = S^-1 h / (h' S^-1 h), S the noise over time:
the best linear unbiased estimate of the response's size. The features of fMRI windows and of M/EEG bins are laid out alike, so
both are served.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from nilearn.glm.first_level import compute_regressor
from scipy.linalg import eigh

from neurona.encoding_models.noise import KroneckerNoise
from neurona.errors import DataError


def canonical_course(times_s: Float[np.ndarray, " time"], duration_s: float = 0.0) -> Float[np.ndarray, " time"]:
    """Glover's response to an event at 0 s, at the recording's times; its largest value over all time is 1.

    Args:
        times_s: seconds after the event's onset, evenly spaced.
        duration_s: of the event; 0 for a brief one.

    Raises:
        DataError: times at which the response has no size, or that are not in order.
    """
    if np.any(np.diff(times_s) <= 0):
        raise DataError("canonical response: times must grow")
    # A fine and long grid, so that the scale does not depend on where the recording's samples fall.
    end = max(float(times_s.max()), 32.0 + duration_s) + 1
    grid = np.arange(0, end, 0.1)
    condition = np.array([[0.0], [duration_s], [1.0]])
    response = compute_regressor(condition, "glover", grid, oversampling=1)[0][:, 0]
    course = np.interp(times_s, grid, response, left=0.0) / response.max()
    if np.abs(course).max() < 1e-3:
        raise DataError(
            f"canonical response: none at {times_s.min():g} to {times_s.max():g} s after onset; give times in seconds"
        )
    return course


def fir_courses(n_times: int) -> Float[np.ndarray, "time time"]:
    """The free response: each time point a course of its own."""
    return np.eye(n_times)


def fitted_courses(
    patterns: Float[np.ndarray, "fact feature"], noise: KroneckerNoise, n_courses: int = 1
) -> Float[np.ndarray, "course time"]:
    """Courses that carry most of the responses in proportion to the noise.

    With patterns B_k `[channel, time]`, the courses are h = C_time w for the w that maximise

        (w' A w) / (w' C_time w),    A = sum_k B_k' C_space^-1 B_k

    Args:
        patterns: responses to facts or classes, around their mean, `[K, channel * time]`.
        noise: its two factors.
        n_courses: how many, 1 to the number of times.

    Returns:
        Courses, strongest first; the sum over time of each is positive.

    Raises:
        DataError: too many courses.
    """
    times = len(noise.time)
    if not 1 <= n_courses <= times:
        raise DataError(f"fitted response: {n_courses} courses of {times} times; ask for 1 to {times}")
    values = patterns.reshape(len(patterns), -1, times)
    spaced = np.linalg.solve(noise.space, values.transpose(1, 0, 2).reshape(values.shape[1], -1)).reshape(-1, times)
    over_time = noise.time @ noise.time.T
    _, filters = eigh(spaced.T @ spaced, over_time, subset_by_index=[times - n_courses, times - 1])
    courses = (over_time @ filters[:, ::-1]).T
    return courses * np.where(courses.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)


def entity_courses(
    patterns: Float[np.ndarray, "fact feature"],
    entity_of_feature: Int[np.ndarray, " feature"],
    noise: KroneckerNoise,
    n_entities: int,
) -> Float[np.ndarray, "entity time"]:
    """The fitted course of each entity alone, from its own channels' patterns; largest value 1.

    Raises:
        DataError: an entity whose features are no whole channels.
    """
    times = len(noise.time)
    of_channel = entity_of_feature.reshape(-1, times)
    if (of_channel != of_channel[:, :1]).any():
        raise DataError("response of each entity: entities must hold whole channels; windows of time have one each")
    values, space = patterns.reshape(len(patterns), -1, times), noise.space @ noise.space.T
    courses = np.zeros((n_entities, times))
    for entity in range(n_entities):
        mine = np.flatnonzero(of_channel[:, 0] == entity)
        if len(mine) == 0:
            continue
        own = KroneckerNoise(np.linalg.cholesky(space[np.ix_(mine, mine)]), noise.time)
        course = fitted_courses(values[:, mine].reshape(len(values), -1), own)[0]
        courses[entity] = course / np.abs(course).max()
    return courses


def matched_filter(
    courses: Float[np.ndarray, "course time"], noise_over_time: Float[np.ndarray, "time time"]
) -> Float[np.ndarray, "time course"]:
    """W = S^-1 H' (H S^-1 H')^-1: recordings times W are the sizes of the courses H, with the least noise."""
    solved = np.linalg.solve(noise_over_time, courses.T)
    return np.linalg.solve(courses @ solved, solved.T).T


def filtered(
    features: Float[np.ndarray, "recording feature"], filters: Float[np.ndarray, "time course"]
) -> Float[np.ndarray, "recording channel_course"]:
    """Sizes of the courses in each channel, `[N, channel * course]`."""
    return (features.reshape(len(features), -1, len(filters)) @ filters).reshape(len(features), -1)
