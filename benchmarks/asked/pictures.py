"""Concept graphs that say what queries say, and the report of a run: how large, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bars.bar import Bar, below, nothing_of

from asked.bench import Asked
from neurona.report import write_report

FACTS = {True: 150, False: 1000}


def graphs(bench: Asked) -> Iterator[Bar]:
    """Every number in graphs, asked as a query: to the last digit."""
    reading, asked, other = bench.source.reading, 0, 0
    for recording in reading.recordings:
        graph = reading.graph(recording, threshold=0.3)
        claims = [data for _, data in graph.nodes(data=True) if "program" in data]
        claims += [data for *_, data in graph.edges(data=True) if "program" in data]
        for data in claims:
            said = reading.ask(data["program"], recording).iloc[0]
            other += (data["probability"], data["prior"]) != (said.probability, said.prior)
        asked += len(claims)
        if asked >= FACTS[bench.quick]:
            break
    yield nothing_of("graph = query: facts whose numbers differ", other, asked)


def report(bench: Asked) -> Iterator[Bar]:
    """Of the run with all its recordings."""
    n = len(bench.source.reading.recordings)
    start = time.perf_counter()
    path = write_report([bench.run], bench.folder / "report.html")
    yield below(f"report of {n:,} recordings: time (s)", time.perf_counter() - start, 20, digits=1)
    yield below(f"report of {n:,} recordings: size (MB)", path.stat().st_size / 1e6, 5, digits=2)
