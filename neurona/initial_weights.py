"""What weights begin at: normal numbers of variance 1 / inputs (LeCun et al. 1998, Efficient BackProp), and zeros.

They are scaled by NumPy, as JAX would compile a program for each shape; the numbers are the same. A module may be built without numbers, too (`nnx.eval_shape`).
"""

from __future__ import annotations

import jax
import numpy as np
from flax import nnx
from jaxtyping import Bool, Int


def normal(
    rngs: nnx.Rngs,
    shape: tuple[int, ...],
    inputs: int | Int[np.ndarray, "*row"] | None = None,
    inside: Bool[np.ndarray, "*cell"] | None = None,
) -> nnx.Param:
    """Normal numbers of variance 1 / inputs (size of the last axis when None), which may differ along an axis; 0 where not inside."""
    drawn = jax.random.normal(rngs.params(), shape)
    scale = 1 / np.sqrt(np.asarray(shape[-1] if inputs is None else inputs, np.float32))
    if inside is not None:
        scale = scale * inside
    if isinstance(drawn, jax.core.Tracer):
        return nnx.Param(drawn * scale)
    return nnx.Param(jax.device_put(np.asarray(drawn) * scale))


def zeros(*shape: int) -> nnx.Param:
    """Zeros in float32."""
    return nnx.Param(jax.device_put(np.zeros(shape, np.float32)))
