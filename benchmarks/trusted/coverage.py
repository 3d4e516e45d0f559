"""How often do 95 % intervals hold the true accuracy, and the true difference of two, where questions of a cluster share its luck?

    cluster g: rate_g ~ Beta(p (1 - rho) / rho, (1 - p) (1 - rho) / rho),    its questions are answered rightly with probability rate_g

In pairs, two decoders share the luck of clusters and of questions by a Gaussian copula. With one question a cluster coverage moves in steps (a
binomial has few values); what no interval with these ends can do better is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from bars.bar import Bar, between, told
from scipy import stats

from neurona.evaluation.inference.intervals import accuracy_interval, difference_interval
from neurona.evaluation.inference.permutation import sign_flips
from trusted.bench import Trusted

LOW, HIGH = 0.93, 0.97
CLUSTERS = (8, 20, 60)
RATES = (0.5, 0.7, 0.85, 0.95)
SHAPES = {"one question": (1, True), "six questions": (6, True), "six on average": (6, False)}
RHO = 0.2
EFFECT = 0.1


def coverage(trusted: Trusted) -> Iterator[Bar]:
    """Of one accuracy, and of a difference; type I error of the paired test."""
    draws = 300 if trusted.quick else 2000
    random = np.random.default_rng(0)
    yield from _cells("interval of an accuracy", _accuracy, draws, random)
    yield from _cells("interval of a paired difference", _difference, draws, random)
    for n_clusters in CLUSTERS:
        rejected = np.mean([_rejected(n_clusters, random) for _ in range(draws)])
        yield between(f"type I error of the paired test, {n_clusters} clusters", float(rejected), 0.03, 0.06)


def _cells(what: str, held: object, draws: int, random: np.random.Generator) -> Iterator[Bar]:
    outside = []
    cells = list(product(SHAPES, CLUSTERS, RATES))
    for shape in SHAPES:
        for n_clusters in CLUSTERS:
            of = {p: float(np.mean([held(shape, n_clusters, p, random) for _ in range(draws)])) for p in RATES}  # type: ignore[operator]
            outside += [(shape, n_clusters, p, value) for p, value in of.items() if not LOW <= value <= HIGH]
            shown = " ".join(f"{value:.3f}" for value in of.values())
            yield told(f"coverage, {what}, {n_clusters} clusters, {shape}", shown, {"coverage": of})
    worst = "; ".join(f"{shape}, {n}, {p}: {value:.3f}" for shape, n, p, value in outside)
    inside = len(cells) - len(outside)
    yield Bar(
        f"coverage, {what}: cells within {LOW} and {HIGH}",
        f"{inside} of {len(cells)}",
        f"{len(cells)}",
        not outside,
        {"outside": worst},
    )
    if outside:
        yield told(f"coverage, {what}: outside", worst)


def _accuracy(shape: str, n_clusters: int, p: float, random: np.random.Generator) -> bool:
    groups = _groups(shape, n_clusters, random)
    rate = random.beta(p * (1 - RHO) / RHO, (1 - p) * (1 - RHO) / RHO, n_clusters)
    low, high = accuracy_interval(random.random(len(groups)) < rate[groups], groups)
    return low <= p <= high


def _difference(shape: str, n_clusters: int, p: float, random: np.random.Generator) -> bool:
    groups, first, second = _pair(shape, n_clusters, p, EFFECT, random)
    low, high = difference_interval(first, second, groups)
    return low <= EFFECT <= high


def _rejected(n_clusters: int, random: np.random.Generator) -> bool:
    groups, first, second = _pair("six questions", n_clusters, 0.7, 0.0, random)
    sums = np.bincount(groups, weights=first.astype(float) - second)
    return bool(sign_flips(sums).p(float(sums.sum()), "two-sided") < 0.05)


def _pair(
    shape: str, n_clusters: int, p: float, effect: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    groups = _groups(shape, n_clusters, random)
    shared = np.sqrt(RHO) * random.normal(size=n_clusters)[groups] + np.sqrt(0.5 - RHO) * random.normal(
        size=len(groups)
    )
    own = np.sqrt(0.5) * random.normal(size=(2, len(groups)))
    first, second = (shared + one < stats.norm.ppf(rate) for one, rate in zip(own, (p, p - effect), strict=True))
    return groups, first, second


def _groups(shape: str, n_clusters: int, random: np.random.Generator) -> np.ndarray:
    size, balanced = SHAPES[shape]
    sizes = np.full(n_clusters, size) if balanced else random.integers(1, 2 * size, n_clusters)
    return np.repeat(np.arange(n_clusters), sizes)
