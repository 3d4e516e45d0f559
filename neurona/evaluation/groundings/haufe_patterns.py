"""Activation patterns of read-outs (Haufe et al. 2014): where the signal is, beside the weights that filter it out.

    A = Cov(x, s) Cov(s)^-1,    for linear read-outs s = x W:    A = Cov(x) W Cov(s)^-1

A weight may be large where there is no signal at all, for it also cancels noise that other features share; the pattern says how
each feature moves with the read-out.

Symbols: x features, centred here; s read-outs; W weights [feature, word]; A patterns [feature, word]; the paper's equations (6) and (7).
Reference: Haufe et al. (2014), NeuroImage 87:96.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from neurona.blocks import Rows
from neurona.errors import DataError


def activation_patterns(
    features: Float[np.ndarray, "recording feature"], read_outs: Float[np.ndarray, "recordings word"]
) -> Float[np.ndarray, "feature word"]:
    """The activation pattern of each read-out.

    Args:
        features: what the read-outs were learned from, scaled as they saw it; may lie on disk (`neurona.blocks`).
        read_outs: what was read out of each recording, one column a word.

    Returns:
        Change of each feature for one unit of the read-out, the others held. Where read-outs depend on each other linearly, the
        pseudo-inverse of Cov(s) shares their pattern out among them.

    Raises:
        DataError: shapes that do not fit, fewer than two recordings, or values that are not finite.
    """
    if len(features) != len(read_outs):
        raise DataError(
            f"activation patterns: features of {len(features)} recordings but read-outs of {len(read_outs)}"
        )
    if len(features) < 2:
        raise DataError(f"activation patterns: {len(features)} recording(s) have no covariance; two or more are needed")
    mean, moved = (
        Rows(features).sum(lambda _, block: block.sum(axis=0)) / len(features),
        read_outs - read_outs.mean(axis=0),
    )
    if not (np.isfinite(mean).all() and np.isfinite(moved).all()):
        raise DataError("activation patterns: features and read-outs must be finite")
    # The covariance of thousands of features is never formed.
    together = Rows(features, less=mean).sum(lambda part, block: block.T @ moved[part])
    found: np.ndarray = together @ np.linalg.pinv(moved.T @ moved, hermitian=True)
    return found


def by_entity(
    values: Float[np.ndarray, "feature word"], entity_of_feature: Int[np.ndarray, " feature"], entities: int
) -> Float[np.ndarray, "word entity"]:
    """Weights or patterns pooled over the features of each entity: their root mean square, so that large entities have no advantage.

    An entity without features has 0.
    """
    size = np.bincount(entity_of_feature, minlength=entities)
    squares = np.stack([np.bincount(entity_of_feature, weights=column, minlength=entities) for column in (values**2).T])
    return np.sqrt(squares / np.maximum(size, 1))


def grounding_table(
    maps: Float[np.ndarray, "word entity"],
    words: Sequence[str] | np.ndarray,
    entities: Sequence[str] | np.ndarray,
    top: int | None = None,
) -> pd.DataFrame:
    """Grounding maps as a table.

    Args:
        maps: how strongly each entity carries each word.
        words, entities: names.
        top: the strongest entities of each word alone; all when None.

    Returns:
        One row a word and entity, strongest first: word, rank (from 1), entity, value, share (of the sum of the word's absolute values).

    Raises:
        DataError: names that do not fit the maps.
    """
    if maps.shape != (len(words), len(entities)):
        raise DataError(
            f"grounding maps have the shape {maps.shape}, but there are {len(words)} words and {len(entities)} entities"
        )
    order = np.argsort(-maps, axis=1, kind="stable")[:, :top]
    number = order.shape[1]
    value = np.take_along_axis(maps, order, axis=1).ravel()
    total = np.repeat(np.abs(maps).sum(axis=1), number)
    return pd.DataFrame(
        {
            "word": np.repeat(np.asarray(words, dtype=object), number),
            "rank": np.tile(np.arange(1, number + 1), len(words)),
            "entity": np.asarray(entities, dtype=object)[order.ravel()],
            "value": value,
            "share": np.divide(np.abs(value), total, out=np.zeros(len(value)), where=total > 0),
        }
    )
