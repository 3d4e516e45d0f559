"""What a reproduction measured, beside what was published: one line a row (a decoder, a peer) and measure.

Records are the runs' predictions; nothing is read from tables or pictures. Of fewer than three seeds the interval is that over what is independent in
the runs (images, runs, people); of more it is `seeds_interval`: Student's where every seed has recordings of its own (brains of the SIMULATED twin,
pseudo-populations), wider by the choice of images where the seeds share theirs.

    verdict    higher, lower: the published number lies outside of the interval of the measured one;  agrees: it does not
               published only: what needs a large pretrained model, or was not built, is not run here
               at chance, above chance: null data (see `neurona.evaluation.inference.chance`)
    beside     the most accurate peer on the same questions; effect: accuracy less the peer's, p: of the paired test over what is independent (seeds, where there
               are three with recordings of their own). The peer is chosen by the very answers that are compared, which favours it
    chosen     by what epochs and settings were chosen
    commit     of the checkout that measured it; + where files differed from it
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from neurona.evaluation.inference.chance import chance_table
from neurona.evaluation.inference.intervals import accuracy_interval, seeds_interval
from neurona.evaluation.inference.paired import paired_test
from neurona.evaluation.metrics.chance_levels import pooled_chance
from neurona.evaluation.predictions import clusters, right_answers
from neurona.experiments.papers.measures import part_of
from neurona.experiments.papers.plan import PlannedRow
from neurona.experiments.papers.published import UNSTATED, Figure, Published
from neurona.experiments.papers.tables import PaperTables
from neurona.experiments.runs.finished_run import PEERS, TEXTS
from neurona.experiments.runs.peers import APART

COLUMNS = (
    *(
        "table",
        "kind",
        "row",
        "measure",
        "published",
        "measured",
        "low",
        "high",
        "unit",
        "difference",
        "verdict",
        "chance",
        "exchanged",
        "oracle",
        "reached",
    ),
    *("beside", "effect", "p", "chosen", "seeds", "n", "data", "source", "commit"),
)
"""Of the table of results; `exchanged` is the accuracy of the same row on recordings exchanged between images, `kind` is decoder, peer, texts or published, `oracle` the oracle's accuracy and `reached` the share of it."""

ROUNDING = 0.005
"""A number stated as "about 0.62" may be this far off."""

POOL_ONLY = "the questions' texts (pool only)"
"""Label of what the texts of an image's questions answer without a recording."""

INSIDE, ON_TEST = "inside training folds", "on test questions"


@dataclass(frozen=True)
class Entrant:
    """A row of a table with its answers: a decoder, or a peer that was run with it.

    Attributes:
        kind: decoder, peer, or texts alone.
        key, label: its name in `published.yaml`, and to the reader.
        row: as planned.
        unit: what is independent of each other.
        predictions: of all finished runs; None where there are none.
        missing: which runs, and why.
    """

    kind: str
    key: str
    label: str
    row: PlannedRow
    unit: str
    predictions: pd.DataFrame | None
    missing: str = ""

    @property
    def chosen(self) -> str:
        """By what its settings were chosen. Peers are tuned by inner folds."""
        on_test = self.kind == "decoder" and self.row.runs[0].config.training.selection == "test"
        return ON_TEST if on_test else INSIDE

    def paired_by(self, part: pd.DataFrame) -> tuple[str, ...]:
        """The same for a paired test: seeds, where there are enough with recordings of their own."""
        own = self.row.source.own_recordings and not self.row.source.simulated and part["seed"].nunique() >= 3
        return ("seed",) if own else self.row.source.clusters(self.unit)


def predictions_of(row: PlannedRow) -> pd.DataFrame | None:
    """The answers of all finished runs of a row, with the column `seed`; None where there are none."""
    return _of_runs(row, "predictions.parquet")


def control_of(row: PlannedRow) -> pd.DataFrame | None:
    """The same of its runs on recordings exchanged between images; None unless all of them are finished."""
    if not row.control or not all(run.finished for run in row.control):
        return None
    return _of_runs(replace(row, runs=row.control), "predictions.parquet")


