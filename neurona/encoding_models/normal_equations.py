"""Normal equations of many regressions that share their features, each with penalties of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.sparse import csr_array


def per_axis(a: Float[np.ndarray, "feature axis"], b: Float[np.ndarray, "feature axis"]) -> Float[np.ndarray, " axis"]:
    """The inner product of each column."""
    found: np.ndarray = (a * b).sum(axis=0)
    return found


class Centred(NamedTuple):
    """A design less its mean. A scene has few of many features: products take that much less time then.

    Attributes:
        design: dense where it is full.
        mean: of its columns.
    """

    design: csr_array | Float[np.ndarray, "row feature"]
    mean: Float[np.ndarray, " feature"]

    @classmethod
    def of(cls, design: Float[np.ndarray, "row feature"]) -> Centred:
        return cls(design if _full(design) else csr_array(design), design.mean(axis=0))

    def predict(self, part: slice, patterns: Float[np.ndarray, "feature axis"]) -> Float[np.ndarray, "part axis"]:
        """Some rows times patterns."""
        found: np.ndarray = self.design[part] @ patterns - self.mean @ patterns
        return found

    def gather(self, part: slice, values: Float[np.ndarray, "part axis"]) -> Float[np.ndarray, "feature axis"]:
        """The transpose of `predict`."""
        found: np.ndarray = self.design[part].T @ values - np.outer(self.mean, values.sum(axis=0))
        return found


def _full(design: Float[np.ndarray, "row feature"]) -> bool:
    return bool(np.count_nonzero(design) > 0.05 * design.size)


def gram_product(
    design: Float[np.ndarray, "row feature"],
) -> tuple[Callable[[np.ndarray], np.ndarray], Float[np.ndarray, " feature"]]:
    """b -> x'x b, x the centred design, and the diagonal of x'x. A scene has few of many features: x'x is not formed then."""
    mean = design.mean(axis=0)
    power = ((design - mean) ** 2).sum(axis=0)
    if _full(design):
        gram = (design - mean).T @ (design - mean)
        return gram.__matmul__, power
    sparse = csr_array(design)
    turned = csr_array(sparse.T)
    return lambda b: turned @ (sparse @ b) - len(design) * np.outer(mean, mean @ b), power


def conjugate(
    times_gram: Callable[[np.ndarray], np.ndarray],
    power: Float[np.ndarray, "feature #axis"],
    penalty: Float[np.ndarray, "feature axis"],
    moments: Float[np.ndarray, "feature axis"],
    start: Float[np.ndarray, "feature axis"],
    steps: int,
    inner: Callable[[np.ndarray, np.ndarray], np.ndarray] = per_axis,
) -> Float[np.ndarray, "feature axis"]:
    """(x'x + diag(penalty_c)) b_c = moments_c for every axis c at once, by preconditioned conjugate gradients.

    Args:
        times_gram: b -> x'x b.
        power: diagonal of x'x, or what comes near it.
        penalty: of each feature on each axis.
        moments: right-hand sides.
        start: a first guess.
        steps: iterations.
        inner: inner product of each system, as axes are one system each or are tied.
    """
    inverse = 1 / (power + penalty)
    found = start.copy()
    left = moments - times_gram(found) - penalty * found
    scaled = inverse * left
    along, size = scaled.copy(), inner(left, scaled)
    for _ in range(steps):
        image = times_gram(along) + penalty * along
        length = size / np.maximum(inner(along, image), 1e-20)
        found += length * along
        left -= length * image
        scaled = inverse * left
        before, size = size, inner(left, scaled)
        along = scaled + size / np.maximum(before, 1e-20) * along
    return found
