"""The response over time: how a scene's effect rises and falls within a recording.

    y_n(c, t) = m(c, t) + sum_k x_nk b_k(c) h(t) + e_n(c, t)

with courses h that are the leading generalised eigenvectors of the responses' covariance over time against the noise's. A course turns
recordings into one value a channel by the matched filter w = S^-1 h / (h' S^-1 h), S the noise over time: the best linear unbiased
estimate of the response's size. The features of fMRI windows and of M/EEG bins are laid out alike, so both are served.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh

from neurona.encoding_models.noise import KroneckerNoise
from neurona.errors import DataError


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
