"""Weights of eight bits: whole numbers from -127 to 127 and a scale for each row.

    w ~ scale q,    q = round(clip(w / scale, -127, 127)),    scale = c max |w of the row| / 127

Which axis has the rows is chosen by the squared error of the weights; c, the share of the largest weight that is still told apart from larger ones,
by what it changes in the decoder's outputs on recordings that calibrate (validation recordings), array by array, those before it rounded already.

M. Nagel et al. (2021), A white paper on neural network quantization, arXiv 2106.08295, sections 2.2 and 3.1 (symmetric, per channel, post-training).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int8

from neurona.exporting.paths import Path

FEWEST = 256
"""Arrays of fewer values stay as they are."""
CLIPS = (1.0, 0.9, 0.8, 0.7, 0.6)
"""Candidates for c."""


class Rounded(NamedTuple):
    """An array of eight bits.

    Attributes:
        whole: q.
        scale: of each row, of as many axes as q.
    """

    whole: Int8[np.ndarray, "..."]
    scale: Float[np.ndarray, "..."]

    @property
    def values(self) -> Float[np.ndarray, "..."]:
        """The weights that it stands for."""
        return self.whole.astype(self.scale.dtype) * self.scale


def rounded(weight: Float[np.ndarray, "..."], axis: int, clip: float = 1.0) -> Rounded:
    """Round an array whose rows lie along `axis`."""
    others = tuple(one for one in range(weight.ndim) if one != axis)
    largest = np.abs(weight).max(axis=others, keepdims=True)
    scale = (clip * largest / 127).astype(weight.dtype)
    scale[scale == 0] = 1  # a row of zeros, or of what is hardly more
    return Rounded(np.clip(np.round(weight / scale), -127, 127).astype(np.int8), scale)


def calibrated(path: Path, signals: Float[np.ndarray, "recording channel time"]) -> dict[str, Rounded]:
    """The large weights of a path, rounded.

    Args:
        path: of a decoder.
        signals: recordings to calibrate by.
    """
    of_many = jax.jit(jax.vmap(path.function, in_axes=(None, 0)))
    weights, found = dict(path.weights), dict[str, Rounded]()

    def outputs(given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: _centred(name, np.asarray(value)) for name, value in of_many(given, signals).items()}

    exact = outputs(weights)
    spread = {name: value.std(axis=0) + 1e-6 for name, value in exact.items()}

    def loss(name: str, one: Rounded) -> float:
        given = outputs(weights | {name: one.values})
        return sum(float((((given[key] - exact[key]) / spread[key]) ** 2).mean()) for key in exact if exact[key].size)

    for name, weight in path.weights.items():
        if weight.ndim < 2 or weight.size < FEWEST or not np.issubdtype(weight.dtype, np.floating):
            continue
        axis = min(range(weight.ndim), key=lambda one: float(((rounded(weight, one).values - weight) ** 2).sum()))
        candidates = [rounded(weight, axis, clip) for clip in CLIPS]
        found[name] = min(candidates, key=lambda one: loss(name, one))
        weights[name] = found[name].values
    return found


def _centred(name: str, values: np.ndarray) -> np.ndarray:
    """Log shares mean something up to a constant alone."""
    return values - values.max(axis=-1, keepdims=True) if name == "log_share" else values
