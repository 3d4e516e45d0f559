"""One fold: entities, noise whitening and decoder from the training recordings, answers about all."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Bool, Float, Int
from sklearn.model_selection import GroupKFold, KFold

from neurona.datasets.dataset import Dataset
from neurona.decoders import LinearEvidence
from neurona.encoders import NoiseWhitening
from neurona.errors import ConfigError
from neurona.execution import Answers, get_logic
from neurona.experiments.config import Config, ParcelsConfig
from neurona.experiments.questions import QuestionBatch
from neurona.recordings.entities import Entities
from neurona.recordings.meeg import window_entities
from neurona.recordings.parcels import parcel_entities
from neurona.training import fit, held_out_losses


class Fold(NamedTuple):
    """What training on one fold left."""

    entities: Entities
    decoder: LinearEvidence
    answers: Answers
    decay: float
    losses: Float[np.ndarray, " step"]


def held_out_masks(config: Config, dataset: Dataset) -> dict[str, Bool[np.ndarray, " recording"]]:
    """Name of each fold -> its held-out recordings.

    Raises:
        ConfigError: the data set has no published split, or a single run.
    """
    data = dataset.recordings.data
    if config.evaluation.split == "published":
        masks = {"test": data.split.values == "test"}
        if not masks["test"].any() or masks["test"].all():
            raise ConfigError(f"evaluation.split: {dataset.name} has no published split; use leave_one_run_out")
        return masks
    runs = np.unique(data.run.values)
    if len(runs) < 2:
        raise ConfigError(
            f"evaluation.split: {dataset.name} has {len(runs)} run, leave_one_run_out needs two; use published"
        )
    return {str(run): data.run.values == run for run in runs}


def entities_of(config: Config, dataset: Dataset, train: Bool[np.ndarray, " recording"]) -> Entities:
    """The config's entities, fitted on the training recordings where they are data-driven."""
    chosen = config.entities
    if isinstance(chosen, ParcelsConfig):
        return parcel_entities(
            dataset.recordings, train, method=chosen.method, n_parcels=chosen.n_parcels, seed=config.seed
        )
    return window_entities(dataset.recordings, n_bins=chosen.n_bins, n_windows=chosen.n_windows)


def train_fold(config: Config, dataset: Dataset, batch: QuestionBatch, held: Bool[np.ndarray, " recording"]) -> Fold:
    """Train on all recordings but the held-out ones."""
    entities = entities_of(config, dataset, ~held)
    features, design = entities.features, batch.answers_design(len(held))
    shrinkage = config.decoder.shrinkage
    whitening = NoiseWhitening.of(features[~held], design[~held], shrinkage)
    decoder = LinearEvidence(
        whitening,
        features.shape[1],
        len(dataset.vocabulary.concepts),
        get_logic(config.decoder.logic),
        rngs=nnx.Rngs(config.seed),
    )
    values, decays, steps = jnp.asarray(features), config.training.decays, config.training.steps
    decay = decays[0]
    if len(decays) > 1:
        parts = inner_folds(config, dataset, held)
        # Whitening that had seen the inner test recordings would flatter itself, so each part has its own.
        encoded = [NoiseWhitening.of(features[train], design[train], shrinkage)(values) for train, _ in parts]
        weights = [np.stack([batch.weights(part[side]) for part in parts]) for side in (0, 1)]
        losses = held_out_losses(
            decoder,
            jnp.stack(encoded),
            batch.programs,
            batch.targets,
            jnp.asarray(weights[0]),
            jnp.asarray(weights[1]),
            decays=decays,
            steps=steps,
        )
        decay = decays[int(np.argmin(losses))]
    trained, curve = fit(
        decoder,
        whitening(values),
        batch.programs,
        batch.targets,
        jnp.asarray(batch.weights(~held)),
        decay=decay,
        steps=steps,
    )
    return Fold(entities, trained, trained(values, batch.programs), decay, curve)


def inner_folds(
    config: Config, dataset: Dataset, held: Bool[np.ndarray, " recording"]
) -> list[tuple[Bool[np.ndarray, " recording"], Bool[np.ndarray, " recording"]]]:
    """(train, test) masks within the training recordings; whole runs stay together where there are enough."""
    outer = np.flatnonzero(~held)
    runs = dataset.recordings.data.run.values[outer]
    size = config.training.inner_folds
    if len(np.unique(runs)) >= size:
        parts = GroupKFold(size).split(outer, groups=runs)
    else:
        parts = KFold(size, shuffle=True, random_state=config.seed).split(outer)
    return [(_mask(outer[train], len(held)), _mask(outer[test], len(held))) for train, test in parts]


def _mask(rows: Int[np.ndarray, " row"], size: int) -> Bool[np.ndarray, " recording"]:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask
