"""Compiled code is kept where the user says, else in the cache folder."""

import jax
import pytest

from neurona.experiments.runs.compiled_code import keep_compiled_code
from neurona.files import cache_folder


@pytest.mark.parametrize("told", ["mine", None])
def test_a_folder_that_jax_was_told_of_is_kept(told):
    before = jax.config.jax_compilation_cache_dir, jax.config.jax_persistent_cache_min_compile_time_secs
    try:
        jax.config.update("jax_compilation_cache_dir", told)
        keep_compiled_code()
        assert jax.config.jax_compilation_cache_dir == (told or str(cache_folder() / "compiled"))
    finally:
        jax.config.update("jax_compilation_cache_dir", before[0])
        jax.config.update("jax_persistent_cache_min_compile_time_secs", before[1])
