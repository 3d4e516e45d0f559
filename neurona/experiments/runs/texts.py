"""What texts alone answer about a run's test questions, without any recording: the control of a question set.

Yes/no questions by the texts of the image's other questions (`neurona.scenes.pool`), words by the language prior of the training questions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from neurona.decoders.question_only import QuestionOnlySettings, fit_question_only
from neurona.experiments.runs.folds import Fitted
from neurona.experiments.runs.predictions import predictions_of
from neurona.scenes.pool import pool_audit


def text_predictions(fitted: Sequence[Fitted], seed: int) -> pd.DataFrame:
    """A predictions table of the test questions of all folds."""
    return pd.concat([_of_fold(one, seed) for one in fitted], ignore_index=True)


def _of_fold(fitted: Fitted, seed: int) -> pd.DataFrame:
    prior = fit_question_only(fitted.problem, QuestionOnlySettings())
    found = predictions_of(fitted._replace(decoder=prior, reading=None))
    sides = {"train": fitted.problem.train.table, "test": fitted.test.table}
    asked = pd.concat([table.assign(part=part) for part, table in sides.items()], ignore_index=True)
    pool = pool_audit(asked, seed=seed, most=len(asked)).tested.set_index(["image", "program"]).pool
    yes = pool.reindex(pd.MultiIndex.from_frame(found[["image", "program"]])).to_numpy(np.float64)
    told = np.isfinite(yes)
    logit = np.log(np.clip(yes, 1e-6, None) / np.clip(1 - yes, 1e-6, None))
    found["predicted"] = np.where(told, np.where(yes > 0.5, "yes", "no"), found["predicted"])
    return found.assign(score=np.where(told, logit, found.score), as_asked=np.where(told, yes, found.as_asked))
