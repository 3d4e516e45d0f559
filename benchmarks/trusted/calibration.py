"""Does a probability of 0.8 mean 0.8? Slope and expected calibration error of each type of question, on SIMULATED and real recordings."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
from bars.bar import Bar, at_most, between, told
from bars.lab import DATA, QUICKSTART, Lab

from neurona.evaluation.metrics.calibration import calibration_table
from trusted.bench import Trusted

SLOPE = 0.9, 1.1
LEAN = "evaluation.fit_all=false", "evaluation.baselines=[]", "evaluation.metrics=[]", "evaluation.plots=[]"
CONFIGS = {
    "Haxby, raw blocks": ("haxby2001/vt.yaml", "align=null"),
    "Haxby, z-scored": ("haxby2001/vt.yaml",),
    "MEG": ("uea/directions.yaml",),
    "EEGMMIDB": ("eegmmidb/four_classes.yaml",),
}
OF = {"quickstart (SIMULATED), explain": (QUICKSTART,)} | {
    f"{name}, {decoder}": (*config, f"decoder={decoder}")
    for name, config in CONFIGS.items()
    for decoder in ("linear_evidence", "explain")
}
QUICK = "Haxby, z-scored, linear_evidence", "MEG, linear_evidence"


def calibration(trusted: Trusted) -> Iterator[Bar]:
    """Runs as they are shipped; real ones where their recordings are at hand. `--quick`: the two small ones."""
    lab = Lab(trusted.folder, trusted.quick)
    for name in QUICK if trusted.quick else OF:
        if "SIMULATED" not in name and not DATA.is_dir():
            yield told(f"calibration, {name}", "no recordings at hand")
            continue
        for line in calibration_table(lab.run(*OF[name], *LEAN).predictions).to_dict("records"):
            group, slope = f"{name}, {line['group']}", float(line["slope"])
            figures = {key: line[key] for key in ("n", "low", "high", "perfect_low", "perfect_high")}
            if not np.isnan(slope):
                yield between(f"calibration slope, {group} ({_told(line)})", slope, *SLOPE, figures=figures)
            else:
                yield told(f"calibration slope, {group}", "all statements are true, or none, or all the same")
            yield at_most(f"calibration error within its band, {group}", float(line["error"]), float(line["bound"]))


def _told(line: Mapping[Hashable, Any]) -> str:
    """How well so few questions can tell: the slope's own interval, and where slopes of perfectly calibrated decoders lie."""
    return f"{line['low']:.2f} to {line['high']:.2f}; perfect: {line['perfect_low']:.2f} to {line['perfect_high']:.2f}"
