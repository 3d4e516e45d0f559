"""Curves of a sweep over numbers: accuracy against labelled recordings of a new person, training images, epochs, whatever its key counts.

    neurona sweep CONFIG --over evaluation.labelled=0,10,20,40 'align=[null, zscore, centre]' --set evaluation.reserved=40

A line for each setting of the other keys; what each uses of the people it is tested on, beside the labelled recordings, stands beneath.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

import pandas as pd

from neurona.evaluation.plots.effects import learning_curve_plot

FILES = {"describe": "curve_describe.png", "yes/no": "curve_yes_no.png", "overall": "curve.png"}
"""Types of questions that have a curve; `overall` where there is neither of the others."""
AXES = {"evaluation.labelled": "labelled recordings of who is tested", "evaluation.n_train": "training images"}
"""What a key counts, in words."""
_WIDTH = 100


def draw_curves(out: Path, summary: pd.DataFrame, keys: Sequence[str], title: str) -> list[Path]:
    """A picture for each type of question, where one key of several values is a number and no other is.

    Args:
        out: the folder.
        summary: what `over_seeds` returns.
        keys: that the sweep goes over.
        title: a line above the pictures.

    Returns:
        The files.

    Raises:
        OutputError: a file cannot be written.
    """
    across = _number(summary, keys)
    if across is None:
        return []
    lines = [key for key in keys if key != across]
    table = summary.rename(columns={across: "n_train", "mean": "accuracy", "type": "group"}).assign(oracle=float("nan"))
    table["decoder"] = [", ".join(_short(value) for value in row) or "accuracy" for row in table[lines].to_numpy()]
    table = table.sort_values("n_train", kind="stable")
    types = [kind for kind in ("describe", "yes/no") if (table.group == kind).any()] or ["overall"]
    used = table.drop_duplicates("decoder")
    note = [f"bands: 95 % intervals over {' and '.join(sorted({f'{one}s' for one in summary.over}))}"]
    note += [f"used of who is tested, at {table.n_train.min():g}:"]
    note += [f"{row.decoder}: {row.used_of_tested_people}" for row in used.itertuples()]
    made = []
    for kind in types:
        made.append(
            learning_curve_plot(
                table[table.group == kind],
                out / FILES[kind],
                title,
                bool(summary.simulated.any()),
                AXES.get(across, across),
                "\n".join(line for text in note for line in wrap(text, _WIDTH)),
            )
        )
    return made


def _number(summary: pd.DataFrame, keys: Sequence[str]) -> str | None:
    numbers = [key for key in keys if summary[key].dtype.kind in "iuf"]
    found = [key for key in numbers if summary[key].nunique() > 1]
    return found[0] if len(found) == 1 else None


def _short(value: object) -> str:
    """`centre, subject` of an alignment's settings."""
    try:
        told = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        told = value
    if isinstance(told, dict):
        return ", ".join(map(str, told.values()))
    return "none" if told is None else str(told)
