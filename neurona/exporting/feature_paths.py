"""Features of one trial as a function of JAX, for each way of making them (`neurona.recordings.entities`)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.signal.windows import tukey

from neurona.errors import ConfigError
from neurona.recordings.entities.fitted import Loadings, SideBySide
from neurona.recordings.entities.settings import Band
from neurona.recordings.entities.tangent import LEAST, TAPERED, TangentSpace, in_band
from neurona.recordings.entities.windows import Bins, bin_edges, samples_of


class FeaturePath(NamedTuple):
    """A function and its weights.

    Attributes:
        function: weights, signal `[channel, time]` -> features `[F]`.
        weights: by name.
        wide: whether it is computed in float64, as the features are.
    """

    function: Callable[..., Float[Array, " feature"]]
    weights: dict[str, np.ndarray]
    wide: bool = False


@singledispatch
def features_path(features_of: Any) -> FeaturePath:
    """Signal -> features, as `FeaturesOf` makes them.

    Raises:
        ConfigError: these features cannot be exported.
    """
    raise ConfigError(
        f"export: features of {type(features_of).__name__} are slow to make one trial at a time, and are not exported; choose entities "
        "windows, groups, atlas, whole, parcels or tangent"
    )


@features_path.register
def _(bins: Bins) -> FeaturePath:
    def function(weights: Mapping[str, Array], signal: Float[Array, "channel time"]) -> Float[Array, " feature"]:
        first, last = samples_of(bins.part, signal.shape[1])
        seen = signal[:, first:last]
        if bins.n_bins < last - first:
            edges = bin_edges(last - first, bins.n_bins).tolist()
            seen = jnp.stack([seen[:, a:b].mean(axis=1) for a, b in itertools.pairwise(edges)], axis=1)
        return seen.reshape(-1)

    return FeaturePath(function, {})


@features_path.register
def _(loadings: Loadings) -> FeaturePath:
    def function(weights: Mapping[str, Array], signal: Float[Array, "channel time"]) -> Float[Array, " feature"]:
        return signal.mean(axis=1) @ weights["of"]

    return FeaturePath(function, {"of": loadings.of.astype(np.float32)})


@features_path.register
def _(tangent: TangentSpace) -> FeaturePath:
    def function(weights: Mapping[str, Array], signal: Float[Array, "channel time"]) -> Float[Array, " feature"]:
        seen = signal[:, tangent.first : tangent.last].astype(jnp.float64)
        roots = weights["roots"].astype(jnp.float64)
        of_bands = [
            _tangent(seen, root, tangent.sampling_hz, band) for root, band in zip(roots, tangent.bands, strict=True)
        ]
        return jnp.concatenate(of_bands).astype(jnp.float32)

    return FeaturePath(function, {"roots": tangent.roots}, wide=True)


@features_path.register
def _(views: SideBySide) -> FeaturePath:
    parts = [features_path(part) for part in views.parts]

    def function(weights: Mapping[str, Array], signal: Float[Array, "channel time"]) -> Float[Array, " feature"]:
        return jnp.concatenate([
            part.function({name: weights[f"{k} {name}"] for name in part.weights}, signal).astype(jnp.float32)
            for k, part in enumerate(parts)
        ])  # fmt: skip

    weights = {f"{k} {name}": one for k, part in enumerate(parts) for name, one in part.weights.items()}
    return FeaturePath(function, weights, any(part.wide for part in parts))


def _tangent(
    seen: Float[Array, "channel time"], root: Float[Array, "channel channel"], hz: float, band: Band
) -> Float[Array, " feature"]:
    """`TangentSpace` of one trial in one band."""
    p, samples = seen.shape
    centred = seen - seen.mean(axis=1, keepdims=True)
    found = jnp.fft.rfft(centred * tukey(samples, TAPERED)[None])[:, np.flatnonzero(in_band(samples, hz, band))]
    parts = jnp.concatenate([found.real, found.imag], axis=1)
    n = parts.shape[1]
    covariance = parts @ parts.T / n
    trace, squares = jnp.trace(covariance), (covariance**2).sum()
    spread = (n + 1 - 2 / p) * (squares - trace**2 / p)
    shrinkage = jnp.minimum(1, ((1 - 2 / p) * squares + trace**2) / jnp.maximum(spread, LEAST))
    shrunk = (1 - shrinkage) * covariance + shrinkage * trace / p * jnp.eye(p)
    values, vectors = jnp.linalg.eigh(root @ shrunk @ root)
    logarithm = (vectors * jnp.log(jnp.maximum(values, LEAST))[None]) @ vectors.T
    i, j = np.triu_indices(p)
    return logarithm[i, j] * np.where(i == j, 1.0, np.sqrt(2.0))
