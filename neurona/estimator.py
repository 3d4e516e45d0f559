"""Decoders as scikit-learn has them: `ConceptDecoder` in pipelines, cross-validation and grid searches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.special import logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from neurona.datasets.dataset import Dataset
from neurona.datasets.from_arrays import from_arrays
from neurona.datasets.labels import UNNAMED, label_text, read_labels
from neurona.decoders import fit_decoder
from neurona.errors import NeuronaError
from neurona.programs import parse
from neurona.readings import Reading

_LEAST = 1e-300


class ConceptDecoder(ClassifierMixin, BaseEstimator):
    """A decoder of concepts as a scikit-learn classifier; every query may be asked of what it has read.

    Parameters:
        decoder: kind of decoder (`linear_evidence`, `explain`, ...), or settings such as `LinearEvidenceSettings(shrinkage=0.1)`.
        entities: name of the entity that each feature (or channel) belongs to; each its own when None.
        method: of making entities of these features or channels (`"views"`), or its settings; what the recordings suggest when None.
        sampling_hz: samples a second of X `[recording, channel, time]`, which bands of frequency need.
        align: method of aligning runs (`groups`) before, such as `zscore`, or its settings. What is read at once is a run unless `read` is told its
            runs, so an answer then depends on what is read with it.
        definitions: concepts of an ontology by others, e.g. `{"animate": "face(x) | cat(x)"}`.
        validation: share of the training recordings that decoders choose settings by which need some apart.
        random_state: seed of everything that is drawn.

    Attributes:
        classes_: of each target, as in y; a list of arrays where y has several columns.
        decoder_: the `FittedDecoder`, which can be saved.
        n_features_in_, feature_names_in_: see scikit-learn.

    Examples:
        >>> import neurona as nr
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> decoder = nr.ConceptDecoder(definitions={"late": "_1(x) | _2(x)"}).fit(X[::2], y[::2])
        >>> bool(decoder.score(X[1::2], y[1::2]) > 0.9)
        True
        >>> decoder.ask(X[[0, 149]], "exists x. late(x)").answer.tolist()
        ['no', 'yes']
    """

    def __init__(
        self,
        decoder: Any = "linear_evidence",
        *,
        entities: Any = None,
        method: Any = None,
        sampling_hz: Any = 1.0,
        align: Any = None,
        definitions: Any = None,
        validation: Any = 0.1,
        random_state: Any = 0,
    ):
        # Of any type: scikit-learn wants whatever is wrong to be told by fit, and not before.
        self.decoder = decoder
        self.entities = entities
        self.method = method
        self.sampling_hz = sampling_hz
        self.align = align
        self.definitions = definitions
        self.validation = validation
        self.random_state = random_state

    def fit(self, X: Any, y: Any, groups: Any = None) -> ConceptDecoder:
        """Fit to recordings.

        Args:
            X: `[recording, feature]` or `[recording, channel, time]`.
            y: classes `[recording]`, or several targets `[recording, target]`, each of its own kind; columns of true and false are concepts.
            groups: run of each recording, which inner folds keep together and `align` aligns.

        Raises:
            ValueError: arrays that scikit-learn refuses, one class alone, or a decoder that cannot read.
        """
        names = [str(name) for name in getattr(y, "columns", ())]
        X, y = validate_data(self, X, y, allow_nd=True, multi_output=True, ensure_min_samples=2)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        columns = [_typed(column) for column in (y.T if y.ndim == 2 else [y])]
        for column in columns:
            check_classification_targets(column)
        several = y.ndim == 2
        if not names or not several:
            names = [f"{UNNAMED}{k}" for k in range(len(columns))] if several else [UNNAMED]
        table = pd.DataFrame(dict(zip(names, columns, strict=True)))
        with _value_errors():
            labels = read_labels(table, len(X))
            data = self._dataset(X, table, groups)
            seed = self.random_state
            if not isinstance(seed, int):
                seed = int(check_random_state(seed).randint(2**31))
            self.decoder_ = fit_decoder(
                data,
                self.decoder,
                entities=self.method,
                align=self.align,
                seed=seed,
                validation=self.validation,
            )
        classes = [np.unique(column) for column in columns]
        self.classes_ = classes if several else classes[0]
        self._targets = [
            (column.word, None if column.words is None else [column.words[label_text(value)] for value in known])
            for column, known in zip(labels.columns, classes, strict=True)
        ]
        return self

    def read(self, X: Any, groups: Any = None) -> Reading:
        """Everything that the decoder says about recordings, which are called by the numbers of their rows.

        Args:
            X: recordings, as in `fit`.
            groups: run of each, where the decoder aligns runs; all are of one when None.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, allow_nd=True)
        with _value_errors():
            return self.decoder_.read(self._dataset(X, None, groups))

    def ask(self, X: Any, queries: Any, *, given: Any = None, groups: Any = None) -> pd.DataFrame:
        """Every query about every recording; see `read` and `Reading.ask`."""
        return self.read(X, groups).ask(queries, given=given)

    def predict_proba(self, X: Any) -> Any:
        """Posterior of each class.

        Returns:
            `[recording, class]`, rows sum to 1, in the order of `classes_`; a list of these where there are several targets.
        """
        reading = self.read(X)
        found = [_posterior(reading, word, words) for word, words in self._targets]
        return found if isinstance(self.classes_, list) else found[0]

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each recording; of several targets, in columns."""
        if not isinstance(found := self.predict_proba(X), list):
            return self.classes_[found.argmax(axis=1)]
        chosen = [known[part.argmax(axis=1)] for known, part in zip(self.classes_, found, strict=True)]
        if len({column.dtype.kind for column in chosen}) > 1:
            chosen = [column.astype(object) for column in chosen]
        return np.stack(chosen, axis=1)

    def decision_function(self, X: Any) -> Any:
        """Log odds of the second class where there are two, else the log probability of each.

        Returns:
            `[recording]` or `[recording, class]`; of several targets of two classes `[recording, target]`, else a list.
        """
        found = self.predict_proba(X)
        if not isinstance(found, list):
            return _scores(found)
        scores = [_scores(part) for part in found]
        return np.stack(scores, axis=1) if all(score.ndim == 1 for score in scores) else scores

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Share of recordings of which all targets are right."""
        right = np.asarray(self.predict(X)) == np.asarray(y).reshape(len(y), -1).squeeze()
        return float(np.average(right.reshape(len(right), -1).all(axis=1), weights=sample_weight))

    def _dataset(self, X: Any, y: Any, groups: Any) -> Dataset:
        channels = getattr(self, "feature_names_in_", None)
        return from_arrays(
            X,
            y,
            groups=None if groups is None else list(groups),
            entities=self.entities,
            sampling_hz=self.sampling_hz,
            definitions=self.definitions if y is not None else None,
            channels=None if channels is None else list(channels),
            ids=[str(row) for row in range(len(X))],
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.classifier_tags.multi_label = True
        tags.input_tags.three_d_array = True
        return tags


@contextmanager
def _value_errors() -> Iterator[None]:
    """Errors as scikit-learn's users expect them."""
    try:
        yield
    except NeuronaError as error:
        raise ValueError(str(error)) from error


def _typed(column: np.ndarray) -> np.ndarray:
    """A column of a table of mixed columns, in a type of its own."""
    return np.array(column.tolist()) if column.dtype == object else column


def _posterior(reading: Reading, word: str, words: list[str] | None) -> Float[np.ndarray, "recording class"]:
    query = parse(f"exists x. {word}(x)" if words is None else f"describe {word}", reading.vocabulary)
    rows = np.arange(len(reading.recordings))
    belief = reading.believe([query] * len(rows), rows)
    if words is None:
        yes = belief.probability[:, 0]
        return np.stack([1 - yes, yes], axis=1)
    found = belief.probability[:, [belief.choices[0].index(name) for name in words]]
    return found / found.sum(axis=1, keepdims=True)


def _scores(posterior: Float[np.ndarray, "recording class"]) -> Float[np.ndarray, "recording *class"]:
    if posterior.shape[1] == 2:
        return logit(posterior[:, 1])
    return np.log(np.maximum(posterior, _LEAST))
