"""One of a few worlds behind each recording: the encoding model's inversion in closed form.

Where a recording shows one of W worlds (a label, or a conjunction of one word of each category), the encoding model is their means:

    y_n | w ~ N(m_w, (s^2 + V_w) S),    log p(w | y_n) = T log N(y_n; m_w, (s^2 + V_w) S) + log prior_w + const

The means are shrunk towards what worlds that share words have in common (`world_patterns`), so that worlds which training lacks have one, too, of
uncertainty V_w. How to look at a recording is a question of the data, so several members see it differently: as the sizes of one or
more fitted courses in every channel (`haemodynamics`), as means of bins, or as every time point (S a Kronecker product); with noise that
covaries between channels or does not, as where neurons were recorded one after another; as the roots of counts; as the pattern's shape alone (`views`).
A mean over the window, as linear discriminant analysis commonly gets, ignores which moments are informative. Few recordings make S too certain: recordings that
were held out spread by s^2 instead of 1, and each member's temperature T mends the rest. The posterior is the members' mixture (stacking: D. Wolpert 1992, Neural Networks 5:241). Temperatures and weights minimise
the log loss of predictions for inner folds of the training recordings, so that a fit has no setting left to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le
from jaxtyping import Float, Int, Shaped
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp

from neurona.datasets.splits.inner import inner_folds
from neurona.encoding_models.haemodynamics import fitted_courses, matched_filter
from neurona.encoding_models.noise import (
    KroneckerNoise,
    Noise,
    around_means,
    diagonal_noise,
    kronecker_noise,
    means_of,
    shrunk_noise,
)
from neurona.encoding_models.views import View, bin_means, count_unit, may_be_counts
from neurona.encoding_models.world_patterns import WorldPatterns, fit_world_patterns
from neurona.errors import DataError

_LEAST_FOR_SHAPE = 50
"""Channels: the mean over fewer is no common gain."""


@dataclass(frozen=True)
class ClassModelSettings:
    """How a class model is fitted.

    Attributes:
        courses: numbers of fitted courses, a member each, where recordings have times.
        bins: numbers of bins of time, a member each; 0 keeps every time point.
        unseen: prior odds of a conjunction that training lacks, as a multiple of those which the shares of its words give it; 0 leaves it out.
        inner_folds: of the training recordings, at most.
    """

    courses: tuple[int, ...] = (1, 2, 4)
    bins: tuple[int, ...] = (6, 12, 24, 0)
    unseen: Annotated[float, Ge(0), Le(1)] = 1.0
    inner_folds: Annotated[int, Ge(2)] = 6


@dataclass(frozen=True)
class Member:
    """One view of recordings.

    Attributes:
        view: what is looked at.
        noise: its covariance.
        patterns: response to each world, in white noise.
        spread: s^2, variance of new recordings in the noise that was made white.
    """

    view: View
    noise: Noise
    patterns: WorldPatterns
    spread: float = 1.0

    def white(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording axis"]:
        """Recordings as this member sees them, in white noise."""
        return self.noise.whiten(self.view(features))

    def excess(
        self, features: Float[np.ndarray, "recording feature"], classes: Int[np.ndarray, " recording"]
    ) -> Float[np.ndarray, " recording"]:
        """Mean square of recordings around the mean of their world, less V."""
        white = self.white(features)
        own = self.patterns.squares(white)[np.arange(len(classes)), classes]
        found: np.ndarray = own / white.shape[1] - self.patterns.variance[classes]
        return found

    def log_likelihood(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording world"]:
        """Up to a constant a recording."""
        return self.patterns.log_likelihood(self.white(features), self.spread)


@dataclass(frozen=True)
class ClassModel:
    """A fitted model of W worlds.

    Attributes:
        members: views of recordings.
        temperatures: T of each member.
        weights: share of each member in the mixture, sum 1.
        log_prior: of each world.
        held_out: log probability of each world given each training recording, by models of inner folds that left it out; NaN where none did.
    """

    members: tuple[Member, ...]
    temperatures: Float[np.ndarray, " member"]
    weights: Float[np.ndarray, " member"]
    log_prior: Float[np.ndarray, " world"]
    held_out: Float[np.ndarray, "recording world"] = field(repr=False)

    def log_posterior(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording world"]:
        """Log probability of each world."""
        likelihood = np.stack([member.log_likelihood(features) for member in self.members])
        return _mixed(likelihood, self.temperatures, self.weights, self.log_prior)


def fit_class_model(
    features: Float[np.ndarray, "recording feature"],
    classes: Int[np.ndarray, " recording"],
    *,
    words: Int[np.ndarray, "world category"],
    n_times: int = 1,
    groups: Shaped[np.ndarray, " recording"] | None = None,
    settings: ClassModelSettings = ClassModelSettings(),
    seed: int = 0,
) -> ClassModel:
    """Fit to training recordings.

    Args:
        features: `[N, channel * n_times]`.
        classes: the world of each recording, 0 to W - 1.
        words: of each world its word of each category, counted from 0; one column where worlds have nothing in common.
        n_times: time points a channel.
        groups: inner folds keep each together (the runs, say); None draws stratified folds.
        settings: the members.
        seed: of drawn folds.

    Raises:
        DataError: a word that fewer than three recordings show, groups that leave a word out, or no view that the times allow.
    """
    values = np.asarray(features, dtype=np.float64)
    _check(classes, words)
    kinds = _kinds(values, n_times, settings)
    log_prior = log_prior_of(classes, words, settings.unseen)
    folds = _inner_folds(classes, words, groups, settings.inner_folds, seed)
    fitted = [_members(kinds, values[train], classes[train], words, n_times) for train, _ in folds]
    excess = [
        [member.excess(values[test], classes[test]) for member in members]
        for members, (_, test) in zip(fitted, folds, strict=True)
    ]
    spread = np.maximum(np.concatenate(excess, axis=1).mean(axis=1), 1e-3)
    parts = [
        np.stack([member.log_likelihood(values[test]) for member in _spread(members, spread)])
        for members, (_, test) in zip(fitted, folds, strict=True)
    ]
    left_out = np.concatenate([test for _, test in folds])
    held, truth = np.concatenate(parts, axis=1), classes[left_out]
    temperatures = np.array([fit_temperature(member, truth, log_prior) for member in held])
    weights = fit_weights(held, temperatures, truth, log_prior)
    told = np.full((len(classes), len(words)), np.nan)
    told[left_out] = _mixed(held, temperatures, weights, log_prior)
    members = _spread(_members(kinds, values, classes, words, n_times), spread)
    return ClassModel(members, temperatures, weights, log_prior, told)


def log_prior_of(
    classes: Int[np.ndarray, " recording"], words: Int[np.ndarray, "world category"], unseen: float = 1.0
) -> Float[np.ndarray, " world"]:
    """Log share of each world among recordings: that of its training recordings, or where training lacks some conjunctions, the product of its
    words' shares, as which conjunctions are shown was then the experimenter's choice. `unseen` times that for those it lacks."""
    count = np.bincount(classes, minlength=len(words))
    share = count / len(classes)
    if not count.all():
        share = np.ones(len(words))
        for column in words.T:
            share *= (np.bincount(column[classes], minlength=int(column.max()) + 1) / len(classes))[column]
        share[count == 0] *= unseen
    with np.errstate(divide="ignore"):
        return np.log(share / share.sum())


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


@dataclass(frozen=True)
class _Kind:
    """What kind of member: `apart` noise covaries with nothing; filters are so many fitted `courses`, or means of `bins`; neither: all features."""

    counts: bool = False
    shape: bool = False
    apart: bool = False
    courses: int = 0
    bins: int = 0


def _kinds(
    values: Float[np.ndarray, "recording feature"], n_times: int, settings: ClassModelSettings
) -> tuple[_Kind, ...]:
    """The members that the recordings allow.

    Raises:
        DataError: none.
    """
    looks = [_Kind(), *([_Kind(counts=True)] if may_be_counts(values) else [])]
    if n_times == 1:
        found = [replace(look, apart=apart) for look in looks for apart in (False, True)]
        return (*found, *([_Kind(shape=True)] if values.shape[1] >= _LEAST_FOR_SHAPE else []))
    views: list[dict[str, Any]] = [
        {"courses": number} for number in dict.fromkeys(settings.courses) if 0 < number < n_times
    ]
    views += [{"bins": number} for number in dict.fromkeys(settings.bins) if 0 < number < n_times]
    if 0 in settings.bins:
        views += [{}, {"apart": True}]
    if not views:
        raise DataError(
            f"class model: courses {settings.courses} and bins {settings.bins} of {n_times} times; offer a number below {n_times}, or bins 0"
        )
    return tuple(replace(look, **view) for look in looks for view in views)


def _members(
    kinds: Sequence[_Kind],
    values: Float[np.ndarray, "recording feature"],
    classes: Int[np.ndarray, " recording"],
    words: Int[np.ndarray, "world category"],
    n_times: int,
) -> tuple[Member, ...]:
    whole: dict[_Kind, tuple[View, KroneckerNoise | None]] = {}
    members = []
    for kind in kinds:
        look = _Kind(counts=kind.counts, shape=kind.shape)
        if look not in whole:
            view = View(count_unit(values, around_means(values, classes)) if kind.counts else None, kind.shape)
            whole[look] = (
                view,
                kronecker_noise(around_means(view(values), classes), n_times) if n_times > 1 else None,
            )
        members.append(_member(kind, *whole[look], values, classes, words))
    return tuple(members)


def _spread(members: Sequence[Member], spread: Float[np.ndarray, " member"]) -> tuple[Member, ...]:
    return tuple(replace(member, spread=float(one)) for member, one in zip(members, spread, strict=True))


def _member(
    kind: _Kind,
    view: View,
    over_time: KroneckerNoise | None,
    values: Float[np.ndarray, "recording feature"],
    classes: Int[np.ndarray, " recording"],
    words: Int[np.ndarray, "world category"],
) -> Member:
    """Fit one member; of all features, Kronecker noise is that of `over_time` already."""
    noise: Noise | None = over_time
    if over_time is not None and kind.courses:
        means = means_of(view(values), classes)[np.unique(classes)]
        courses = fitted_courses(means - means.mean(axis=0), over_time, kind.courses)
        view = replace(view, filters=matched_filter(courses, over_time.time @ over_time.time.T))
    elif over_time is not None and kind.bins:
        view = replace(view, filters=bin_means(len(over_time.time), kind.bins))
    seen = view(values)
    residuals = around_means(seen, classes)
    if kind.apart:
        noise = diagonal_noise(residuals)
    elif noise is None or kind.courses:
        noise = shrunk_noise(residuals)
    elif kind.bins:
        noise = kronecker_noise(residuals, kind.bins)
    white = noise.whiten(seen)
    count = np.bincount(classes, minlength=len(words))
    return Member(view, noise, fit_world_patterns(means_of(white, classes, len(words)), count, words))


def _inner_folds(
    classes: Int[np.ndarray, " recording"],
    words: Int[np.ndarray, "world category"],
    groups: Shaped[np.ndarray, " recording"] | None,
    n_folds: int,
    seed: int,
) -> Sequence[tuple[np.ndarray, np.ndarray]]:
    """Folds whose training part shows every word twice or more."""
    least = int(_shown(classes, words).min())
    folds = inner_folds(classes, groups, n_folds if groups is not None else min(n_folds, least), seed)
    # Of conjunctions that are rarer than there are folds, some fold lacks one; its words are there.
    complete = [pair for pair in folds if _shown(classes[pair[0]], words).min() > 1]
    if not complete:
        raise DataError("class model: no group can be left out without losing a class; give other groups, or none")
    return complete


def _shown(
    classes: Int[np.ndarray, " recording"], words: Int[np.ndarray, "world category"]
) -> Int[np.ndarray, " word"]:
    """How many recordings show each word, category by category."""
    return np.concatenate([np.bincount(column[classes], minlength=int(column.max()) + 1) for column in words.T])


def _check(classes: Int[np.ndarray, " recording"], words: Int[np.ndarray, "world category"]) -> None:
    if len(classes) and int(classes.max()) >= len(words):
        raise DataError(f"class model: class {int(classes.max())} of {len(words)}; classes count from 0")
    shown = _shown(classes, words)
    if len(np.unique(classes)) < 2 or shown.min() < 3:
        rare = int(shown.argmin())
        raise DataError(
            f"class model: class {rare} of {len(shown)} has {shown[rare]} training recording(s); each word of each category needs three or "
            "more, and two worlds must be seen"
        )
