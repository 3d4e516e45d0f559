"""Noise ceilings: what repeats of one image say about the highest score that anything could reach.

Of responses. Repeats of each image are halved at random, averaged, and correlated over images:

    r = corr(half, other half),    reliability of n times as many repeats = n r / (1 + (n - 1) r)   (Spearman and Brown, 1910)
    ceiling = sqrt(reliability)

is the highest correlation of any prediction with the measured mean response (classical test theory: signal and noise add, noise of repeats is
independent).

Of answers. A decoder that answers the same question about two recordings of one image differently is swayed by noise. With a the
share of pairs of repeats that agree on a yes/no question,

    accuracy <= (1 + sqrt(2 a - 1)) / 2

for a = E[q^2 + (1 - q)^2] and accuracy <= E[max(q, 1 - q)], with q the probability of yes about a recording of that image
(Jensen). It bounds this decoder, however its errors come about, not others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy import sparse

from neurona.blocks import give_back, parts
from neurona.errors import DataError
from neurona.evaluation.grouping import question_groups
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.predictions import answers_in, check_predictions, clusters, forms_of, right_answers


class NoiseCeiling(NamedTuple):
    """Reliability of responses.

    Attributes:
        reliability: of the mean over an image's repeats.
        single: of one recording.
        ceiling: highest correlation of a prediction with the mean over an image's repeats.
        images: how many images are repeated.
        repeats: recordings in the two halves, on average over images.
    """

    reliability: Float[np.ndarray, " feature"]
    single: Float[np.ndarray, " feature"]
    ceiling: Float[np.ndarray, " feature"]
    images: int
    repeats: float


def spearman_brown(r: Float[np.ndarray, " feature"], times: float) -> Float[np.ndarray, " feature"]:
    """Reliability with `times` as many repeats."""
    return times * r / (1 + (times - 1) * r)


def noise_ceiling(
    features: Float[np.ndarray, "recording feature"],
    images: Sequence[str] | np.ndarray,
    n_splits: int = 50,
    seed: int = 0,
) -> NoiseCeiling:
    """Split-half reliability of each feature and the noise ceiling that follows from it.

    Args:
        features: responses; may lie on disk (`neurona.blocks`), and are looked at some features at a time where they are many.
        images: what each recording shows; images shown once, and one repeat of an odd number, are left out.
        n_splits: random halvings that are averaged.
        seed: of the halvings.

    Raises:
        DataError: rows that do not fit, or fewer than three repeated images.
    """
    if len(features) != len(images):
        raise DataError(f"noise ceiling: {len(features)} recordings but {len(images)} images")
    image = np.unique(np.asarray(images, dtype=str), return_inverse=True)[1]
    half = np.bincount(image) // 2
    repeated = np.flatnonzero(half)
    if len(repeated) < 3:
        raise DataError(f"noise ceiling: {len(repeated)} image(s) are shown twice or more; three or more are needed")
    r = np.zeros(features.shape[1])
    for part in parts(len(r), 8 * len(features)):
        values, rng = (
            features[:, part].astype(np.float64),
            np.random.default_rng(seed),
        )  # the same halves for all features
        give_back(features)
        r[part] = np.mean([_halves_agree(values, image, half, rng) for _ in range(n_splits)], axis=0)
    reliability = spearman_brown(r, 2.0)
    mean_half = float(half[repeated].mean())
    single = spearman_brown(r, 1 / mean_half) if mean_half > 1 else r
    ceiling = np.sqrt(np.clip(reliability, 0, 1))
    return NoiseCeiling(reliability, single, ceiling, len(repeated), 2 * mean_half)


def ceiling_table(
    ceiling: NoiseCeiling, entity_of_feature: Int[np.ndarray, " feature"], entities: Sequence[str]
) -> pd.DataFrame:
    """Noise ceilings by entity: entity, features, reliability, single, ceiling (means over its features), best (its highest ceiling)."""
    table = pd.DataFrame(
        {
            "entity": np.asarray(entities, dtype=object)[entity_of_feature],
            "reliability": ceiling.reliability,
            "single": ceiling.single,
            "ceiling": ceiling.ceiling,
        }
    )
    groups = table.groupby("entity", sort=False)
    found = groups.mean().assign(best=groups["ceiling"].max())
    found.insert(0, "features", groups.size())
    return found.reindex([name for name in entities if name in found.index]).reset_index()


def answer_agreement(predictions: pd.DataFrame) -> pd.DataFrame:
    """How often a decoder answers one question alike about two recordings of one image, by group of questions.

    Args:
        predictions: a predictions table with the column `image`.

    Returns:
        One row a group that has repeats: group, agreement, low, high, at_most (bound of accuracy that follows; yes/no groups alone),
        accuracy, pairs, n_clusters.

    Raises:
        DataError: no column `image`, or no image with two recordings.
    """
    check_predictions(predictions)
    if "image" not in predictions:
        raise DataError("predictions: column 'image' is missing; without it nothing tells which recordings are repeats")
    keys = [column for column in ("seed", "subject", "fold", "image", "program") if column in predictions]
    same = predictions.groupby(keys, dropna=False).ngroup().to_numpy()
    given = answers_in(predictions, "predicted")
    alike = pd.DataFrame({"same": same, "given": given.to_numpy()}).groupby(["same", "given"]).ngroup().to_numpy()
    # Every question takes part in (repeats - 1) pairs; each pair is met twice.
    others = np.bincount(same)[same] - 1.0
    agreeing = np.bincount(alike)[alike] - 1.0
    if not others.any():
        raise DataError("predictions: no question is asked about two recordings of one image, so there are no repeats")
    right, cluster, forms = right_answers(predictions), clusters(predictions), forms_of(predictions)
    rows = []
    for name, chosen in question_groups(predictions).items():
        total = float(others[chosen].sum())
        if total == 0:
            continue
        repeated = chosen & (others > 0)
        n_clusters = len(np.unique(cluster[repeated]))
        times = others[repeated].astype(int)  # every pair counts the same
        alike_shares = np.repeat(agreeing[repeated] / times, times)
        agreement = float(alike_shares.mean())
        low, high = accuracy_interval(alike_shares, np.repeat(cluster[repeated], times))
        bound = (1 + np.sqrt(max(0.0, 2 * agreement - 1))) / 2 if set(forms[chosen]) == {"yes/no"} else np.nan
        rows.append(
            {
                "group": name,
                "agreement": agreement,
                "low": low,
                "high": high,
                "at_most": float(bound),
                "accuracy": float(right[repeated].mean()),
                "pairs": round(total / 2),
                "n_clusters": n_clusters,
            }
        )
    return pd.DataFrame(rows)


def _halves_agree(
    values: Float[np.ndarray, "recording feature"],
    image: Int[np.ndarray, " recording"],
    half: Int[np.ndarray, " image"],
    rng: np.random.Generator,
) -> Float[np.ndarray, " feature"]:
    """Correlation, over repeated images, of the means of two random halves of their recordings."""
    order = np.lexsort((rng.random(len(image)), image))
    start = np.concatenate([[0], np.cumsum(np.bincount(image))[:-1]])
    rank = np.empty(len(image), dtype=np.int64)
    rank[order] = np.arange(len(image)) - start[image[order]]
    means = []
    for number in range(2):
        rows = np.flatnonzero((rank >= number * half[image]) & (rank < (number + 1) * half[image]))
        weight = sparse.csr_matrix((1 / half[image[rows]], (image[rows], rows)), shape=(len(half), len(image)))
        mean = (weight @ values)[half > 0]
        means.append(mean - mean.mean(axis=0))
    scale = np.linalg.norm(means[0], axis=0) * np.linalg.norm(means[1], axis=0)
    return np.divide((means[0] * means[1]).sum(axis=0), scale, out=np.zeros(values.shape[1]), where=scale > 0)
