"""Inversion in closed form: the evidence of a recording for any hypothesis about its scene's features.

    x ~ N(mu, C),    z | x ~ N(B' (x - mu), S)        =>    z ~ N(0, M),   M = S + B' C B + sum_k E[x_k^2] var(B_k)

A hypothesis states some of the features, u, and leaves the rest of the scene open, which adds to the noise. With s = B M^-1 z and
G = B M^-1 B',

    log p(z | u) - log p(z | nothing stated) = u's - u'Gu / 2

Only s depends on the recording: a question costs as many additions as it has words. A concept brings its company with it:
`context` holds, for each concept, the features to be expected in scenes that have it, C[:, a] / C[a, a].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import cholesky, solve_triangular

from neurona.blocks import give_back, parts
from neurona.encoding_models.encoding import Encoding
from neurona.encoding_models.normal_equations import Centred

_ROWS = 32


@dataclass(frozen=True)
class Inversion:
    """The inverted encoding model; columns are those of the patterns, then a further one for each row of `context`.

    Attributes:
        encoding: what is inverted.
        white: B L^-T with M = LL', so that G = white @ white'.
        weights: M^-1 B', so that s = z @ weights.
        patterns: B.
        columns: D, how many features there are without context.
    """

    encoding: Encoding
    white: Float[np.ndarray, "column axis"]
    weights: Float[np.ndarray, "axis column"]
    patterns: Float[np.ndarray, "column axis"]
    columns: int

    @cached_property
    def gram(self) -> Float[np.ndarray, "column column"]:
        """G; it is much larger than what it is made of, which is all that is kept of a fit."""
        return (self.patterns @ self.weights).astype(np.float32)

    @classmethod
    def of(
        cls,
        encoding: Encoding,
        design: Float[np.ndarray, "row feature"],
        concepts: Int[np.ndarray, " concept"],
        share: float = 1.0,
    ) -> Inversion:
        """Invert.

        Args:
            encoding: fitted on these features.
            design: of the training scenes.
            concepts: columns that get a context.
            share: of the rest of the scene that stays unknown; less where something else explains it.
        """
        centred = design - encoding.centre
        scenes = Centred.of(design)
        fitted = sum(
            _square(scenes.predict(part, encoding.patterns)) for part in parts(len(design), encoding.patterns[0].nbytes)
        )
        total = encoding.noise + share * fitted / len(design)
        total[np.diag_indices_from(total)] += (centred**2).mean(axis=0) @ encoding.uncertainty
        covariance = (centred[:, concepts].T @ centred / len(design)).astype(np.float32)
        variance = np.take_along_axis(covariance, concepts[:, None], axis=1)
        context = covariance / np.maximum(variance, 1e-6)
        patterns = np.concatenate([encoding.patterns, context @ encoding.patterns])
        root = cholesky(total, lower=True)
        half = solve_triangular(root, patterns.T, lower=True)
        weights = solve_triangular(root, half, lower=True, trans="T").astype(np.float32)
        return cls(encoding, half.T.astype(np.float32), weights, patterns, design.shape[1])

    def support(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording column"]:
        """s of every recording, to the last bit the same alone and among others: products are made in blocks of one size."""
        found, block = [], np.zeros((_ROWS, features.shape[1]), features.dtype)
        for start in range(0, max(len(features), 1), _ROWS):
            own = features[start : start + _ROWS]
            block[: len(own)], block[len(own) :] = own, 0
            found.append(self.encoding.axes(block) @ self.weights)
            give_back(features)
        return np.concatenate(found)[: len(features)]


def _square(values: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, "axis axis"]:
    found: np.ndarray = values.T @ values
    return found
