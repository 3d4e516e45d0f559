"""Do simulated recordings look like real ones? A classifier two-sample test.

A classifier learns to tell recordings of two sources apart; its accuracy on held-out recordings is 1/2 where the two have one distribution.
Recordings of two studies share neither channels nor sampling, so it sees what any recording has, after each channel was standardised over its own source:

    energy            logarithm of the mean square                            lag 1, lag 2    autocorrelation in time
    tails             logarithm of kurtosis over channels and times            common          share of the mean over channels in the variance
    spikes            logarithm of the highest sample's share of the energy    rank            participation ratio of the singular values
    neighbours        correlation of each channel with the nearest other one (where places are known)

D. Lopez-Paz, M. Oquab (2017). Revisiting classifier two-sample tests. ICLR.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, Shaped
from scipy.spatial import cKDTree
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold

from neurona.errors import DataError

DESCRIPTORS = ("energy", "tails", "spikes", "lag 1", "lag 2", "common", "rank", "neighbours")
_FOLDS = 5
_TINY = 1e-9


def describe_recordings(
    values: Float[np.ndarray, "recording channel time"],
    positions: Float[np.ndarray, "channel 3"] | None = None,
) -> Float[np.ndarray, "recording descriptor"]:
    """What any recording has; see above.

    Args:
        values: of one source, in any unit.
        positions: of the channels, in any unit; without them neighbours are not looked at (0).
    """
    spread = values.std(axis=(0, 2), keepdims=True)
    kept = spread[0, :, 0] > 0
    x = ((values - values.mean(axis=(0, 2), keepdims=True)) / np.maximum(spread, _TINY))[:, kept].astype(np.float64)
    square = x**2
    energy = square.mean(axis=(1, 2)) + _TINY
    around = x - x.mean(axis=(1, 2), keepdims=True)
    kurtosis = (around**4).mean(axis=(1, 2)) / ((around**2).mean(axis=(1, 2)) ** 2 + _TINY)
    spikes = square.max(axis=(1, 2)) / energy
    common = (x.mean(axis=1) ** 2).mean(axis=1) / energy
    power = np.linalg.svd(x, compute_uv=False) ** 2
    rank = power.sum(axis=1) ** 2 / ((power**2).sum(axis=1) + _TINY) / power.shape[1]
    near = np.zeros(len(x))
    if positions is not None and kept.sum() > 1:
        nearest = cKDTree(positions[kept]).query(positions[kept], k=2)[1][:, 1]
        near = (x * x[:, nearest]).mean(axis=(1, 2)) / energy
    lags = [_autocorrelation(x, lag) for lag in (1, 2)]
    return np.stack([np.log(energy), np.log(kurtosis + _TINY), np.log(spikes), *lags, common, rank, near], axis=1)


def _autocorrelation(x: Float[np.ndarray, "recording channel time"], lag: int) -> Float[np.ndarray, " recording"]:
    if x.shape[2] <= lag:
        return np.zeros(len(x))
    found: np.ndarray = (x[:, :, lag:] * x[:, :, :-lag]).mean(axis=(1, 2)) / ((x**2).mean(axis=(1, 2)) + _TINY)
    return found


def two_sample(
    first: Float[np.ndarray, "recording descriptor"],
    second: Float[np.ndarray, "other descriptor"],
    groups: tuple[Shaped[np.ndarray, " recording"], Shaped[np.ndarray, " other"]],
    seed: int = 0,
) -> Float[np.ndarray, " each"]:
    """How often a classifier tells on which side a held-out recording is.

    Both sides count alike: of the larger one, as many recordings as the other has are drawn.

    Args:
        first, second: descriptors of either side.
        groups: what stays together in a fold, a run for example, on either side.
        seed: of the draw, the folds and the classifier.

    Returns:
        1 for each recording that was told rightly, else 0; their mean is the accuracy, 1/2 where the sides are alike.

    Raises:
        DataError: fewer than two groups on a side.
    """
    if min(len(np.unique(names)) for names in groups) < 2:
        raise DataError("two-sample test: each side needs two groups of recordings (runs) or more, found one")
    rng, size = np.random.default_rng(seed), min(len(first), len(second))
    drawn = [np.sort(rng.permutation(len(side))[:size]) for side in (first, second)]
    x = np.concatenate([first[drawn[0]], second[drawn[1]]])
    side = np.repeat([0, 1], size)
    group = np.concatenate([_numbers(groups[0])[drawn[0]], -1 - _numbers(groups[1])[drawn[1]]])
    folds = min(_FOLDS, *(len(np.unique(group[side == k])) for k in (0, 1)))
    right = np.zeros(len(x))
    for train, test in StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(x, side, group):
        forest = RandomForestClassifier(200, min_samples_leaf=3, random_state=seed).fit(x[train], side[train])
        right[test] = forest.predict(x[test]) == side[test]
    return right


def _numbers(names: Shaped[np.ndarray, " recording"]) -> Int[np.ndarray, " recording"]:
    return np.unique(names, return_inverse=True)[1].reshape(-1).astype(np.int64)
