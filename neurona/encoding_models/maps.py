"""Carriers of facts: where in the brain is each fact's response, and where is it more than chance?

In an encoding model the weights ARE the activation pattern. A decoder's weights are not: they also cancel noise; for the patterns that
belong to them see `neurona.evaluation.haufe_patterns` (S. Haufe et al. 2014, NeuroImage 87:96).

A fact's strength in an entity is the mean square of its pattern's values there, over features in units of their noise. Its null
permutes the rows of the design among the recordings of a run, which leaves the responses, the runs and the co-occurrence of facts as they
are; false discoveries over facts and entities are controlled after Benjamini and Hochberg (1995, JRSS B 57:289).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped
from rich.progress import Progress
from scipy.stats import false_discovery_control

from neurona.errors import DataError


def by_entity(
    patterns: Float[np.ndarray, "fact feature"], entity_of_feature: Int[np.ndarray, " feature"], n_entities: int
) -> Float[np.ndarray, "fact entity"]:
    """Mean square of each pattern's values in each entity; 0 for an entity without features."""
    indicator = np.zeros((len(entity_of_feature), n_entities))
    indicator[np.arange(len(entity_of_feature)), entity_of_feature] = 1
    return np.square(patterns) @ indicator / np.maximum(indicator.sum(axis=0), 1)


class CarrierTest(NamedTuple):
    """What a test of facts over entities finds.

    Attributes:
        strength: mean square of the pattern in units of the null's mean, so that 1 is what noise shows.
        p: share of permutations that are as strong, the observed order counted.
        q: the same with false discoveries controlled over facts and entities.
    """

    strength: Float[np.ndarray, "fact entity"]
    p: Float[np.ndarray, "fact entity"]
    q: Float[np.ndarray, "fact entity"]

    def carried(self, rate: float = 0.05) -> Bool[np.ndarray, "fact entity"]:
        """Where a fact is carried, at this expected share of false discoveries."""
        return self.q <= rate


def carrier_test(
    design: Float[np.ndarray, "recording fact"],
    whitened: Float[np.ndarray, "recording feature"],
    entity_of_feature: Int[np.ndarray, " feature"],
    n_entities: int,
    *,
    penalty: Float[np.ndarray, " fact"],
    runs: Shaped[np.ndarray, " recording"] | None = None,
    permutations: int = 1000,
    seed: int = 0,
    progress: bool = False,
) -> CarrierTest:
    """Strength of each fact in each entity, against permuted facts.

    Args:
        design: x, facts of the recordings.
        whitened: responses in units of their noise, feature by feature; what is white over features has most power.
        entity_of_feature: of each feature.
        n_entities: how many.
        penalty: ridge penalty of each fact, e.g. chosen by `fit_banded_ridge`.
        runs: recordings are exchanged within these; None exchanges all.
        permutations: of the null; p is at least 1 / (permutations + 1). Controlling F false discoveries over many maps
            needs p below F / (facts x entities).
        seed: of the permutations.
        progress: show a progress bar.

    Raises:
        DataError: runs of one recording only, which nothing can be exchanged in.
    """
    groups = np.unique(runs, return_inverse=True)[1] if runs is not None else np.zeros(len(design), np.int64)
    if np.bincount(groups).max() < 2:
        raise DataError("carrier test: every run holds one recording; give coarser runs, or none")
    x = np.asarray(design, dtype=np.float64) - design.mean(axis=0)
    y = np.asarray(whitened, dtype=np.float64) - whitened.mean(axis=0)
    # Rows of the design move together, so the same solver serves every permutation.
    solver = np.linalg.solve(x.T @ x + np.diag(penalty), x.T)
    observed = by_entity(solver @ y, entity_of_feature, n_entities)
    as_strong, total = np.ones_like(observed), np.zeros_like(observed)
    rng = np.random.default_rng(seed)
    with Progress(disable=not progress) as bar:
        task = bar.add_task("permuting facts", total=permutations)
        for _ in range(permutations):
            null = by_entity(solver[:, exchanged(groups, rng)] @ y, entity_of_feature, n_entities)
            as_strong += null >= observed
            total += null
            bar.advance(task)
    p = as_strong / (permutations + 1)
    mean = np.maximum(total / max(permutations, 1), 1e-300)
    return CarrierTest(observed / mean, p, false_discovery_control(p.ravel()).reshape(p.shape))


def exchanged(groups: Int[np.ndarray, " recording"], rng: np.random.Generator) -> Int[np.ndarray, " recording"]:
    """A permutation of recordings that leaves each in its group."""
    order = np.arange(len(groups))
    for group in range(int(groups.max()) + 1):
        members = np.flatnonzero(groups == group)
        order[members] = rng.permutation(members)
    return order


class Prediction(NamedTuple):
    """How well held-out responses are predicted.

    Attributes:
        r2: 1 less squared error over the variance around the held-out mean, of each feature.
        correlation: of each feature; 0 where either side does not vary.
    """

    r2: Float[np.ndarray, " feature"]
    correlation: Float[np.ndarray, " feature"]

    def of_entities(self, entity_of_feature: Int[np.ndarray, " feature"], n_entities: int) -> Prediction:
        """Means over each entity's features; NaN for an entity without any."""
        count = np.bincount(entity_of_feature, minlength=n_entities).astype(float)
        count[count == 0] = np.nan
        return Prediction(*(np.bincount(entity_of_feature, one, n_entities) / count for one in self))


def prediction_accuracy(
    predicted: Float[np.ndarray, "recording feature"], measured: Float[np.ndarray, "recording feature"]
) -> Prediction:
    """R^2 and correlation of each feature over held-out recordings; beside it belongs a noise ceiling (`evaluation.noise_ceiling`)."""
    p = np.asarray(predicted, dtype=np.float64) - predicted.mean(axis=0)
    m = np.asarray(measured, dtype=np.float64) - measured.mean(axis=0)
    error = np.square(np.asarray(measured, np.float64) - predicted).sum(axis=0)
    power = np.square(m).sum(axis=0)
    both = np.sqrt(np.square(p).sum(axis=0) * power)
    correlation = np.divide((p * m).sum(axis=0), both, out=np.zeros_like(both), where=both > 0)
    return Prediction(1 - error / np.maximum(power, 1e-300), correlation)
