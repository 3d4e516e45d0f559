"""A command line in a process of its own, counted: python -m speeds.starts OUT.json ARGUMENT ...

cpu_s        user and system time of the process and its children, from its start
after_s      CPU time from the command's start on, all that it imports being imported
compiled     programs that JAX compiled or took from the cache
cached       those taken from the cache
peak_mb      highest resident memory
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def counted(arguments: list[str]) -> dict[str, Any]:
    """Run the command."""
    import jax.monitoring
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    import neurona.experiments.runs.asking
    import neurona.experiments.runs.query_tables
    import neurona.readings.entity_scores
    import neurona.readings.world_reading  # noqa: F401
    from neurona.cli import app

    found = {"compiled": 0, "cached": 0}

    def compiled(event: str, *_: Any, **__: Any) -> None:
        found["compiled"] += event == "/jax/core/compile/backend_compile_duration"

    def cached(event: str, **_: Any) -> None:
        found["cached"] += event == "/jax/compilation_cache/cache_hits"

    jax.monitoring.register_event_duration_secs_listener(compiled)
    jax.monitoring.register_event_listener(cached)
    start = time.process_time()
    app(arguments, standalone_mode=False)
    after = time.process_time() - start
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in each)
    return {"cpu_s": cpu, "after_s": after, "peak_mb": _peak_mb(each[0].ru_maxrss), **found}


def _peak_mb(highest_kb: int) -> float:
    """Of this process alone; what the system counts (`highest_kb`) holds its parent's, from which it was forked, where that was larger."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return highest_kb / 1024
    own = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return int(own.split()[1]) / 1024


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(counted(sys.argv[2:])), encoding="utf-8")
