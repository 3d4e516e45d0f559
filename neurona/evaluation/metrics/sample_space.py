"""Linear classifiers of more features than samples, fitted in the space of the samples: the same predictions at a cost that grows with samples.

A penalty on the weights' length keeps them in the span of the training samples, so that models with one may be fitted in an orthonormal basis Q of that span
(T. Hastie, R. Tibshirani 2004, Biostatistics 5, 329-340):

    X = Z Q'    argmin_w  loss(X w) + |w|^2 / 2C  =  Q argmin_v  loss(Z v) + |v|^2 / 2C

A covariance that is shrunk to a diagonal is a diagonal and a matrix of low rank, D + U U', whose inverse is Woodbury's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin

Features = Float[np.ndarray, " _n f"]


class SampleSpace(TransformerMixin, BaseEstimator):
    """Coordinates `[n, rank]` in an orthonormal basis of the span of the training samples; features as they are where these are no more than samples."""

    def fit(self, features: Features, labels: Any = None) -> SampleSpace:
        """Find the basis: `basis_ [feature, rank]`, or None."""
        n, f = features.shape
        self.basis_ = np.linalg.qr(features.T)[0] if f > n else None
        return self

    def transform(self, features: Features) -> Features:
        """Coordinates; of new samples, those of their part in the span, all that a penalised linear model sees of them."""
        return features if self.basis_ is None else features @ self.basis_


class ShrinkageLDA(ClassifierMixin, BaseEstimator):
    """Linear discriminants with a pooled covariance, shrunk as by Ledoit and Wolf.

        S = sum_k p_k D_k ((1 - a_k) C_k + a_k m_k I) D_k,    score_k(x) = x' S^-1 mu_k - mu_k' S^-1 mu_k / 2 + log p_k

    C_k is the covariance of class k with z-scored features, D_k their deviations, m_k the mean of C_k's diagonal, a_k Ledoit's and Wolf's share, p_k the share of
    the class. The predictions are those of scikit-learn's `LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")`, whose covariance
    is never written out here where features outnumber samples: O(n^2 f) instead of O(f^3).

    O. Ledoit, M. Wolf (2004), J. Multivariate Analysis 88, 365-411; B. Blankertz et al. (2011), NeuroImage 56, 814-825.
    """

    def fit(self, features: Features, labels: Shaped[np.ndarray, " n"]) -> ShrinkageLDA:
        """Estimate `coef_ [class, feature]` and `intercept_ [class]`."""
        features = np.asarray(features, np.float64)
        self.classes_, of = np.unique(labels, return_inverse=True)
        share = np.bincount(of) / len(of)
        parts = [_shrunk(features[of == k]) for k in range(len(share))]
        diagonal = sum(p * part[0] for p, part in zip(share, parts, strict=True))
        factor = np.concatenate([np.sqrt(p) * part[1] for p, part in zip(share, parts, strict=True)])
        means = np.stack([features[of == k].mean(axis=0) for k in range(len(share))])
        self.coef_ = _solve(diagonal, factor, means)
        self.intercept_ = -0.5 * np.einsum("kf,kf->k", means, self.coef_) + np.log(share)
        return self

    def decision_function(self, features: Features) -> Float[np.ndarray, " _n class"]:
        """Log odds of the classes, up to what they share."""
        return np.asarray(features @ self.coef_.T + self.intercept_)

    def predict(self, features: Features) -> Shaped[np.ndarray, " _n"]:
        """The likeliest classes."""
        return np.asarray(self.classes_[self.decision_function(features).argmax(axis=1)])


def ledoit_wolf_share(z: Features) -> float:
    """Ledoit's and Wolf's share of the diagonal, of centred samples; without any matrix of features by features.

    b = (sum_t |z_t|^4 / n - |C|^2) / n,    d = |C - m I|^2,    a = min(b, d) / d,    C = z'z / n
    """
    n, f = z.shape
    gram = z @ z.T if f > n else z.T @ z
    squared, trace = float(np.square(gram).sum()) / n**2, float(np.square(z).sum()) / n
    d = squared - trace**2 / f
    b = (float(np.square(np.square(z).sum(axis=1)).sum()) / n - squared) / n
    return float(min(max(b, 0.0), d) / d) if d > 0 else 0.0


def _shrunk(values: Features) -> tuple[Float[np.ndarray, " f"], Features]:
    """Diagonal and factor U of a class's shrunk covariance, diag + U'U."""
    centred = values - values.mean(axis=0)
    deviation = centred.std(axis=0)
    deviation[deviation < 10 * np.finfo(np.float64).eps * np.abs(values).max()] = 1.0  # constant, but for rounding
    z = centred / deviation
    a, m = ledoit_wolf_share(z), float(np.square(z).mean())
    return a * m * deviation**2, np.sqrt((1 - a) / len(values)) * centred


def _solve(
    diagonal: Float[np.ndarray, " f"], factor: Float[np.ndarray, " r f"], right: Float[np.ndarray, " k f"]
) -> Float[np.ndarray, " k f"]:
    """(diag + U'U)^-1 of each row; the shortest of all solutions where there are several."""
    if len(factor) < factor.shape[1] and diagonal.min() > 1e-12 * diagonal.max():
        scaled = factor / diagonal
        inner = np.eye(len(factor)) + scaled @ factor.T
        return right / diagonal - np.linalg.solve(inner, scaled @ right.T).T @ scaled
    covariance = factor.T @ factor + np.diag(diagonal)
    return np.asarray(np.linalg.lstsq(covariance, right.T, rcond=None)[0].T)
