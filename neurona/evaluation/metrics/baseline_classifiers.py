"""Classical decoders, each tuned inside the training recordings: what a reviewer would try in ten minutes.

Some take the features of entities, others the recordings themselves `[recording, channel, time]`:

- ridge, logistic, linear_svc: penalties by inner cross-validation, in the space of the samples (`sample_space.py`); lda: shrinkage by Ledoit and Wolf;
- lda_window: shrinkage LDA of the channels' means in the window that inner folds choose (B. Blankertz et al. 2011, NeuroImage 56, 814-825);
- tangent_space: covariances in the band that inner folds choose, tangent space, logistic regression (A. Barachant et al. 2013,
  Neurocomputing 112, 172-178), by pyriemann;
- minirocket: random convolutional kernels and ridge (A. Dempster et al. 2021, KDD), by aeon.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Shaped
from scipy.signal import butter, sosfiltfilt
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from neurona.datasets.splits.inner import InnerFolds, inner_folds
from neurona.errors import ConfigError
from neurona.evaluation.metrics.sample_space import SampleSpace, ShrinkageLDA

FOLDS = 4
PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 0.1)
"""C of logistic regression and of the support vector classifier, for z-scored features."""
BANDS = ((8.0, 30.0), (4.0, 40.0))
"""Hz; of mu and beta rhythms, and all that muscles and drifts leave."""
WINDOWS = tuple((k / n, (k + 1) / n, bins) for n in (1, 2, 4) for k in range(n) for bins in (1, 5))
"""From, to (shares of a recording), and the bins in between."""


class Baseline(NamedTuple):
    """A classical decoder.

    Attributes:
        make: a fresh classifier, from inner folds of its training recordings and the samples a second.
        of: what it classifies.
        needs: a package of the extra `bench`.
    """

    make: Callable[[InnerFolds, float], Any]
    of: Literal["features", "recordings"] = "features"
    needs: str | None = None

    @property
    def installed(self) -> bool:
        """Whether what it needs is there."""
        return self.needs is None or find_spec(self.needs) is not None


def tuning_folds(labels: Shaped[np.ndarray, " n"], runs: Shaped[np.ndarray, " n"] | None) -> InnerFolds:
    """Folds of training recordings to tune by: whole runs where each part to train on then has all classes."""
    fewest, folds = int(np.unique(labels, return_counts=True)[1].min()), inner_folds(labels, runs, FOLDS)
    if all(len(np.unique(labels[train])) == len(np.unique(labels)) for train, _ in folds):
        return folds
    return inner_folds(labels, None, max(2, min(FOLDS, fewest)))


def window_means(
    values: Float[np.ndarray, "recording channel time"], window: tuple[float, float, int]
) -> Float[np.ndarray, "recording feature"]:
    """Means of each channel over equal bins of a window."""
    first, last = (round(share * values.shape[2]) for share in window[:2])
    bins = np.array_split(values[:, :, first:last], min(window[2], last - first), axis=2)
    return np.concatenate([part.mean(axis=2) for part in bins], axis=1)


def band_passed(
    values: Float[np.ndarray, "recording channel time"], band: tuple[float, float], hz: float
) -> Float[np.ndarray, "recording channel time"]:
    """Recordings in a band, by a zero-phase Butterworth filter of order 4."""
    high = min(band[1], 0.45 * hz)
    filtered: np.ndarray = sosfiltfilt(butter(4, (band[0], high), "bandpass", fs=hz, output="sos"), values, axis=2)
    return filtered


def _searched(classifier: Any, settings: dict[str, Sequence[Any]], inner: InnerFolds) -> Any:
    return GridSearchCV(classifier, settings, cv=inner)


def _penalised(classifier: Any, inner: InnerFolds) -> Any:
    """C by inner folds; the basis of all training samples holds those of each inner fold."""
    return make_pipeline(SampleSpace(), _searched(classifier, {"C": PENALTIES}, inner))


def _tangent_space(inner: InnerFolds, hz: float) -> Any:
    try:
        from pyriemann.estimation import Covariances
        from pyriemann.tangentspace import TangentSpace
    except ModuleNotFoundError as error:
        raise _lacking("tangent_space", "pyriemann") from error
    steps = [
        ("band", FunctionTransformer(band_passed)),
        ("covariance", Covariances("oas")),
        ("tangent", TangentSpace()),
        ("span", SampleSpace()),
        ("logistic", LogisticRegression(max_iter=300)),
    ]
    return _searched(Pipeline(steps), {"band__kw_args": [{"band": band, "hz": hz} for band in BANDS]}, inner)


def _minirocket(inner: InnerFolds, hz: float) -> Any:
    try:
        from aeon.classification.convolution_based import MiniRocketClassifier
    except ModuleNotFoundError as error:
        raise _lacking("minirocket", "aeon") from error
    return MiniRocketClassifier(random_state=0)


def _lacking(baseline: str, package: str) -> ConfigError:
    return ConfigError(f"baseline {baseline!r} needs {package}, which is not installed: pip install 'neurona[bench]'")


BASELINES: dict[str, Baseline] = {
    "ridge": Baseline(lambda inner, hz: RidgeClassifierCV(np.logspace(-1, 6, 15))),
    "logistic": Baseline(lambda inner, hz: _penalised(LogisticRegression(max_iter=300), inner)),
    "linear_svc": Baseline(lambda inner, hz: _penalised(LinearSVC(random_state=0), inner)),
    "lda": Baseline(lambda inner, hz: ShrinkageLDA()),
    "lda_window": Baseline(
        lambda inner, hz: _searched(
            make_pipeline(FunctionTransformer(window_means), ShrinkageLDA()),
            {"functiontransformer__kw_args": [{"window": window} for window in WINDOWS]},
            inner,
        ),
        "recordings",
    ),
    "tangent_space": Baseline(_tangent_space, "recordings", "pyriemann"),
    "minirocket": Baseline(_minirocket, "recordings", "aeon"),
}
"""By name."""
