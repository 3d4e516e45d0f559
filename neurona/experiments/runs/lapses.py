"""Which recordings of a run say nothing of what was shown (`evaluation.metrics.lapses`): the metric `lapses`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int

from neurona.errors import DataError
from neurona.evaluation.metrics.lapses import information, lapse_table
from neurona.experiments.runs.folds import Fitted
from neurona.experiments.study import Study

EXCHANGES = 5
"""Other recordings that are asked what is asked of each one."""


def lapses_of(fitted: Sequence[Fitted], study: Study, seed: int) -> pd.DataFrame:
    """The test recordings of all folds, see `lapse_table`.

    Args:
        fitted: the folds.
        study: the data.
        seed: of who is exchanged with whom.

    Raises:
        DataError: a decoder has no reading, or no subject has test recordings of two images.
    """
    data = study.dataset.recordings.data
    ids, parts, exchanged = data.recording.values.astype(str), [], []
    for number, one in enumerate(fitted):
        if one.reading is None:
            raise DataError(
                "lapses: a decoder without a reading does not say how probable an answer is before the recording"
            )
        rows, place = np.unique(one.test.recording, return_inverse=True)
        in_reading = one.reading.rows(ids[rows].tolist())

        def told(source: Int[np.ndarray, " recording"], one: Fitted = one, place: np.ndarray = place) -> np.ndarray:
            """I of recordings by what other rows of the reading say; NaN where there is no other row."""
            known = source[place] >= 0
            asked = one.test.take(known)
            of_question = information(one.reading.believe(asked.queries, source[place][known]), asked.target)  # type: ignore[union-attr]
            found: np.ndarray = (
                pd.Series(of_question).groupby(place[known]).mean().reindex(range(len(source))).to_numpy()
            )
            return found

        parts.append(pd.DataFrame({"row": rows, "information": told(in_reading)}))
        rng = np.random.default_rng([seed, number])
        partners = _partners(study, rows, rng)
        exchanged += [told(np.where(column < 0, -1, in_reading[column])) for column in partners]
    table, null = pd.concat(parts, ignore_index=True).dropna(), np.concatenate(exchanged)
    null = null[~np.isnan(null)]
    if not len(null):
        raise DataError("lapses: no subject has test recordings of two images or more that could be exchanged")
    rows = table.row.to_numpy(np.int64)
    lapsed = data.lapsed.values[rows] == "yes" if "lapsed" in data.coords else None
    return lapse_table(ids[rows].tolist(), table.information.to_numpy(np.float64), null, lapsed)


def _partners(
    study: Study, rows: Int[np.ndarray, " recording"], rng: np.random.Generator
) -> Int[np.ndarray, "exchange recording"]:
    """Places among `rows` of recordings of other images, or other labels, of the same subject; -1 where there are none."""
    data = study.dataset.recordings.data
    subject = data.subject.values.astype(str)[rows]
    shown = np.array(study.dataset.images, dtype=object)[rows]
    if "label" in data.coords and any(data.label.values.astype(str)):
        shown = data.label.values.astype(str)[rows]
    found = np.full((EXCHANGES, len(rows)), -1)
    for k in range(len(rows)):
        others = np.flatnonzero((subject == subject[k]) & (shown != shown[k]))
        if len(others):
            found[:, k] = rng.choice(others, EXCHANGES)
    return found
