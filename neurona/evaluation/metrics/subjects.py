"""Accuracy over subjects: the mean, and an interval that speaks of subjects who were not measured.

    m = mean_s a_s,    m +- t(0.975, S - 1) * sd(a) / sqrt(S),    a_s the share of right answers of subject s

cut at 0 and 1. Each subject counts the same, however many questions were asked. Intervals over questions (`accuracy.py`) speak of these subjects alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table
from scipy.stats import t

from neurona.evaluation.grouping import question_groups, told_apart
from neurona.evaluation.metrics.chance_levels import chance_of
from neurona.evaluation.predictions import check_predictions, forms_of, right_answers
from neurona.evaluation.simulated import SIMULATED


class OverSubjects(TypedDict):
    """One row: mean accuracy over subjects, its 95 % interval (NaN for one subject), each subject's accuracy, and mean chance, but for
    questions of several forms."""

    value: float
    low: float
    high: float
    subjects: dict[str, float]
    chance: NotRequired[float]


def over_subjects(predictions: pd.DataFrame) -> dict[str, OverSubjects]:
    """Mean accuracy over subjects of each group of questions, with its t interval.

    Args:
        predictions: one row a question, with the columns of a predictions table and `subject`.

    Returns:
        Groups in the order of `question_groups`. A group that a subject was not asked about is summarised over the others.

    Raises:
        DataError: see `check_predictions`.
    """
    check_predictions(predictions)
    right, chance = right_answers(predictions), chance_of(predictions)
    forms = forms_of(predictions)
    subject = predictions["subject"].astype(str).to_numpy()
    table: dict[str, OverSubjects] = {}
    for name, rows in told_apart(question_groups(predictions)).items():
        who = np.unique(subject[rows])
        own = {one: float(right[rows & (subject == one)].mean()) for one in who}
        guessed = [float(chance[rows & (subject == one)].mean()) for one in who]
        values = np.array(list(own.values()))
        half = np.nan
        if len(values) > 1:
            half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
        mean = float(values.mean())
        table[name] = {
            "value": mean,
            "low": float(np.maximum(mean - half, 0)),
            "high": float(np.minimum(mean + half, 1)),
            "subjects": own,
        }
        if len(set(forms[rows])) == 1:
            table[name]["chance"] = float(np.mean(guessed))
    return table


def subjects_rich_table(
    metrics: Mapping[str, OverSubjects], title: str = "Accuracy over subjects", simulated: bool = False
) -> Table:
    """Render what `over_subjects` returns; green where the interval lies above chance, red where it lies below."""
    table = Table(
        title=escape(f"{title} ({SIMULATED})" if simulated else title),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("type", overflow="fold", min_width=12)
    for column in ("mean", "95 % interval", "chance", "lowest", "highest", "subjects"):
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
            f"{min(row['subjects'].values()):.3f}",
            f"{max(row['subjects'].values()):.3f}",
            str(len(row["subjects"])),
            end_section=name == "overall",
        )
    return table
