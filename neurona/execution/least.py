"""The least of several scores, with a gradient that is always there.

JAX's own gradient of a minimum looks for the scores that equal it. A compiler may compute them a second time, with or without fused multiply-adds, and then none
does: the gradient is 0 / 0. Here it goes to the place of the least score, the first of equals.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def least(scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
    """The minimum along an axis."""
    return scores.min(axis)


@least.defjvp
def _gradient(axis: int, primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    (scores,), (change,) = primals, tangents
    first = jnp.argmin(scores, axis, keepdims=True)
    here = jax.lax.broadcasted_iota(first.dtype, scores.shape, axis % scores.ndim) == first
    return scores.min(axis), jnp.where(here, change, jnp.zeros_like(change)).sum(axis)
