"""One concept a recording: the encoding model's inversion in closed form.

Where exactly one of K concepts holds in each recording, the scene is its class and the encoding model its mean:

    y_n | k ~ N(m_k, S),    log p(k | y_n) = T (m_k' S^-1 y_n - m_k' S^-1 m_k / 2) + log prior_k + const

How much of the time course to keep is a question of the data, so several members see it differently: as the sizes of one or
more fitted courses in every channel (`neurona.encoding_models.haemodynamics`; S shrunk), or as every time point (S a Kronecker
product). A mean over the window, as linear discriminant analysis commonly gets, ignores which moments are informative. Few
recordings make S too certain; each member's temperature T mends that. The posterior is the members' mixture (stacking:
D. Wolpert 1992, Neural Networks 5:241). Temperatures and weights minimise the log loss of predictions for inner folds of the
training recordings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge
from jaxtyping import Float, Int, Shaped
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp
from sklearn.model_selection import GroupKFold, StratifiedKFold

from neurona.encoding_models.haemodynamics import filtered, fitted_courses, matched_filter
from neurona.encoding_models.noise import KroneckerNoise, ShrunkNoise, around_means, kronecker_noise, shrunk_noise
from neurona.errors import DataError


@dataclass(frozen=True)
class ClassModelSettings:
    """How a class model is fitted.

    Attributes:
        courses: of each member, the number of fitted courses; 0 keeps every time point. Without times there is one member.
        inner_folds: of the training recordings, at most.
    """

    courses: tuple[int, ...] = (1, 2, 4, 0)
    inner_folds: Annotated[int, Ge(2)] = 6


@dataclass(frozen=True)
class Member:
    """One view of the time course.

    Attributes:
        filters: what makes recordings the sizes of courses; None leaves features as they are.
        means: response to each class, in the filtered features.
        noise: covariance of the filtered features.
    """

    filters: Float[np.ndarray, "time course"] | None
    means: Float[np.ndarray, "class feature"]
    noise: ShrunkNoise | KroneckerNoise

    def log_likelihood(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording class"]:
        """Up to a constant a recording."""
        values = np.asarray(features, dtype=np.float64)
        values = values if self.filters is None else filtered(values, self.filters)
        centre = self.means.mean(axis=0)
        means = self.noise.whiten(self.means - centre)
        return self.noise.whiten(values - centre) @ means.T - 0.5 * np.sum(means**2, axis=1)


@dataclass(frozen=True)
class ClassModel:
    """A fitted model of K classes.

    Attributes:
        members: views of the time course.
        temperatures: T of each member.
        weights: share of each member in the mixture, sum 1.
        log_prior: of each class.
    """

    members: tuple[Member, ...]
    temperatures: Float[np.ndarray, " member"]
    weights: Float[np.ndarray, " member"]
    log_prior: Float[np.ndarray, " class"]

    def log_posterior(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording class"]:
        """Log probability of each class."""
        likelihood = np.stack([member.log_likelihood(features) for member in self.members])
        return _mixed(likelihood, self.temperatures, self.weights, self.log_prior)


def fit_class_model(
    features: Float[np.ndarray, "recording feature"],
    classes: Int[np.ndarray, " recording"],
    *,
    n_classes: int,
    n_times: int = 1,
    groups: Shaped[np.ndarray, " recording"] | None = None,
    settings: ClassModelSettings = ClassModelSettings(),
    seed: int = 0,
) -> ClassModel:
    """Fit to training recordings.

    Args:
        features: `[N, channel * n_times]`.
        classes: of each recording, 0 to K - 1; each class three times or more.
        n_classes: K.
        n_times: time points a channel.
        groups: inner folds keep each together (the runs, say); None draws stratified folds.
        settings: the members.
        seed: of drawn folds.

    Raises:
        DataError: a class with fewer than three recordings, groups that leave a class out, or no courses that the times allow.
    """
    values = np.asarray(features, dtype=np.float64)
    _check(classes, n_classes)
    courses = tuple(dict.fromkeys(k for k in settings.courses if k <= n_times)) if n_times > 1 else (0,)
    if not courses:
        raise DataError(
            f"class model: courses {settings.courses} of {n_times} times; offer a number up to {n_times}, or 0"
        )
    log_prior = np.log(np.bincount(classes, minlength=n_classes) / len(classes))
    likelihood = np.zeros((len(courses), len(values), n_classes))
    tested = np.zeros(len(values), bool)
    for train, test in _inner_folds(classes, n_classes, groups, settings.inner_folds, seed):
        members = _members(values[train], classes[train], n_classes, n_times, courses)
        likelihood[:, test] = np.stack([member.log_likelihood(values[test]) for member in members])
        tested[test] = True
    held, truth = likelihood[:, tested], classes[tested]
    temperatures = np.array([fit_temperature(member, truth, log_prior) for member in held])
    return ClassModel(
        _members(values, classes, n_classes, n_times, courses),
        temperatures,
        fit_weights(held, temperatures, truth, log_prior),
        log_prior,
    )


def fit_temperature(
    log_likelihood: Float[np.ndarray, "recording class"],
    classes: Int[np.ndarray, " recording"],
    log_prior: Float[np.ndarray, " class"],
) -> float:
    """The temperature of least log loss, sought between 1e-4 and 100; a likelihood that says nothing gets the least."""
    rows = np.arange(len(classes))

    def loss(log_temperature: float) -> float:
        logits = np.exp(log_temperature) * log_likelihood + log_prior
        return float(-log_softmax(logits, axis=1)[rows, classes].mean())

    # The loss is convex in the temperature, so it has one minimum over the temperature's logarithm, too.
    return float(np.exp(minimize_scalar(loss, bounds=(np.log(1e-4), np.log(100.0)), method="bounded").x))


def fit_weights(
    log_likelihood: Float[np.ndarray, "member recording class"],
    temperatures: Float[np.ndarray, " member"],
    classes: Int[np.ndarray, " recording"],
    log_prior: Float[np.ndarray, " class"],
    steps: int = 200,
) -> Float[np.ndarray, " member"]:
    """The mixture of least log loss, by expectation maximisation from equal shares; the loss is convex in the weights."""
    rows = np.arange(len(classes))
    logits = temperatures[:, None, None] * log_likelihood + log_prior
    right = np.exp(log_softmax(logits, axis=2)[:, rows, classes])
    weights = np.full(len(right), 1 / len(right))
    for _ in range(steps):
        share = weights[:, None] * right
        weights = (share / np.maximum(share.sum(axis=0), 1e-300)).mean(axis=1)
    return weights


def _mixed(
    log_likelihood: Float[np.ndarray, "member recording class"],
    temperatures: Float[np.ndarray, " member"],
    weights: Float[np.ndarray, " member"],
    log_prior: Float[np.ndarray, " class"],
) -> Float[np.ndarray, "recording class"]:
    each = log_softmax(temperatures[:, None, None] * log_likelihood + log_prior, axis=2)
    return logsumexp(each, axis=0, b=weights[:, None, None])


def _members(
    values: Float[np.ndarray, "recording feature"],
    classes: Int[np.ndarray, " recording"],
    n_classes: int,
    n_times: int,
    courses: Sequence[int],
) -> tuple[Member, ...]:
    means, residuals = _means(values, classes, n_classes), around_means(values, classes)
    if n_times == 1:
        return (Member(None, means, shrunk_noise(residuals)),)
    noise = kronecker_noise(residuals, n_times)
    members = []
    for count in courses:
        if count == 0:
            members.append(Member(None, means, noise))
            continue
        chosen = fitted_courses(means - means.mean(axis=0), noise, count)
        filters = matched_filter(chosen, noise.time @ noise.time.T)
        members.append(Member(filters, filtered(means, filters), shrunk_noise(filtered(residuals, filters))))
    return tuple(members)


def _means(
    values: Float[np.ndarray, "recording feature"], classes: Int[np.ndarray, " recording"], n_classes: int
) -> Float[np.ndarray, "class feature"]:
    return np.stack([values[classes == k].mean(axis=0) for k in range(n_classes)])


def _inner_folds(
    classes: Int[np.ndarray, " recording"],
    n_classes: int,
    groups: Shaped[np.ndarray, " recording"] | None,
    n_folds: int,
    seed: int,
) -> Sequence[tuple[np.ndarray, np.ndarray]]:
    if groups is not None:
        n_groups = len(np.unique(groups))
        folds = list(GroupKFold(min(n_folds, n_groups)).split(classes, groups=groups)) if n_groups > 1 else []
        complete = [pair for pair in folds if np.bincount(classes[pair[0]], minlength=n_classes).min() > 1]
        if not complete:
            raise DataError("class model: no group can be left out without losing a class; give other groups, or none")
        return complete
    n_folds = min(n_folds, int(np.bincount(classes, minlength=n_classes).min()))
    return list(StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(classes, classes))


def _check(classes: Int[np.ndarray, " recording"], n_classes: int) -> None:
    count = np.bincount(classes, minlength=n_classes)
    if n_classes < 2 or len(count) > n_classes or count.min() < 3:
        rare = int(count.argmin())
        raise DataError(
            f"class model: class {rare} of {n_classes} has {count[rare]} training recording(s); each needs three or more"
        )
