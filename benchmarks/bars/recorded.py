"""Real recordings: no worse than before."""

from __future__ import annotations

from collections.abc import Iterator

from bars.bar import Bar, at_least, told
from bars.lab import DATA, Lab
from bars.same_answers import HAXBY, MEG, haxby
from neurona.evaluation.predictions import right_answers

BEFORE = {
    "Haxby slice": {"explain": 0.917, "linear_evidence": 0.802},
    "MEG directions": {"explain": 0.676, "linear_evidence": 0.608},
}
"""Accuracy of describe questions."""


def real_recordings(lab: Lab) -> Iterator[Bar]:
    """Which category was seen, and where the wrist moved."""
    slice_ = haxby()
    chosen = {"Haxby slice": (HAXBY, slice_), "MEG directions": (MEG, ())}
    for name, bounds in BEFORE.items():
        config, overrides = chosen[name]
        for decoder, bound in bounds.items():
            title = f"{name}, describe, {decoder}"
            if overrides is None:
                yield told(title, f"skipped: no {DATA / 'haxby2001_slice'}")
                continue
            predictions = lab.run(config, *overrides, f"decoder={decoder}").predictions
            described = predictions[~predictions.answer.isin(["yes", "no"])]
            yield at_least(title, float(right_answers(described).mean()), bound, figures={"n": len(described)})
