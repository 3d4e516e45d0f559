"""Lines about groundings: are they consistent over recordings, and, of SIMULATED data, do they lie where they were planted?

    consistency    of the evidence that entities give for a concept, over the test recordings whose scenes show it, beside the null of
                   permuted concept labels (`neurona.evaluation.consistency`)
    recovery       average precision against what was planted, beside its chance (`neurona.evaluation.recovery`), as the runs found it

Of decoders that ground nothing on entities there is nothing to tell.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from neurona.evaluation.consistency import grounding_consistency
from neurona.evaluation.intervals import seeds_interval
from neurona.experiments.paper_plan import PlannedRow, Source
from neurona.experiments.paper_records import empty_line
from neurona.scenes.facts import fact_of

CONSISTENCY = "grounding consistency"
RECOVERY = "recovery of planted groundings"


def grounding_lines(table: str, rows: Sequence[PlannedRow], source: Source) -> list[dict[str, Any]]:
    """One line a row and measure, means over seeds; the column `chance` holds the null.

    Args:
        table: the rows of which table.
        rows: as planned.
        source: data.
    """
    lines = []
    for row in rows:
        if row.table != table:
            continue
        folders = [run.folder for run in row.runs if run.finished]
        for measure, read in ((CONSISTENCY, _consistency), (RECOVERY, _recovery)):
            each = [found for found in map(read, folders) if found is not None]
            if each:
                lines.append(empty_line(table, row.label, measure, None, source.provenance) | _over_seeds(each))
    return lines


def _over_seeds(each: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
    """From (value, null, p) of every seed."""
    value, null, p = np.array(each, dtype=float).T
    # Of two seeds there is next to nothing to be said of their spread.
    low, high = seeds_interval(value) if len(value) >= 3 else (np.nan, np.nan)
    verdict = "above its null" if (p < 0.05).all() else "not above its null"
    seeds = f"p {p.max():.3g}" if len(each) == 1 else f"largest p of {len(each)} seeds {p.max():.3g}"
    found = {"measured": value.mean(), "low": low, "high": high, "chance": null.mean(), "seeds": len(each)}
    return found | {"verdict": f"{verdict} ({seeds})"}


def _recovery(folder: Path) -> tuple[float, float, float] | None:
    found = json.loads((folder / "metrics.json").read_text(encoding="utf-8")).get("groundings")
    return (found["value"], found["null"], found["p"]) if found else None


def _consistency(folder: Path) -> tuple[float, float, float] | None:
    if not (folder / "grounding.zarr").exists():
        return None
    with xr.open_zarr(folder / "grounding.zarr", consolidated=False) as store:
        evidence = store.evidence.load()
    shown = shown_concepts(pd.read_parquet(folder / "predictions.parquet"))
    shown = shown[shown.concept.isin(evidence.concept.values) & shown.recording.isin(evidence.recording.values)]
    place = {axis: {str(name): k for k, name in enumerate(evidence[axis].values)} for axis in ("recording", "concept")}
    rows, columns = shown.recording.map(place["recording"]), shown.concept.map(place["concept"])
    maps = evidence.values[rows.to_numpy(), :, columns.to_numpy()].astype(np.float64)
    found = grounding_consistency(maps, shown.concept.tolist(), shown.recording.tolist())
    return found.value, found.null, found.p


def shown_concepts(questions: pd.DataFrame) -> pd.DataFrame:
    """Which concepts the scene of a recording shows, by the questions whose answer is yes: columns recording, concept."""
    said = questions[questions.answer == "yes"]
    facts = {program: fact_of(program, "yes") for program in said.program.unique()}
    names = {program: fact.name for program, fact in facts.items() if fact is not None and not fact.arguments}
    shown = said.assign(concept=said.program.map(names)).dropna(subset=["concept"])
    return shown[["recording", "concept"]].drop_duplicates()
