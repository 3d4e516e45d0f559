"""Inversion in closed form: the posterior over a scene's features, and the evidence for any hypothesis about it.

    x ~ N(mu, C),    z | x ~ N(B' (x - mu), S)        =>    z ~ N(0, M),   M = S + B' C B + sum_k E[x_k^2] var(B_k)

    E[x | z] = mu + C B M^-1 z,       Cov[x | z] = C - C B M^-1 B' C

A hypothesis states some of the features, u, and leaves the rest of the scene open, which adds to the noise. With s = B M^-1 z and
G = B M^-1 B',

    log p(z | u) - log p(z | nothing stated) = u's - u'Gu / 2

Only s depends on the recording: a question costs as many additions as it has words. A concept brings its company with it:
`context` holds, for each concept, the features to be expected in scenes that have it, C[:, a] / C[a, a].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import cholesky, solve_triangular
from scipy.sparse import csr_array

from neurona.encoding_models.encoding import Encoding

_BLOCK = 1 << 16


@dataclass(frozen=True)
class Inversion:
    """The inverted encoding model; columns are those of the patterns, then a further one for each row of `context`.

    Attributes:
        encoding: what is inverted.
        white: B L^-T with M = LL', so that G = white @ white'.
        weights: M^-1 B', so that s = z @ weights.
        gram: G.
        covariance: C.
        columns: D, how many features there are without context.
    """

    encoding: Encoding
    white: Float[np.ndarray, "column axis"]
    weights: Float[np.ndarray, "axis column"]
    gram: Float[np.ndarray, "column column"]
    covariance: Float[np.ndarray, "feature feature"]
    columns: int

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
            share: of the rest of the scene that stays unknown; less where something else explains it (`rest_of_scene`).
        """
        centred = design - encoding.centre
        fitted = centred @ encoding.patterns
        total = encoding.noise + share * (fitted.T @ fitted) / len(design)
        total[np.diag_indices_from(total)] += (centred**2).mean(axis=0) @ encoding.uncertainty
        covariance = (centred.T @ centred / len(design)).astype(np.float32)
        context = covariance[concepts] / np.maximum(np.diag(covariance)[concepts], 1e-6)[:, None]
        patterns = np.concatenate([encoding.patterns, context @ encoding.patterns])
        root = cholesky(total, lower=True)
        half = solve_triangular(root, patterns.T, lower=True)
        weights = solve_triangular(root, half, lower=True, trans="T").astype(np.float32)
        gram = (patterns @ weights).astype(np.float32)
        return cls(encoding, half.T.astype(np.float32), weights, gram, covariance, design.shape[1])

    def support(self, features: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording column"]:
        """s of every recording."""
        return self.encoding.axes(features) @ self.weights

    def posterior_mean(self, support: Float[np.ndarray, "recording column"]) -> Float[np.ndarray, "recording feature"]:
        """E[x | z]."""
        return self.encoding.centre + support[:, : self.columns] @ self.covariance

    def posterior_covariance(self) -> Float[np.ndarray, "feature feature"]:
        """Cov[x | z], the same for every recording."""
        gram = self.gram[: self.columns, : self.columns]
        return self.covariance - self.covariance @ gram @ self.covariance

    def evidence(
        self,
        stated: csr_array,
        support: Float[np.ndarray, "recording column"],
        recording: Int[np.ndarray, " hypothesis"],
    ) -> Float[np.ndarray, " hypothesis"]:
        """log p(z | u) - log p(z) of each hypothesis about its recording.

        Args:
            stated: u, one row a hypothesis.
            support: of the recordings.
            recording: of each hypothesis.
        """
        found = np.zeros(stated.shape[0])
        stated = csr_array(stated)
        length = np.diff(stated.indptr)
        for size in np.unique(length[length > 0]):
            same = np.flatnonzero(length == size)
            block = max(1, _BLOCK * 16 // (int(size) ** 2))
            for rows in (same[start : start + block] for start in range(0, len(same), block)):
                at = stated.indptr[rows][:, None] + np.arange(size)
                columns, values = stated.indices[at], stated.data[at]
                along = (support[recording[rows][:, None], columns] * values).sum(axis=1)
                products = self.gram[columns[:, :, None], columns[:, None, :]]
                found[rows] = along - np.einsum("hij,hi,hj->h", products, values, values) / 2
        return found
