"""Compiled code is kept: another run, query or page of the same shapes need not compile again."""

from __future__ import annotations

import os
import sys

from neurona.files import cache_folder

_SECONDS = 0.0
"""What is compiled quicker is not kept: nothing, as what is small is many."""


def keep_compiled_code() -> None:
    """From now on this process keeps what it compiles in the cache folder, unless JAX was told of another (`JAX_COMPILATION_CACHE_DIR`).

    JAX is not imported for that: a query of worlds never needs it.
    """
    folder = str(cache_folder() / "compiled")
    if "jax" not in sys.modules:
        if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
            os.environ["JAX_COMPILATION_CACHE_DIR"] = folder
            os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = str(_SECONDS)
        return
    import jax

    if jax.config.jax_compilation_cache_dir is None:  # type: ignore[attr-defined]
        jax.config.update("jax_compilation_cache_dir", folder)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", _SECONDS)