def entrants(rows: Sequence[PlannedRow], errors: Mapping[str, str]) -> list[Entrant]:
    """The rows of a table, then their peers and what texts alone answer."""
    decoders, peers, texts = [], [], []
    for row in rows:
        unit, missing = row.unit, _missing(row, errors)
        # A choice of `over` is another setting than the one that was published.
        key = "" if row.choice else row.row
        decoders.append(Entrant("decoder", key, row.label, row, unit, predictions_of(row), missing))
        told = _of_runs(row, PEERS) if row.peers else None
        for (peer, way), answers in told.groupby(["peer", "way"], sort=False) if told is not None else ():
            label = str(peer) if way == APART else f"{peer}, conjunctions as classes"
            peers.append(Entrant("peer", str(peer), label, row, unit, answers.reset_index(drop=True)))
        if (alone := _of_runs(row, TEXTS)) is not None:
            texts.append(Entrant("texts", "", POOL_ONLY, row, unit, alone))
    return decoders + peers + texts


def result_table(
    tables: PaperTables, published: Published, rows: Sequence[PlannedRow], errors: Mapping[str, str]
) -> pd.DataFrame:
    """All lines, table by table: decoders, peers, and rows that are only published.

    Args:
        tables, published: of the paper.
        rows: as planned; unfinished runs are left out and counted by the column `seeds`.
        errors: digest of a run -> why it failed.
    """
    lines: list[dict[str, Any]] = []
    for name in dict.fromkeys(row.table for row in rows):
        table = tables.tables[name]
        here = [row for row in rows if row.table == name]
        source = here[0].source
        beside = source.name if source.name in published.datasets else tables.beside or UNSTATED
        public = table.published or name
        all_of = entrants(here, errors)
        commits = {(row.row, row.label): _commits(row) for row in here}
        parts = {measure: [_part(one, measure) for one in all_of] for measure in table.measures}
        strongest = {measure: _strongest(parts[measure]) for measure in table.measures}
        for k, one in enumerate(all_of):
            null = (
                chance_table({one.label: one.predictions}, by=source.clusters()).set_index("group").verdict
                if table.chance and one.predictions is not None
                else None
            )
            for measure in table.measures:
                figure = published.find(public, one.key, measure, beside) if one.key else None
                part = parts[measure][k]
                if one.kind == "peer" and part.predictions is None and figure is None:
                    continue  # conjunctions as classes say nothing of other questions
                line = empty_line(name, one.label, measure, figure, source.provenance, published.cite(figure))
                line |= {"kind": one.kind, "chosen": one.chosen}
                if one.predictions is None:
                    line["verdict"] = one.missing
                elif part.predictions is None:
                    line["verdict"] = "no such questions"
                else:
                    line |= _measured(part) | {"commit": commits[one.row.row, one.row.label]}
                    if one.kind == "decoder" and (control := control_of(one.row)) is not None:
                        exchanged = _part(replace(one, predictions=control), measure).predictions
                        line["exchanged"] = float(right_answers(exchanged).mean()) if exchanged is not None else np.nan
                    line["verdict"] = (
                        str(null[measure]) if null is not None and measure in null else _verdict(line, figure)
                    )
                    line |= _beside(part, strongest[measure])
                if one.missing and one.predictions is not None:
                    line["verdict"] = f"{line['verdict']}; {one.missing}"
                lines.append(line)
        lines += _published_only(published, public, name, all_of, table.measures, beside)
    return pd.DataFrame(lines, columns=list(COLUMNS))


def empty_line(
    table: str, label: str, measure: str, figure: Figure | None, data: str, cited: str = ""
) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {
        "table": table,
        "row": label,
        "kind": "decoder",
        "measure": measure,
        "published": figure.value if figure else np.nan,
        "measured": np.nan,
        "low": np.nan,
        "high": np.nan,
        "difference": np.nan,
        "chance": np.nan,
        "oracle": np.nan,
        "reached": np.nan,
        "exchanged": np.nan,
        "unit": "",
        "beside": "",
        "effect": np.nan,
        "p": np.nan,
        "chosen": "",
        "commit": "",
        "seeds": 0,
        "n": 0,
        "data": data,
        "source": cited,
    }


