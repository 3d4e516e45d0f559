"""What a column of a paper's table is about: questions of a predictions table.

overall, yes/no, describe, object, ...     groups of questions, as accuracy tables name them
Object                                     what is described of a category
Object & Position                          several categories of a recording at once: right where all of them are
..., seen  and  ..., unseen                of recordings whose conjunction training has, or lacks (split `conjunctions`)
"""

from __future__ import annotations

import pandas as pd

from neurona.evaluation.grouping import question_groups
from neurona.experiments.runs.peers import joint

_AND = " & "


def part_of(predictions: pd.DataFrame, measure: str) -> pd.DataFrame | None:
    """The questions of a measure as a predictions table; None where there are none."""
    name, comma, part = measure.rpartition(", ")
    if comma and part in ("seen", "unseen"):
        if "unseen" not in predictions:
            return None
        predictions = predictions[predictions["unseen"].to_numpy(bool) == (part == "unseen")]
    else:
        name = measure
    if _AND in name:
        found = joint(predictions, name.split(_AND))
    else:
        groups = question_groups(predictions) if len(predictions) else {}
        chosen = groups[name] if name in groups else predictions["program"].isin([name, f"describe {name}"]).to_numpy()
        found = predictions[chosen]
    return found if len(found) else None
