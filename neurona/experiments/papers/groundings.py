"""Lines about groundings: are they consistent over recordings, and, of SIMULATED data, do they lie where they were planted?

    consistency    of the evidence that entities give for a concept, over the test recordings whose scenes show it, beside the null of
                   permuted concept labels (`neurona.evaluation.groundings.consistency`)
    recovery       average precision against what was planted, beside its chance (`neurona.evaluation.groundings.recovery`), as the runs found it

Of decoders that ground nothing on entities there is nothing to tell.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neurona.evaluation.groundings.consistency import grounding_consistency
from neurona.evaluation.inference.intervals import seeds_interval
from neurona.experiments.papers.plan import PlannedRow
from neurona.experiments.papers.records import empty_line
from neurona.experiments.runs.finished_run import READING, open_run
from neurona.programs import Query, Vocabulary, parse
from neurona.programs.statements import stated_words

CONSISTENCY = "grounding consistency"
RECOVERY = "recovery of planted groundings"


def grounding_lines(table: str, rows: Sequence[PlannedRow]) -> list[dict[str, Any]]:
    """One line a row and measure, means over seeds; the column `chance` holds the null.

    Args:
        table: the rows of which table.
        rows: as planned.
    """
    lines = []
    for row in rows:
        if row.table != table:
            continue
        folders = [run.folder for run in row.runs if run.finished]
        for measure, read in ((CONSISTENCY, _consistency), (RECOVERY, _recovery)):
            each = [found for found in map(read, folders) if found is not None]
            if each:
                lines.append(empty_line(table, row.label, measure, None, row.source.provenance) | _over_seeds(each))
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
    run = open_run(folder)
    if not (folder / READING).is_dir():
        return None
    concepts, reading = frozenset(run.reading.vocabulary.concepts), run.reading
    shown = shown_concepts(run.predictions, reading.vocabulary)
    shown = shown[shown.concept.isin(concepts) & shown.recording.isin(reading.recordings)]
    maps, kept = [], []
    for recording, words in shown.groupby("recording", sort=False).concept:
        carriers = reading.carriers(str(recording), words.tolist())
        if carriers is None:
            return None
        maps += [carriers.evidence[:, k] for k in range(len(carriers.words))]
        kept += [(word, str(recording)) for word in carriers.words]
    found = grounding_consistency(np.array(maps, np.float64), [word for word, _ in kept], [name for _, name in kept])
    return found.value, found.null, found.p


def shown_concepts(questions: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Which concepts the scene of a recording shows, by the questions that say so: columns recording, concept."""
    rows = []
    for recording, program, answer in zip(questions.recording, questions.program, questions.answer, strict=True):
        said = stated_words(_parsed(str(program)), str(answer), vocabulary)
        rows += [(recording, word) for word, holds in said.items() if holds and word in vocabulary.concepts]
    return pd.DataFrame(rows, columns=["recording", "concept"]).drop_duplicates()


@lru_cache(maxsize=1 << 15)
def _parsed(program: str) -> Query:
    return parse(program)
