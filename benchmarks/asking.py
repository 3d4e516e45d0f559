"""Is what a run decoded easily asked and seen? One line a bar: what was measured, what it had to be, met or MISSED.

    python benchmarks/asking.py [--quick] [--only NAME ...] [--folder DIR] [--out FILE]

Recordings are SIMULATED. Times are of this machine as it is: one that is busy misses them. Ends with 1 where a bar is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from asked import english, page, pictures
from asked.bench import Asked
from bars.bar import Bar
from bars.report import report

THEMES: dict[str, Callable[[Asked], Iterator[Bar]]] = {
    "english": english.questions,
    "speed": page.speed,
    "requests": page.requests,
    "graphs": pictures.graphs,
    "maps": pictures.maps,
    "report": pictures.report,
}

if __name__ == "__main__":
    raise SystemExit(report(__doc__, THEMES, Asked))
