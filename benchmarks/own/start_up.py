"""What a user waits for before anything is computed: the import, a query, a hundred queries."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bars.bar import Bar, at_most

from own.bench import CLI, Own, call

IMPORT, QUERY, HUNDRED = 1.0, 3.0, 4.0
SMALL = ("data.simulation.images=100",)


def start_up(own: Own) -> Iterator[Bar]:
    """Seconds of CPU time, least of three."""
    yield at_most("import neurona, seconds of CPU time", _least([sys.executable, "-c", "import neurona"]), IMPORT, 2)
    run = own.folder / "start_up"
    if not (run / "metrics.json").is_file():
        settings = [part for dial in SMALL for part in ("--set", dial)] if own.quick else []
        done = call([*CLI, "run", "quickstart", "--out", str(run), *settings])
        if done.code:
            raise RuntimeError(done.told[-2000:])
    queries = [f"exists x. {word}(x)" for word in ("man", "woman", "dog", "table", "tree")]
    many = [f"{first} & {second}" for first in queries for second in queries for _ in range(4)]
    yield at_most("a query of a run, seconds of CPU time", _least([*CLI, "query", str(run), queries[0]]), QUERY, 2)
    yield at_most("a hundred queries, seconds of CPU time", _least([*CLI, "query", str(run), *many]), HUNDRED, 2)


def _least(command: list[str]) -> float:
    done = [call(command) for _ in range(3)]
    for one in done:
        if one.code:
            raise RuntimeError(one.told[-2000:])
    return min(one.cpu for one in done)
