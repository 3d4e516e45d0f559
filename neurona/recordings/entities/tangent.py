"""Entities of rhythms: pairs of sensor groups x bands of frequency, with covariances in the tangent space of those of training.

    C = (1 - s) 2/n sum_f Re x(f) x(f)* + s mu I              covariance of the channels in a band (over its Fourier coefficients x(f))
    M = argmin sum_k d(M, C_k)^2                              Riemannian mean of the training recordings
    t = half(log(M^(-1/2) C M^(-1/2)))                        features; elements off the diagonal times sqrt 2

so that distances between features are Riemannian distances between covariances close to M, and a change of gain, or any mixing that all
recordings share, changes no distance. The shrinkage s towards equal variances mu is Chen's, for n real coefficients in the band: filtered
samples are too alike to be counted.

A. Barachant, S. Bonnet, M. Congedo, C. Jutten (2013). Classification of covariance matrices using a Riemannian-based kernel for BCI
applications. Neurocomputing 112, 172-178, equations 4, 7 and 8. Y. Chen, A. Wiesel, Y. Eldar, A. Hero (2010). Shrinkage algorithms for
MMSE covariance estimation. IEEE Transactions on Signal Processing 58, 5016-5029, equation 23 (OAS).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.signal.windows import tukey

from neurona.errors import DataError
from neurona.recordings.entities.channels import centres, no_features, places
from neurona.recordings.entities.entities import Entities
from neurona.recordings.entities.settings import Band, TangentEntities
from neurona.recordings.entities.windows import samples_of
from neurona.recordings.recordings import Recordings

TAPERED = 0.2
"""Share of a recording over which it rises and falls: drifts would leak into all bands."""
_CLOSE, _STEPS = 1e-3, 20
"""The mean is found when the mean of all tangents is shorter than this."""
LEAST = 1e-300
"""Smallest eigenvalue whose logarithm is taken."""


@dataclass(frozen=True)
class TangentSpace:
    """From recordings to the tangents of their covariances.

    Attributes:
        sampling_hz: samples a second.
        first, last: the samples that are looked at.
        bands: in Hz.
        roots: M^(-1/2) of each band.
    """

    sampling_hz: float
    first: int
    last: int
    bands: tuple[Band, ...]
    roots: Float[np.ndarray, "band channel channel"] = field(repr=False)

    def __call__(self, values: Float[np.ndarray, "recording channel time"]) -> Float[np.ndarray, "recording feature"]:
        seen = values[:, :, self.first : self.last]
        of_bands = zip(self.bands, self.roots, strict=True)
        found = [_half(_log(root @ band_covariances(seen, self.sampling_hz, band) @ root)) for band, root in of_bands]
        return np.concatenate(found, axis=1).astype(np.float32)


def fit_tangent(
    recordings: Recordings, training: Recordings, settings: TangentEntities
) -> tuple[Entities, TangentSpace]:
    """Entities of no recording yet, and the tangent space of the training recordings.

    Args:
        recordings: their channel groups are the sensor groups.
        training: those that may be looked at.
        settings: the bands, and the part of each recording.

    Raises:
        DataError: a single channel or sample, or a band that holds no frequency that such recordings resolve.
    """
    data = recordings.data
    first, last = samples_of(settings.part, data.sizes["time"])
    hz = float(data.attrs["sampling_hz"])
    if data.sizes["channel"] < 2:
        raise DataError("entities.method tangent: one channel has no covariances; use windows")
    seen = training.data.values[:, :, first:last]
    roots = []
    for band in settings.bands:
        if not in_band(last - first, hz, band).any():
            raise DataError(
                f"entities.bands: {_hz(band)} holds no frequency of recordings of {(last - first) / hz:.3g} s, which resolve multiples of "
                f"{hz / (last - first):.3g} Hz up to {hz / 2:.4g} Hz; choose a wider band"
            )
        roots.append(_power(riemannian_mean(band_covariances(seen, hz, band)), -0.5))
    return _entities(recordings, settings.bands), TangentSpace(hz, first, last, settings.bands, np.stack(roots))


def band_covariances(
    values: Float[np.ndarray, "recording channel time"], hz: float, band: Band
) -> Float[np.ndarray, "recording channel channel"]:
    """Shrunk covariance of each recording's channels in a band, in squared units."""
    centred = values.astype(np.float64) - values.mean(axis=2, keepdims=True, dtype=np.float64)
    samples = values.shape[2]
    found = np.fft.rfft(centred * tukey(samples, TAPERED), axis=2)[:, :, in_band(samples, hz, band)]
    parts = np.concatenate([found.real, found.imag], axis=2)
    n, p = parts.shape[2], parts.shape[1]
    covariance = parts @ parts.swapaxes(1, 2) / n
    trace = np.trace(covariance, axis1=1, axis2=2)
    squares = (covariance**2).sum(axis=(1, 2))
    spread = (n + 1 - 2 / p) * (squares - trace**2 / p)
    shrinkage = np.minimum(1, ((1 - 2 / p) * squares + trace**2) / np.maximum(spread, LEAST))[:, None, None]
    found_covariance: np.ndarray = (1 - shrinkage) * covariance + shrinkage * (trace / p)[:, None, None] * np.eye(p)
    return found_covariance


