"""How exactly products of float32 matrices are computed.

An accelerator rounds their factors to eleven bits (tf32) unless it is told otherwise: answers would be off by 1e-3, and other ones than on a CPU.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import jax

_PRODUCTS = {"float32": "float32", "tf32": "tensorfloat32", "bfloat16": "bfloat16"}


def products(precision: str | None = None) -> AbstractContextManager[None]:
    """Within this context (where a jitted function is traced) products are so exact.

    Args:
        precision: `float32`, `tf32` or `bfloat16`; None: as a surrounding context or JAX's own option `jax_default_matmul_precision` says, else float32.
    """
    around = jax.config.jax_default_matmul_precision  # type: ignore[attr-defined]
    told = _PRODUCTS[precision] if precision else around or "float32"
    return jax.default_matmul_precision(told)
