"""Do figures and probabilities survive a hostile reader? One line a bar: what was measured, what it had to be, met or MISSED.

    python benchmarks/trust.py [--quick] [--only NAME ...] [--folder DIR] [--out FILE]

Recordings are SIMULATED. Ends with 1 where a bar is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bars.bar import Bar
from bars.report import report
from trusted import (
    abstention,
    backing,
    calibration,
    coverage,
    freed,
    knowledge,
    lapses,
    maps,
    misspecified,
    negation,
    pool,
    realism,
    without_a_brain,
)
from trusted.bench import Trusted

THEMES: dict[str, Callable[[Trusted], Iterator[Bar]]] = {
    "coverage": coverage.coverage,
    "maps": maps.maps,
    "backing": backing.backing,
    "abstention": abstention.abstention,
    "calibration": calibration.calibration,
    "freed": freed.freed,
    "negation": negation.negation,
    "pool": pool.pool,
    "without_a_brain": without_a_brain.without_a_brain,
    "misspecified": misspecified.misspecified,
    "realism": realism.realism,
    "knowledge": knowledge.knowledge,
    "lapses": lapses.lapses,
}

if __name__ == "__main__":
    raise SystemExit(report(__doc__, THEMES, Trusted))
