"""Groups of questions that accuracy is told of: types, kinds of denied questions, hops, yes/no, describe, overall."""

from __future__ import annotations

import numpy as np
import pandas as pd
from jaxtyping import Bool, Shaped

from neurona.evaluation.predictions import forms_of

SUMMARIES = ("yes/no", "describe", "overall")
"""Groups of all questions of one form, and of all there are."""


def question_groups(predictions: pd.DataFrame) -> dict[str, Bool[np.ndarray, " question"]]:
    """Name of a group -> its questions.

    Args:
        predictions: a predictions table; `negative` and `pair`, and `hops`, make groups where it has them.

    Returns:
        Each type in alphabetical order; `TYPE, KIND` for each kind of denied question, over whole pairs (the denied
        questions of that kind and the true ones that they are paired with); `1 hop`, `2 hops`, ... of the yes/no questions where
        these differ in hops; `yes/no` and `describe`, all questions of either form; `overall`. A type that bears the name of one of these
        three, and is not the same questions, is `type NAME`.
    """
    types, forms = predictions["type"].astype(str).to_numpy(dtype=object), forms_of(predictions)
    all_of = {name: forms == name for name in SUMMARIES[:2] if (forms == name).any()}
    all_of["overall"] = np.ones(len(predictions), dtype=bool)
    found: dict[str, Bool[np.ndarray, " question"]] = {}
    for name in sorted(set(types)):
        chosen = types == name
        taken = name in SUMMARIES and not (name in all_of and np.array_equal(chosen, all_of[name]))
        found[f"type {name}" if taken else name] = chosen
    found |= _denied(predictions, types) | _hops(predictions, forms == "yes/no")
    found.pop("overall", None)  # the last one, whatever a type is called
    return found | all_of


def told_apart(groups: dict[str, Bool[np.ndarray, " question"]]) -> dict[str, Bool[np.ndarray, " question"]]:
    """The groups without `yes/no` and `describe` where these are one type alone."""
    types = [chosen for name, chosen in groups.items() if name not in SUMMARIES]
    return {
        name: chosen
        for name, chosen in groups.items()
        if name not in ("yes/no", "describe") or not any(np.array_equal(chosen, other) for other in types)
    }


def _denied(predictions: pd.DataFrame, types: Shaped[np.ndarray, " n"]) -> dict[str, Bool[np.ndarray, " n"]]:
    """`type, kind` -> the denied questions of that kind and those that they are paired with."""
    if not {"negative", "pair"} <= set(predictions.columns):
        return {}
    negative = predictions["negative"].fillna("").astype(str).to_numpy(dtype=object)
    named = predictions["pair"].fillna("").astype(str).to_numpy(dtype=object)
    # Runs of several seeds use the same names for different pairs.
    keys = [column for column in ("seed", "pair") if column in predictions]
    pair = predictions.groupby(keys, dropna=False).ngroup().to_numpy()
    found = {}
    for kind in sorted(set(negative) - {""}):
        for of_type in sorted(set(types[negative == kind])):
            told = np.unique(pair[(negative == kind) & (types == of_type) & (named != "")])
            chosen = (types == of_type) & np.isin(pair, told) & np.isin(negative, ["", kind])
            if chosen.any():
                found[f"{of_type}, {kind}"] = chosen
    return found


def _hops(predictions: pd.DataFrame, yes_no: Bool[np.ndarray, " n"]) -> dict[str, Bool[np.ndarray, " n"]]:
    if "hops" not in predictions:
        return {}
    hops = pd.to_numeric(predictions["hops"]).to_numpy(dtype=float)
    numbers = sorted({int(number) for number in hops[yes_no & np.isfinite(hops)]})
    if len(numbers) < 2:
        return {}
    return {f"{number} hop{'s' if number != 1 else ''}": yes_no & (hops == number) for number in numbers}
