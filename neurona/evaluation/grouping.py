"""Groups of questions that accuracy is told of: types, kinds of denied questions, hops, yes/no, describe, overall."""

from __future__ import annotations

import numpy as np
import pandas as pd
from jaxtyping import Bool, Shaped

from neurona.evaluation.predictions import canonical_answers, is_yes_no


def question_groups(predictions: pd.DataFrame) -> dict[str, Bool[np.ndarray, " question"]]:
    """Name of a group -> its questions.

    Args:
        predictions: a predictions table; `negative` and `pair`, and `hops`, make groups where it has them.

    Returns:
        Each type in alphabetical order; `TYPE, KIND` for each kind of denied question, over whole pairs (the denied
        questions of that kind and the true ones that they are paired with); `1 hop`, `2 hops`, ... of the yes/no questions where
        these differ in hops; `yes/no` and `describe`, all types of each together; `overall`.
    """
    types = predictions["type"].astype(str).to_numpy(dtype=object)
    truth = canonical_answers(predictions["answer"])
    stated = pd.to_numeric(predictions["chance"]).notna().to_numpy()
    found: dict[str, Bool[np.ndarray, " question"]] = {name: types == name for name in sorted(set(types))}
    yes_no = np.isin(types, [name for name, chosen in found.items() if is_yes_no(truth[chosen])])
    found |= _denied(predictions, types) | _hops(predictions, yes_no)
    # A type that bears one of these names stands for itself.
    for name, chosen in (("yes/no", yes_no), ("describe", ~yes_no & stated)):
        if chosen.any():
            found.setdefault(name, chosen)
    return found | {"overall": np.ones(len(predictions), dtype=bool)}


def told_apart(groups: dict[str, Bool[np.ndarray, " question"]]) -> dict[str, Bool[np.ndarray, " question"]]:
    """The groups without `yes/no` and `describe` where these are one type alone."""
    types = [chosen for name, chosen in groups.items() if name not in ("yes/no", "describe", "overall")]
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
