"""A jitted function that counts how often JAX has traced it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax


class TraceCounter:
    """A function, jitted, that counts how often JAX has traced it: a hot path whose `traces` grows recompiles.

        step = TraceCounter(train_step)
        ...
        step.traces

    Args:
        function: what to jit.
        options: of `jax.jit`.
    """

    def __init__(self, function: Callable[..., Any], **options: Any):
        self.traces = 0

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.traces += 1
            return function(*args, **kwargs)

        self._jitted = jax.jit(counted, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._jitted(*args, **kwargs)
