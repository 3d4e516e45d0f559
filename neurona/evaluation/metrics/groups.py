"""Groups of recordings (subjects, sessions, whatever a column tells apart): accuracy over them, and whether all are served alike.

    over groups     m = mean_s a_s,    m +- t(0.975, S - 1) * sd(a) / sqrt(S),    a_s the share of right answers of group s

cut at 0 and 1: an interval that speaks of groups that were not measured. Each counts the same, however many questions were asked. Intervals over
questions (`accuracy.py`) speak of these groups alone.

    worst group     argmin_s a_s,    gap = max_s a_s - min_s a_s

were chosen by what was measured. Their intervals hold whichever group is the worst, and whichever two are furthest apart: each has the confidence
1 - 0.05 / S, and 1 - 0.05 / (S (S - 1) / 2) (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table
from scipy.stats import t

from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.inference.intervals import accuracy_interval, difference_interval
from neurona.evaluation.metrics.calibration import calibration_slope, error_of_perfect, reliability, statements
from neurona.evaluation.metrics.chance_levels import chance_of
from neurona.evaluation.predictions import (
    CLUSTER,
    COLUMNS,
    answers_in,
    check_predictions,
    clusters,
    forms_of,
    right_answers,
)
from neurona.evaluation.simulated import SIMULATED


class OverGroups(TypedDict):
    """One row: mean accuracy over groups, its 95 % interval (NaN for one group), each group's accuracy, and mean chance, but for
    questions of several forms."""

    value: float
    low: float
    high: float
    groups: dict[str, float]
    chance: NotRequired[float]


def over_groups(predictions: pd.DataFrame, column: str = "subject") -> dict[str, OverGroups]:
    """Mean accuracy over subjects, or other groups of recordings, of each type of questions, with its t interval.

    Args:
        predictions: one row a question, with the columns of a predictions table and `column`.
        column: what tells the groups apart.

    Returns:
        Types in the order of `question_groups`. One that a group was not asked about is summarised over the others.

    Raises:
        DataError: see `check_predictions`.
    """
    check_predictions(predictions, (*COLUMNS, column))
    right, chance = right_answers(predictions), chance_of(predictions)
    forms = forms_of(predictions)
    group = predictions[column].astype(str).to_numpy()
    table: dict[str, OverGroups] = {}
    for name, rows in told_apart(question_groups(predictions)).items():
        who = np.unique(group[rows])
        own = {one: float(right[rows & (group == one)].mean()) for one in who}
        guessed = [float(chance[rows & (group == one)].mean()) for one in who]
        values = np.array(list(own.values()))
        half = np.nan
        if len(values) > 1:
            half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
        mean = float(values.mean())
        table[name] = {
            "value": mean,
            "low": float(np.maximum(mean - half, 0)),
            "high": float(np.minimum(mean + half, 1)),
            "groups": own,
        }
        if len(set(forms[rows])) == 1:
            table[name]["chance"] = float(np.mean(guessed))
    return table


def group_table(
    predictions: pd.DataFrame,
    column: str,
    sets: Sequence[tuple[str, ...]] | None = None,
    *,
    by: Sequence[str] = CLUSTER,
    seed: int = 0,
) -> pd.DataFrame:
    """Whether groups of recordings are served alike: accuracy, calibration and coverage of each, the worst one, and the gap.

    Args:
        predictions: a predictions table with `column`.
        column: what tells the groups apart.
        sets: of each question the answers that are not ruled out, where some are (`Reading.answer_sets`).
        by: columns that tell clusters apart, see `accuracy_table`.
        seed: of the decoders that are calibrated perfectly.

    Returns:
        One row a group, and rows `worst group` and `gap`: column, group, accuracy, low, high (95 %), error (expected calibration error), bound (below
        it are 95 % of those of perfectly calibrated decoders), slope, coverage (share of the sets that hold the right answer, where there are some), n.

    Raises:
        DataError: see `check_predictions`.
    """
    check_predictions(predictions, (*COLUMNS, column))
    right, cluster = right_answers(predictions), clusters(predictions, by)
    group = predictions[column].astype(str).to_numpy()
    p, true = statements(predictions)
    told = answers_in(predictions, "answer").tolist()
    held = None if sets is None else np.array([answer in one for answer, one in zip(told, sets, strict=True)])
    names = np.unique(group).tolist()
    rows = []
    for name in names:
        own = group == name
        stated = own & np.isfinite(p)
        low, high = accuracy_interval(right[own], cluster[own])
        row = {"column": column, "group": name, "accuracy": float(right[own].mean()), "low": low, "high": high}
        if stated.any():
            row |= {
                "error": reliability(p[stated], true[stated]).expected_error,
                "bound": error_of_perfect(p[stated], seed),
            }
            row |= {"slope": calibration_slope(p[stated], true[stated])}
        rows.append(row | ({} if held is None else {"coverage": float(held[own].mean())}) | {"n": int(own.sum())})
    found = pd.DataFrame(rows)
    if len(names) < 2:
        return found
    worst, best = (group == names[k] for k in (int(found.accuracy.argmin()), int(found.accuracy.argmax())))
    low, high = accuracy_interval(right[worst], cluster[worst], 1 - 0.05 / len(names))
    pairs = len(names) * (len(names) - 1) / 2
    apart = difference_interval(right[best], right[worst], cluster[best], cluster[worst], 1 - 0.05 / pairs)
    numbers = [name for name in ("error", "slope", "coverage") if name in found]
    last = [
        {"group": "worst group", "accuracy": found.accuracy.min(), "low": low, "high": high, "n": int(worst.sum())}
        | {name: found[name].max() if name == "error" else found[name].min() for name in numbers},
        {
            "group": "gap",
            "accuracy": np.ptp(found.accuracy),
            "low": apart[0],
            "high": apart[1],
            "n": int((worst | best).sum()),
        }
        | {name: found[name].max() - found[name].min() for name in numbers},
    ]
    return pd.concat([found, pd.DataFrame(last).assign(column=column)], ignore_index=True)[found.columns]


def groups_rich_table(
    metrics: Mapping[str, OverGroups], title: str = "Accuracy over subjects", simulated: bool = False
) -> Table:
    """Render what `over_groups` returns; green where the interval lies above chance, red where it lies below."""
    table = Table(
        title=escape(f"{title} ({SIMULATED})" if simulated else title),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("type", overflow="fold", min_width=12)
    for column in ("mean", "95 % interval", "chance", "lowest", "highest", "groups"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in metrics.items():
        chance = row.get("chance", float("nan"))
        style = "green" if row["low"] > chance else "red" if row["high"] < chance else ""
        value = f"{row['value']:.3f}"
        table.add_row(
            escape(name),
            f"[{style}]{value}[/{style}]" if style else value,
            f"{row['low']:.3f} - {row['high']:.3f}",
            f"{chance:.3f}" if "chance" in row else "",
            f"{min(row['groups'].values()):.3f}",
            f"{max(row['groups'].values()):.3f}",
            str(len(row["groups"])),
            end_section=name == "overall",
        )
    return table
