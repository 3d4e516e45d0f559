"""Real recordings: no worse than before."""

from __future__ import annotations

from collections.abc import Iterator

from bars.bar import Bar, at_least, told
from bars.lab import Lab
from bars.same_answers import HAXBY, MEG, haxby
from neurona.evaluation.predictions import right_answers

BEFORE = {
    "Haxby slice": {"explain": 88 / 96, "linear_evidence": 77 / 96},
    "MEG directions": {"explain": 50 / 74, "linear_evidence": 45 / 74},
}
"""Accuracy of describe questions."""

RECIPE = {("Haxby slice", "explain"): ("entities.average=false",)}
"""Overrides under which the figure of before was reached: every volume of a block is a feature."""


def real_recordings(lab: Lab) -> Iterator[Bar]:
    """Which category was seen, and where the wrist moved."""
    slice_, reason = haxby(lab)
    chosen = {"Haxby slice": (HAXBY, slice_), "MEG directions": (MEG, ())}
    for name, bounds in BEFORE.items():
        config, overrides = chosen[name]
        for decoder, bound in bounds.items():
            title = f"{name}, describe, {decoder}"
            if overrides is None:
                yield told(title, reason)
                continue
            predictions = lab.run(
                config, *overrides, f"decoder={decoder}", *RECIPE.get((name, decoder), ())
            ).predictions
            described = predictions[~predictions.answer.isin(["yes", "no"])]
            yield at_least(title, float(right_answers(described).mean()), bound, figures={"n": len(described)})
