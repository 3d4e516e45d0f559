"""Compiled code is kept: a second run of the same shapes need not compile again."""

from __future__ import annotations

from neurona.files import cache_folder


def keep_compiled_code() -> None:
    """From now on this process keeps what takes a second to compile in the cache folder, unless JAX was told of another (`JAX_COMPILATION_CACHE_DIR`)."""
    import jax

    if jax.config.jax_compilation_cache_dir is None:  # type: ignore[attr-defined]
        jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "compiled"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 1.0)