def _part(one: Entrant, measure: str) -> Entrant:
    """The answers to the questions of a measure."""
    if one.predictions is None:
        return one
    if one.kind == "peer":
        # Whose classes are conjunctions of some categories, is asked of these.
        way = str(one.predictions.way.iloc[0])
        if way != APART and way != measure.rpartition(", ")[0] and way != measure:
            return replace(one, predictions=None)
    return replace(one, predictions=part_of(one.predictions, measure))


def _strongest(parts: Sequence[Entrant]) -> Entrant | None:
    """The most accurate peer."""
    right = [
        float(right_answers(one.predictions).mean()) if one.kind == "peer" and one.predictions is not None else -1.0
        for one in parts
    ]
    best = int(np.argmax(right))
    return parts[best] if right[best] >= 0 else None


def _beside(one: Entrant, peer: Entrant | None) -> dict[str, Any]:
    if peer is None or one.kind != "decoder":
        return {}
    assert one.predictions is not None
    assert peer.predictions is not None
    found = paired_test(one.predictions, peer.predictions, by=one.paired_by(one.predictions))
    return {"beside": peer.label, "effect": found.effect, "p": found.p}


def _measured(one: Entrant) -> dict[str, Any]:
    predictions, source = one.predictions, one.row.source
    assert predictions is not None
    right, seeds = right_answers(predictions), predictions["seed"].to_numpy()
    each = np.array([right[seeds == seed].mean() for seed in np.unique(seeds)])
    value = float(right.mean())
    low, high = accuracy_interval(right, clusters(predictions, source.clusters(one.unit)))
    unit = one.unit
    # Of two seeds there is next to nothing to be said of their spread.
    if len(each) >= 3:
        value = float(each.mean())
        low, high = seeds_interval(each, 0.0 if source.own_recordings else (high - low) / 2)
        unit = "seed" if source.own_recordings else f"seed, {unit}"
    line: dict[str, Any] = {"measured": value, "low": max(0.0, low), "high": min(1.0, high), "unit": unit}
    everything = np.ones(len(predictions), dtype=bool)
    line |= {"seeds": len(each), "n": len(predictions), "chance": pooled_chance(predictions, everything)}
    if "oracle" in predictions and predictions["oracle"].notna().all():
        line["oracle"] = float(predictions["oracle"].mean())
        line["reached"] = float(right.mean()) / line["oracle"]
    return line


def _verdict(line: dict[str, Any], figure: Figure | None) -> str:
    if figure is None:
        return "nothing published"
    line["difference"] = line["measured"] - figure.value
    slack = ROUNDING if figure.about else 0.0
    if line["low"] - slack <= figure.value <= line["high"] + slack:
        return "agrees"
    return "higher" if line["measured"] > figure.value else "lower"


def _published_only(
    published: Published, public: str, name: str, run: Sequence[Entrant], measures: Sequence[str], dataset: str
) -> list[dict[str, Any]]:
    known = {one.key for one in run}
    lines = []
    for figure in published.figures:
        wanted = figure.table == public and figure.row not in known and figure.measure in measures
        if wanted and figure.dataset in (dataset, UNSTATED):
            data = f"published only: {published.called(figure.dataset)}"
            line = empty_line(name, figure.row, figure.measure, figure, data, published.cite(figure))
            lines.append(line | {"verdict": "published only", "kind": "published"})
    return lines


def _missing(row: PlannedRow, errors: Mapping[str, str]) -> str:
    lacking = [run for run in row.runs if not run.finished]
    if not lacking:
        return ""
    why = next((errors[run.job.digest] for run in lacking if run.job.digest in errors), "not run")
    return f"{len(lacking)} of {len(row.runs)} runs missing: {why}"


def _of_runs(row: PlannedRow, name: str) -> pd.DataFrame | None:
    files = {run.config.seed: run.folder / name for run in row.runs if run.finished}
    parts = [pd.read_parquet(path).assign(seed=seed) for seed, path in files.items() if path.exists()]
    return pd.concat(parts, ignore_index=True) if parts else None


def _commits(row: PlannedRow) -> str:
    """Of the finished runs of a row; nothing of installed packages."""
    found = [
        json.loads((run.folder / "provenance.json").read_text(encoding="utf-8")) for run in row.runs if run.finished
    ]
    told = [str(one["commit"])[:10] + "+" * str(one["commit"]).endswith("+") for one in found if one.get("commit")]
    return ", ".join(dict.fromkeys(told))
