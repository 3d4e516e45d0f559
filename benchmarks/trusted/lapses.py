"""Are recordings that say nothing of what was shown told from the others? SIMULATED: a fifth of the recordings of `experiments/quickstart.yaml` is noise alone."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pandas as pd
from bars.bar import Bar, at_least, told
from bars.lab import EXPERIMENTS, QUICKSTART
from rich.console import Console
from sklearn.metrics import roc_auc_score

from neurona.experiments.config import load_config
from neurona.experiments.runs.runner import run
from trusted.bench import Trusted

ONLY = ("evaluation.metrics=[lapses]", "evaluation.plots=[]", "evaluation.baselines=[]", "evaluation.fit_all=false")
AREA = 0.95


def lapses(trusted: Trusted) -> Iterator[Bar]:
    """The metric `lapses` of `explain`, against the planted ones, over seeds."""
    images = ("data.simulation.images=400", "evaluation.test=0.5") if trusted.quick else ()
    tables = []
    for seed in range(1 if trusted.quick else 3):
        folder = trusted.folder / "lapses" / str(seed)
        config = load_config(EXPERIMENTS / QUICKSTART, (*ONLY, *images, "data.simulation.lapses=0.2", f"seed={seed}"))
        run(config, folder, Console(file=io.StringIO()))
        tables.append(pd.read_csv(folder / "tables" / "lapses.csv"))
    found = pd.concat(tables)
    lapsed, figures = found.lapsed, {"recordings": len(found), "lapses": int(found.lapsed.sum())}
    yield at_least(
        "explain, planted lapses: area under the curve",
        roc_auc_score(~lapsed, found.information),
        AREA,
        figures=figures,
    )
    yield told("explain, recordings flagged that are no lapses", f"{found.flagged[~lapsed].mean():.3f}", figures)
    yield told("explain, planted lapses flagged", f"{found.flagged[lapsed].mean():.3f}", figures)
