"""What classical decoders answer about a run's test recordings, on its folds: each category that is described, and all exclusive ones at once.

A peer learns categories in two ways. `apart`: a decoder for each category, which can name conjunctions that training lacks. Or each conjunction that training
shows, of two categories or more, is a class. Both answer the same describe questions as the run's decoder, so that they are compared question by question.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain, combinations

import numpy as np
import pandas as pd
from jaxtyping import Int, Shaped

from neurona.blocks import check_held
from neurona.datasets.dataset import Dataset
from neurona.evaluation.metrics.accuracy import Accuracy
from neurona.evaluation.metrics.baselines import Signal, accuracy_of, baseline_predictions
from neurona.evaluation.predictions import UNITS, clusters
from neurona.experiments.runs.folds import Fitted
from neurona.programs import Vocabulary
from neurona.programs.tree import Describe
from neurona.questions import Asked
from neurona.recordings.recordings import Recordings

APART = "apart"
Labels = dict[str, Shaped[np.ndarray, " recording"]]
_AND = " & "
_COPIES = 3
"""Of all recordings, in float64, that a peer holds at once."""


def check_peers(names: Sequence[str], recordings: Recordings) -> None:
    """Refuse peers of more recordings than memory holds, before any long work.

    Raises:
        DataError: see `neurona.blocks.check_held`.
    """
    if names:
        check_held("evaluation.baselines", recordings.data.size, _COPIES)


def peer_predictions(
    names: Sequence[str], dataset: Dataset, asked: Asked, fitted: Sequence[Fitted]
) -> pd.DataFrame | None:
    """Answers of classical decoders on the features that each fold's entities are made of, or on the recordings; None where there are none.

    Categories of which a fold's training lacks a word are left out.

    Args:
        names: of `BASELINES`.
        dataset: of the run.
        asked: all its questions.
        fitted: the folds.

    Returns:
        A predictions table of describe questions with the columns `peer`, `way` (`apart`, or the categories whose conjunctions were
        classes: `Object & Position`) and `category`.
    """
    if not names:
        return None  # the recordings may be more than memory holds
    data, n = dataset.recordings.data, dataset.recordings.n_recordings
    features = [one.problem.entities.features for one in fitted]
    pairs = [(np.flatnonzero(one.fold.train | one.fold.validation), np.flatnonzero(one.fold.test)) for one in fitted]
    fold_of = np.repeat([one.fold.name for one in fitted], [len(test) for _, test in pairs])
    labels = {name: one for name, one in _labels(asked, n).items() if _learnable(one, pairs)}
    together = [name for name in dataset.vocabulary.exclusive if name in labels]
    several = list(chain.from_iterable(combinations(together, k) for k in range(2, len(together) + 1)))
    signal, runs = Signal(data.values, float(data.attrs["sampling_hz"])), _kept_whole(fitted)
    predicted_by = partial(baseline_predictions, folds=pairs, standardise=True, signal=signal, runs=runs)
    told = partial(_told, asked, _question_rows(asked, n), fold_of, dataset.vocabulary)
    parts = []
    for peer in names:
        for name, one in labels.items():
            parts.append(told(peer, APART, name, *predicted_by(peer, features, one)))
        for some in several:
            tested, predicted = predicted_by(peer, features, _joined([labels[name] for name in some]))
            words = np.array([str(row).split(_AND) for row in predicted], dtype=object)
            parts += [told(peer, _AND.join(some), name, tested, words[:, k]) for k, name in enumerate(some)]
    return pd.concat(parts, ignore_index=True) if parts else None


def _kept_whole(fitted: Sequence[Fitted]) -> np.ndarray | None:
    """What inner folds of peers keep whole: what those of the decoder do."""
    groups = fitted[0].problem.groups
    return None if groups is None else np.asarray(groups)


def peer_table(predictions: pd.DataFrame | None, unit: str) -> dict[str, Accuracy]:
    """Accuracy of the peers.

    Of one category the rows are decoders (`lda`); of several, decoders and categories (`lda: Object`), and all exclusive ones at once, by the
    decoder of conjunctions (`lda: Object & Position`) and by one of each category (`..., each apart`).

    Args:
        predictions: of `peer_predictions`.
        unit: what is independent of each other, see `unit_of`.
    """
    table: dict[str, Accuracy] = {}
    if predictions is None:
        return table
    one_category = predictions.category.nunique() == 1
    for peer, of_peer in predictions.groupby("peer", sort=False):
        for name, rows in of_peer[of_peer.way == APART].groupby("category", sort=False):
            table[str(peer) if one_category else f"{peer}: {name}"] = _accuracy(rows, unit)
        for some in [way for way in of_peer.way.unique() if way != APART]:
            for way, said in ((some, ""), (APART, ", each apart")):
                rows = joint(of_peer[of_peer.way == way], str(some).split(_AND))
                table[f"{peer}: {some}{said}"] = _accuracy(rows, unit)
    return table


def joint(predictions: pd.DataFrame, categories: Sequence[str]) -> pd.DataFrame:
    """Several describe questions about a recording as one, which is answered rightly where all of them are.

    Args:
        predictions: a predictions table of one decoder.
        categories: that are described.

    Returns:
        A predictions table with one row a recording (of each seed and fold) that was asked all of them: `question` is the recording's own, answers are joined by &,
        chances multiplied.
    """
    keys = [name for name in ("seed", "fold", "recording") if name in predictions]
    parts = [
        predictions[predictions.program == f"describe {name}"].drop_duplicates(keys).set_index(keys)
        for name in categories
    ]
    common = parts[0].index
    for part in parts[1:]:
        common = common.intersection(part.index, sort=False)
    parts = [part.loc[common] for part in parts]
    first = parts[0].reset_index()
    program = f"describe {_AND.join(categories)}"
    return first.assign(
        question=first.recording.astype(str) + f" {program}",
        program=program,
        type=_AND.join(categories),
        answer=_joined([part.answer.to_numpy() for part in parts]),
        predicted=_joined([part.predicted.to_numpy() for part in parts]),
        chance=np.prod([part.chance.to_numpy(float) for part in parts], axis=0),
    )


def _told(
    asked: Asked,
    rows_of: dict[str, Int[np.ndarray, " recording"]],
    fold_of: Shaped[np.ndarray, " n"],
    vocabulary: Vocabulary,
    peer: str,
    way: str,
    category: str,
    tested: Int[np.ndarray, " n"],
    predicted: Shaped[np.ndarray, " n"],
) -> pd.DataFrame:
    questions = asked.table.iloc[rows_of[category][tested]]
    said = {
        "fold": fold_of,
        "predicted": predicted,
        "score": np.nan,
        "chance": 1 / len(vocabulary.categories[category]),
    }
    return questions.assign(**said, peer=peer, way=way, category=category)


def _accuracy(rows: pd.DataFrame, unit: str) -> Accuracy:
    found = accuracy_of(rows.answer.to_numpy(), rows.predicted.to_numpy(), clusters(rows, UNITS[unit]))
    # The same question has the same chance in all tables: guessing one of its words.
    return {**found, "chance": float(rows.chance.mean())}


def _question_rows(asked: Asked, n: int) -> dict[str, Int[np.ndarray, " recording"]]:
    """Category -> the row of the question about each recording, of categories that all recordings are asked about."""
    found = {}
    for program in asked.table.program[asked.is_describe].unique():
        rows = np.flatnonzero(asked.table.program == program)
        query = asked.queries[rows[0]]
        if isinstance(query, Describe) and len(set(asked.recording[rows])) == n:
            found[query.category] = np.empty(n, dtype=np.int64)
            found[query.category][asked.recording[rows]] = rows
    return found


def _labels(asked: Asked, n: int) -> Labels:
    """Category -> answer about each recording."""
    answers = asked.table.answer.to_numpy(dtype=object)
    return {category: answers[rows] for category, rows in _question_rows(asked, n).items()}


def _learnable(labels: Shaped[np.ndarray, " recording"], pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether each fold's training shows two words or more, and all that are tested."""
    sides = [(set(labels[train]), set(labels[test])) for train, test in pairs]
    return all(len(train) > 1 and test <= train for train, test in sides)


def _joined(columns: Sequence[Shaped[np.ndarray, " recording"]]) -> Shaped[np.ndarray, " recording"]:
    return np.array([_AND.join(map(str, row)) for row in zip(*columns, strict=True)], dtype=object)
