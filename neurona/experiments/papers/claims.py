"""The claims of a paper, each tested on the answers of two rows of its tables.

better          of tables with controls (recordings exchanged between images), above what left and right differ by there: `above_controls`. Else:
                left and right answer the same questions; paired permutation over images (of every seed, where each has its own)
loses_at_most   questions differ; those of the right side are drawn to be of the same types, kinds and answers as the left side's
of_oracle       share of the oracle's accuracy
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from neurona.errors import DataError, nearest_name
from neurona.evaluation.inference.claims import Claim
from neurona.evaluation.inference.paired import above_controls, paired_test
from neurona.evaluation.metrics.contrasts import loss_table
from neurona.evaluation.metrics.oracle import share_of_oracle
from neurona.experiments.papers.plan import PlannedRow, Source
from neurona.experiments.papers.records import control_of, predictions_of
from neurona.experiments.papers.tables import PaperClaim

CELL = ("seed", "type", "negative", "answered")
"""What makes questions alike."""


def measured_claims(claims: Sequence[PaperClaim], rows: Sequence[PlannedRow]) -> tuple[list[Claim], list[str]]:
    """The claims whose runs are finished with what was measured; and the text of each of the others with the reason."""
    of = {f"{row.table}/{row.row}": row for row in rows if not row.choice}
    read: dict[str, pd.DataFrame | None] = {}
    controls = {side: control_of(row) for side, row in of.items() if row.control}
    tested, untested = [], []
    for claim in claims:
        sides = [side for side in (claim.left, claim.right) if side is not None]
        for side in sides:
            if side not in read:
                read[side] = predictions_of(of[side]) if side in of else None
        source = of[claim.left].source if claim.left in of else Source()
        lacking = [side for side in sides if read[side] is None]
        if lacking:
            untested.append(f"{claim.text}: no finished run of {' and '.join(lacking)}")
        elif claim.kind == "of_oracle" and not source.simulated:
            untested.append(f"{claim.text}: measured data have no oracle")
        else:
            try:
                by = source.clusters(of[claim.left].unit)
                tested.append(_test(claim, {side: read[side] for side in sides}, controls, by))
            except DataError as error:
                untested.append(f"{claim.text}: {error}")
    return tested, untested


def _test(
    claim: PaperClaim,
    read: Mapping[str, pd.DataFrame | None],
    controls: Mapping[str, pd.DataFrame | None],
    by: Sequence[str],
) -> Claim:
    left = read[claim.left]
    assert left is not None
    if claim.kind == "of_oracle":
        found = _of_group(share_of_oracle(left), claim.measure)
        share = "share of the oracle's accuracy"
        return Claim(claim.text, found["share"], found["low"], found["high"], bound=claim.bound, quantity=share)
    right = read[claim.right or ""]
    assert right is not None
    of_left, of_right = controls.get(claim.left), controls.get(claim.right or "")
    if claim.kind == "better" and claim.above_control and (claim.left in controls or claim.right in controls):
        if of_left is None or of_right is None:
            raise DataError("no finished run on exchanged recordings of both sides, above which it is to hold")
        pair = above_controls(left, right, of_left, of_right, claim.measure, by=by)
        above = "difference of accuracies above exchanged recordings"
        return Claim(claim.text, pair.effect, pair.low, pair.high, pair.p, bound=claim.bound, quantity=above)
    if claim.kind == "better":
        pair = paired_test(left, right, claim.measure, by=by)
        return Claim(claim.text, pair.effect, pair.low, pair.high, pair.p, bound=claim.bound)
    seeds = set(left.seed) & set(right.seed)
    left, right = left[left.seed.isin(seeds)], right[right.seed.isin(seeds)]
    found = _of_group(loss_table(alike(right, left), left, by=by), claim.measure)
    measured = found["loss"], found["low"], found["high"], found["p"]
    return Claim(claim.text, *measured, "at most", claim.bound, "accuracy lost")


def _of_group(table: pd.DataFrame, group: str) -> dict[str, float]:
    rows = table[table.group == group].to_dict("records")
    if not rows:
        raise DataError(f"no questions {group!r}{nearest_name(group, table.group)}")
    return {str(key): float(value) for key, value in rows[0].items() if key != "group"}


def alike(questions: pd.DataFrame, model: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """As many of the questions as possible, in the proportions that the model has of seeds, types, kinds of denial, and yes and no.

        n_cell(drawn) = floor(k n_cell(model)),    k = min over cells n_cell(questions) / n_cell(model)

    Cells that the questions lack are left out of the proportions; k is at most what keeps one question in every tenth cell and more.
    """
    cell, wanted = _cells(questions), _cells(model).value_counts()
    there = cell.value_counts()
    known = wanted[wanted.index.isin(there.index)]
    ratios = (there[known.index] / known).to_numpy(dtype=float)
    # The rarest cells would leave next to nothing of the others: the tightest tenth of them (by weight) may run short.
    order = np.argsort(ratios)
    weight = np.cumsum(known.to_numpy(dtype=float)[order]) / known.sum()
    k = float(ratios[order][np.searchsorted(weight, 0.1)])
    rng = np.random.default_rng(seed)
    rows = []
    for name, number in known.items():
        members = np.flatnonzero((cell == name).to_numpy())
        rows.append(rng.permutation(members)[: max(1, int(k * number))])
    return questions.iloc[np.sort(np.concatenate(rows))].reset_index(drop=True)


def _cells(table: pd.DataFrame) -> pd.Series:
    answered = table["answer"].where(table["answer"].isin(["yes", "no"]), "word")
    negative = table["negative"].fillna("") if "negative" in table else ""
    named = table.assign(negative=negative, answered=answered)
    return pd.Series(list(map(tuple, named[list(CELL)].astype(str).to_numpy())), index=table.index)
