"""Is every bar met that recordings of one's own are held to? One line a bar: what was measured, what it had to be, met or MISSED.

    python benchmarks/own_recordings.py [--quick] [--only NAME ...] [--folder DIR] [--out FILE]

Files as people have them; mutated tables; three people from files to a kept decoder; planted data through the whole path beside plain
peers; how long a user waits; the wheel; the tests. Recordings are SIMULATED. Ends with 1 where a bar is missed. Timings are those of an
idle machine of two cores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bars.bar import Bar
from bars.report import report
from own import cases, fuzz_tables, installed, known_truth, people, start_up
from own.bench import Own

THEMES: dict[str, Callable[[Own], Iterator[Bar]]] = {
    "cases": cases.cases,
    "tables": lambda own: fuzz_tables.fuzzed_tables(1_000 if own.quick else 10_000),
    "people": people.people,
    "known_truth": known_truth.known_truth,
    "betas": known_truth.betas_of_one_design,
    "start_up": start_up.start_up,
    "wheel": installed.wheel,
    "default_tests": installed.default_tests,
}

if __name__ == "__main__":
    raise SystemExit(report(__doc__, THEMES, Own))
