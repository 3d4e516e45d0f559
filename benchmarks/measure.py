"""What the benchmarks share: medians of repeated runs, the machine's matrix-product rate, peak memory, provenance."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jax
import jax.monitoring
import jax.numpy as jnp

from neurona.execution import products


def median_seconds(function: Callable[[], Any], repeats: int = 15) -> float:
    """Median wall time of a warm function, its result waited for."""
    jax.block_until_ready(function())
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        jax.block_until_ready(function())
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def first_seconds(function: Callable[[], Any]) -> float:
    """Wall time of a first call: tracing, compiling and running once."""
    start = time.perf_counter()
    jax.block_until_ready(function())
    return time.perf_counter() - start


def matmul_rate(size: int = 2048, precision: str = "float32") -> float:
    """Floating-point operations a second of a large matrix product (float32, tf32 or bfloat16), here and now."""
    a = jax.random.normal(jax.random.key(0), (size, size), jnp.bfloat16 if precision == "bfloat16" else jnp.float32)
    with products(precision):
        product = jax.jit(lambda a: a @ a)
        return 2 * size**3 / median_seconds(lambda: product(a))


def peak_memory_mb() -> float:
    """Highest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def device_memory_mb() -> float | None:
    """Most memory of the device that this process has had in use, in MiB; None where the device does not tell (a CPU)."""
    told = jax.devices()[0].memory_stats()
    return told["peak_bytes_in_use"] / 2**20 if told else None


class Compilations:
    """How many programs JAX has compiled in this process since this object was made.

    compiled = Compilations()
    ...
    compiled.count
    """

    def __init__(self) -> None:
        self.count = 0
        jax.monitoring.register_event_duration_secs_listener(self._heard)

    def _heard(self, event: str, seconds: float, **_: Any) -> None:
        self.count += event == "/jax/core/compile/backend_compile_duration"


def provenance() -> dict[str, Any]:
    """Versions and machine."""

    def told(name: str) -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return "not installed"

    return {
        "versions": {name: told(name) for name in ("neurona", "jax", "jaxlib", "flax", "optax", "numpy")},
        "python": platform.python_version(),
        "device": str(jax.devices()[0]),
        "device_kind": jax.devices()[0].device_kind,
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
    }


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Results beside the plot of the same name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
