"""Is what decoders really run as fast as the machine? One line a bar: what was measured, what it had to be, met or MISSED.

    python benchmarks/speed.py [--quick] [--only NAME ...] [--folder DIR] [--out FILE]

Recordings are SIMULATED. Times are CPU seconds, and rates those of two cores with nothing else to do (CPU seconds, times two), so that a busy machine measures the
same; wall times stand in the JSON. Ends with 1 where a bar is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bars.bar import Bar
from bars.report import report
from speeds import answering, costs, export, larger, logic, long, peers, quiet, readings, starting, training
from speeds.bench import Speeds

THEMES: dict[str, Callable[[Speeds], Iterator[Bar]]] = {
    "training": training.learning,
    "answering": answering.answering,
    "peers": peers.peers,
    "logic": logic.engines,
    "starting": starting.starting,
    "readings": readings.readings,
    "explain": readings.explain,
    "costs": costs.costs,
    "export": export.export,
    "larger": larger.larger,
    "long": long.long,
    "quiet": quiet.quiet,
}

if __name__ == "__main__":
    raise SystemExit(report(__doc__, THEMES, Speeds))