def riemannian_mean(
    covariances: Float[np.ndarray, "recording channel channel"],
) -> Float[np.ndarray, "channel channel"]:
    """The matrix of least squared Riemannian distances to all: fixed point of M <- M^(1/2) exp(mean of tangents at M) M^(1/2)."""
    mean = _function(np.exp, _log(covariances).mean(axis=0))
    for _ in range(_STEPS):
        root, inverse = _power(mean, 0.5), _power(mean, -0.5)
        tangent = _log(inverse @ covariances @ inverse).mean(axis=0)
        mean = root @ _function(np.exp, tangent) @ root
        if np.linalg.norm(tangent) < _CLOSE:
            break
    return mean


def in_band(samples: int, hz: float, band: Band) -> np.ndarray:
    """Which of the Fourier coefficients of real values lie in a band."""
    frequencies = np.fft.rfftfreq(samples, 1 / hz)
    return (frequencies > 0) & (frequencies >= band[0]) & (frequencies < band[1])


def _function(
    of: Callable[[np.ndarray], np.ndarray], matrices: Float[np.ndarray, "*recording channel channel"]
) -> Float[np.ndarray, "*recording channel channel"]:
    """A function of symmetric matrices, by their eigenvalues."""
    values, vectors = np.linalg.eigh(matrices)
    found: np.ndarray = (vectors * of(values)[..., None, :]) @ vectors.swapaxes(-1, -2)
    return found


def _log(matrices: Float[np.ndarray, "*recording channel channel"]) -> Float[np.ndarray, "*recording channel channel"]:
    return _function(lambda values: np.log(np.maximum(values, LEAST)), matrices)


def _power(matrix: Float[np.ndarray, "channel channel"], power: float) -> Float[np.ndarray, "channel channel"]:
    return _function(lambda values: np.maximum(values, LEAST) ** power, matrix)


def _half(matrices: Float[np.ndarray, "recording channel channel"]) -> Float[np.ndarray, "recording feature"]:
    """Upper triangle, of the same norm as the whole."""
    i, j = np.triu_indices(matrices.shape[1])
    return matrices[:, i, j] * np.where(i == j, 1.0, np.sqrt(2.0))


def _entities(recordings: Recordings, bands: tuple[Band, ...]) -> Entities:
    """A feature (i, j, band) belongs to the band and the pair of groups of i and j."""
    names, group = np.unique(recordings.data.group.values.astype(str), return_inverse=True)
    i, j = np.triu_indices(len(group))
    of_feature = np.sort(np.stack([group[i], group[j]], axis=1), axis=1)
    pairs, pair = np.unique(of_feature, axis=0, return_inverse=True)
    spoken = [names[a] if a == b else f"{names[a]} with {names[b]}" for a, b in pairs]
    of_groups = centres(places(recordings), group)
    entity = np.arange(len(bands))[:, None] * len(pairs) + pair.reshape(1, -1)
    return Entities(
        features=no_features(entity.size),
        entity_of_feature=entity.reshape(-1).astype(np.int32),
        names=tuple(f"{name} {_hz(band)}" for band in bands for name in spoken),
        kind="pair of sensor groups x band",
        positions=None if of_groups is None else np.tile(of_groups[pairs].mean(axis=1), (len(bands), 1)),
    )


def _hz(band: Band) -> str:
    return f"{band[0]:g} to {band[1]:g} Hz"
