"""What classical decoders reach on a run's folds: of each category that is described, and of all exclusive ones at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain, combinations

import numpy as np
from jaxtyping import Shaped

from neurona.datasets.dataset import Dataset
from neurona.evaluation.metrics.accuracy import Accuracy
from neurona.evaluation.metrics.baselines import Signal, accuracy_of, baseline_predictions
from neurona.evaluation.predictions import UNITS, clusters
from neurona.experiments.runs.folds import Fitted
from neurona.programs.tree import Describe
from neurona.questions import Asked

Labels = dict[str, Shaped[np.ndarray, " recording"]]
_TOGETHER = " & "


def peer_table(
    names: Sequence[str], dataset: Dataset, asked: Asked, fitted: Sequence[Fitted], unit: str
) -> dict[str, Accuracy]:
    """Accuracy of classical decoders on the features that each fold's entities are made of, or on the recordings.

    Of one category the rows are decoders (`lda`); of several, decoders and categories (`lda: Object`). Several exclusive categories at once are decoded in
    two ways: each conjunction that training shows as a class (`lda: Object & Position`), and each category by a decoder of its own (`..., each apart`),
    which alone can name conjunctions that training lacks. Categories of which a fold's training lacks a word are left out.

    Args:
        names: of `BASELINES`.
        dataset: of the run.
        asked: all its questions.
        fitted: the folds.
        unit: what is independent of each other, see `unit_of`.
    """
    data, vocabulary = dataset.recordings.data, dataset.vocabulary
    n = dataset.recordings.n_recordings
    features = [one.problem.entities.features for one in fitted]
    pairs = [(np.flatnonzero(one.fold.train | one.fold.validation), np.flatnonzero(one.fold.test)) for one in fitted]
    independent = np.arange(n)
    independent[asked.recording] = clusters(asked.table, UNITS[unit])
    labels = {name: one for name, one in _labels(asked, n).items() if _learnable(one, pairs)}
    together = [name for name in vocabulary.exclusive if name in labels]
    words = {name: len(vocabulary.categories[name]) for name in labels}
    signal, runs = Signal(data.values, float(data.attrs["sampling_hz"])), data.run.values.astype(str)
    predicted_by = partial(baseline_predictions, folds=pairs, standardise=True, signal=signal, runs=runs)
    table: dict[str, Accuracy] = {}
    for peer in names:
        told = {name: predicted_by(peer, features, one) for name, one in labels.items()}
        for name, (tested, predicted) in told.items():
            row = accuracy_of(labels[name][tested], predicted, independent[tested])
            # The same question has the same chance in all tables: guessing one of its words.
            table[peer if len(labels) == 1 else f"{peer}: {name}"] = {**row, "chance": 1 / words[name]}
        for some in chain.from_iterable(combinations(together, k) for k in range(2, len(together) + 1)):
            title, chance = f"{peer}: {_TOGETHER.join(some)}", float(1 / np.prod([words[name] for name in some]))
            whole = _joined([labels[name] for name in some])
            tested, predicted = predicted_by(peer, features, whole)
            apart = _joined([told[name][1] for name in some])
            for label, found in ((title, predicted), (f"{title}, each apart", apart)):
                table[label] = {**accuracy_of(whole[tested], found, independent[tested]), "chance": chance}
    return table


def _labels(asked: Asked, n: int) -> Labels:
    """Category -> answer about each recording, of categories that all recordings are asked about."""
    found: Labels = {}
    for program in asked.table.program[asked.is_describe].unique():
        rows = np.flatnonzero(asked.table.program == program)
        query = asked.queries[rows[0]]
        if isinstance(query, Describe) and len(set(asked.recording[rows])) == n:
            answers = np.full(n, "", dtype=object)
            answers[asked.recording[rows]] = asked.table.answer.to_numpy()[rows]
            found[query.category] = answers
    return found


def _learnable(labels: Shaped[np.ndarray, " recording"], pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether each fold's training shows two words or more, and all that are tested."""
    sides = [(set(labels[train]), set(labels[test])) for train, test in pairs]
    return all(len(train) > 1 and test <= train for train, test in sides)


def _joined(columns: Sequence[Shaped[np.ndarray, " recording"]]) -> Shaped[np.ndarray, " recording"]:
    return np.array([_TOGETHER.join(map(str, row)) for row in zip(*columns, strict=True)], dtype=object)
