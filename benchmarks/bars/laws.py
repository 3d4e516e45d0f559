"""The laws of probability, on random programs about real readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from equal_programs import equal_programs

from bars.bar import Bar, nothing_of
from bars.lab import Lab, programs_about
from neurona.errors import QueryError
from neurona.programs.tree import And, Formula, Not, Or
from neurona.readings import Reading

CLOSE = 1e-6


def laws(lab: Lab) -> Iterator[Bar]:
    """Equal programs, denials, tautologies, contradictions and conjunctions."""
    reading = lab.quickstart().reading
    programs, rows = programs_about(reading, 50 if lab.quick else 600, seed=4)
    others = programs[1:] + programs[:1]
    p, known = _probability(reading, programs, rows)
    crashes, asked, broken = int((~known).sum()), len(programs), defaultdict(int)
    furthest: dict[str, float] = defaultdict(float)

    def hold(law: str, variants: Sequence[Formula], distance: Callable[[np.ndarray], np.ndarray]) -> None:
        nonlocal crashes, asked
        found, answered = _probability(reading, variants, rows)
        crashes, asked = crashes + int((~answered).sum()), asked + len(variants)
        gap = np.where(known & answered, distance(found), 0.0)
        broken[law] = int((gap > CLOSE).sum())
        furthest[law] = float(gap.max())

    by_law = [equal_programs(one, other) for one, other in zip(programs, others, strict=True)]
    for law in by_law[0]:
        hold(law, [variants[law] for variants in by_law], lambda found: np.abs(found - p))
    hold("q + ~q = 1", [Not(one) for one in programs], lambda found: np.abs(found + p - 1))
    hold("tautology is 1", [Or((one, Not(one))) for one in programs], lambda found: np.abs(found - 1))
    hold("contradiction is 0", [And((one, Not(one))) for one in programs], np.abs)
    both = [And((one, other)) for one, other in zip(programs, others, strict=True)]
    hold("P(a & b) <= P(a)", both, lambda found: np.maximum(found - p, 0.0))
    for law, count in broken.items():
        yield nothing_of(f"law: {law}, broken", count, len(programs), {"furthest": furthest[law]})
    yield nothing_of("law programs, crashes", crashes, asked)


def _probability(reading: Reading, programs: Sequence[Formula], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each program, and whether it was answered; one by one where together there is an error."""
    try:
        return reading.believe(programs, rows).probability[:, 0], np.ones(len(programs), bool)
    except QueryError:
        found, answered = np.zeros(len(programs)), np.zeros(len(programs), bool)
        for k, one in enumerate(programs):
            try:
                found[k], answered[k] = reading.believe([one], rows[[k]]).probability[0, 0], True
            except QueryError:
                continue
        return found, answered
