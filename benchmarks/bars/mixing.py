"""Have the chains mixed, and would longer ones say the same?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bars.bar import Bar, at_least, at_most, told
from bars.lab import QUICKSTART, SCENES, Lab
from neurona.programs import parse
from neurona.scenes.facts import program_of

RATIOS = (1.0, 0.1, 0.0111)
LONGER = 10
MIXED, OF_RECORDINGS = 1.1, 0.95
DOUBTFUL = (0.01, 0.99)
APART = 0.01


def mixing(lab: Lab) -> Iterator[Bar]:
    """At three signal-to-noise ratios."""
    for snr in RATIOS:
        if lab.quick and snr != 0.1:
            yield told(f"mixing, SNR {snr}", "skipped: --quick")
            continue
        dial = () if snr == 0.1 else (f"data.simulation.snr={snr}",)
        lesson = lab.lesson(QUICKSTART, *SCENES, *dial)
        rows = lesson.held_out[: 8 if lab.quick else None]
        reading = lesson.read(rows)
        rhat = reading.sampled.drawn.rhat
        share = float((rhat < MIXED).mean())
        yield at_least(
            f"SNR {snr}, recordings of split R-hat < {MIXED}",
            share,
            OF_RECORDINGS,
            figures={"worst": float(np.max(rhat)), "n": len(rhat)},
        )
        few = rows[: 8 if lab.quick else 24]
        settings = lesson.decoder.settings
        longer = replace(settings, worlds=replace(settings.worlds, visits=LONGER * settings.worlds.visits))
        gaps = _apart(reading, lesson.read(few, replace(lesson.decoder, settings=longer)))
        figures = {"facts": len(gaps), "furthest": float(gaps.max()), "quantile 0.95": float(np.quantile(gaps, 0.95))}
        yield at_most(
            f"SNR {snr}, one fact's probability from a run {LONGER} times as long",
            float(gaps.mean()),
            APART,
            4,
            figures,
        )


def _apart(reading, longer) -> np.ndarray:
    """Distances of facts' probabilities, of those that are doubtful in the longer run."""
    gaps = []
    space = longer.sampled.evidence.space
    for row, name in enumerate(longer.recordings):
        numbers = longer.sampled.drawn.facts[row]
        queries = [parse(program_of(space.fact(int(number))), longer.vocabulary) for number in numbers[numbers >= 0]]
        said = longer.believe(queries, np.full(len(queries), row)).probability[:, 0]
        ours = reading.believe(queries, np.full(len(queries), int(reading.rows([name])[0]))).probability[:, 0]
        doubtful = (said > DOUBTFUL[0]) & (said < DOUBTFUL[1])
        gaps.append(np.abs(said - ours)[doubtful])
    return np.concatenate(gaps)
