"""Where concepts sit, according to the decoders of a run, and how well planted places are recovered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from neurona.decoders import Grounded
from neurona.evaluation import grounding_recovery
from neurona.experiments.folds import Fitted
from neurona.experiments.study import Study


def groundings_of(decoder: Any, entities: Sequence[str]) -> pd.DataFrame | None:
    """How strongly each entity carries each word, `word x entity`; None for decoders that cannot say.

    Words that a decoder knows nothing of (NaN) are left out.
    """
    if not isinstance(decoder, Grounded):
        return None
    words, scores = decoder.groundings()
    return pd.DataFrame(np.asarray(scores, np.float64), index=list(words), columns=list(entities)).dropna()


def grounding_metrics(study: Study, fitted: Sequence[Fitted], seed: int) -> dict[str, Any]:
    """`groundings`: how well the planted groundings are found again (mean average precision over words), on SIMULATED data whose
    entities are the planted parcels, and for decoders that say where they found words."""
    found = groundings_of(fitted[0].decoder, fitted[0].problem.entities.names)
    planted = study.planted
    if found is None or planted is None or set(planted.entities) != set(found.columns):
        return {}
    known = [word for word in found.index if word in planted.words]
    rows = [planted.words.index(word) for word in known]
    columns = [planted.entities.index(name) for name in found.columns]
    recovery = grounding_recovery(found.loc[known].to_numpy(), planted.carried[np.ix_(rows, columns)], known, seed=seed)
    return {"groundings": {k: v for k, v in recovery._asdict().items() if k != "words"}}
