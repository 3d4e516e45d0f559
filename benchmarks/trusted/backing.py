"""No evidence, no score: are right answers backed by evidence in the right place?

SIMULATED pictures at an SNR of 0.1 (`experiments/quickstart.yaml`): `explain`, the same on shuffled recordings, and the question alone. Measured: ventral
temporal cortex (`experiments/haxby2001/vt.yaml`), where the tenth of the voxels that an answer is grounded in is exchanged.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from bars.bar import Bar, at_least, at_most, told
from rich.console import Console

from neurona.errors import DataError
from neurona.experiments.config import load_config
from neurona.experiments.runs.runner import run
from trusted.bench import Trusted

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
BACKED, DELETION = 0.7, 3.0
ONLY = ("evaluation.metrics=[backed]", "evaluation.plots=[]", "evaluation.baselines=[]", "evaluation.fit_all=false")


def backing(trusted: Trusted) -> Iterator[Bar]:
    """Shares of right answers that are backed, and what exchanged entities move."""
    images = ("data.simulation.images=400",) if trusted.quick else ()
    explain = _overall(trusted, "explain", "quickstart.yaml", *images)
    name = "backed / answered at SNR 0.1"
    yield at_least(f"{name}, explain (SIMULATED)", explain.share, BACKED, figures=_of(explain))
    alone = _overall(trusted, "question_only", "quickstart.yaml", *images, "decoder=question_only")
    yield at_most(f"{name}, question_only (SIMULATED)", alone.share, 0.0, figures=_of(alone))
    shuffled = _overall(trusted, "shuffled", "quickstart.yaml", *images, "evaluation.shuffle=true")
    yield told(f"{name}, explain on shuffled recordings (SIMULATED)", f"{shuffled.share:.3f}", _of(shuffled))
    yield told("the same by random groundings (SIMULATED)", f"{shuffled.chance:.3f}")
    yield at_least("p of random groundings that back as much (SIMULATED)", shuffled.p, 0.05, figures=_of(shuffled))
    try:
        measured = _overall(trusted, "vt", "haxby2001/vt.yaml")
    except DataError as error:
        yield told("exchange of entities, ventral temporal cortex", f"not measured: {error}")
        return
    yield told("backed / answered, ventral temporal cortex", f"{measured.share:.3f}", _of(measured))
    ratio = measured.moved / measured.at_random
    yield at_least("logit moved by exchange, to random voxels", ratio, DELETION, figures=_of(measured))


def _overall(trusted: Trusted, name: str, config: str, *overrides: str) -> pd.Series:
    """The last row of a run's table of backed answers."""
    folder = trusted.folder / "backing" / name
    run(load_config(EXPERIMENTS / config, (*ONLY, *overrides)), folder, Console(file=io.StringIO()))
    found: pd.Series = pd.read_csv(folder / "tables" / "backed.csv").iloc[-1]
    return found


def _of(row: pd.Series) -> dict[str, float]:
    return {str(name): float(value) for name, value in row.items() if isinstance(value, int | float)}
