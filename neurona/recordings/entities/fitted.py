"""Entities that were fitted to recordings, and applied to these and to others.

    fit_entities(training recordings, settings) -> FittedEntities,      .apply(recordings) -> Entities

Where an alignment is asked for, runs, sessions or people are made comparable before (`neurona.recordings.alignment`). What is applied is the same for all methods: means over bins of time (all time points, or one bin, are the ends of the scale), and for a
dictionary of maps D `[P, V]` the loadings argmin_a ||x - D' a||^2 of those.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float

from neurona.recordings.alignment import Alignment, FittedAlignment, alignment_settings
from neurona.recordings.entities.channels import atlas_entities, group_entities
from neurona.recordings.entities.entities import Entities, Measured
from neurona.recordings.entities.expected import Expected, Missing
from neurona.recordings.entities.settings import (
    AtlasEntities,
    EntitySettings,
    GroupEntities,
    ParcelEntities,
    entity_settings,
)
from neurona.recordings.entities.windows import bin_edges, window_entities
from neurona.recordings.recordings import Recordings


@dataclass(frozen=True)
class FittedEntities:
    """What makes entities of recordings.

    Attributes:
        expected: what the recordings must be like.
        entities: names, positions and the entity of each feature; of no recording yet.
        loadings: from channels to a dictionary's loadings, D's pseudo-inverse; None where features are the channels' own.
        alignment: what aligns recordings before; None where they are taken as they are.
    """

    expected: Expected
    entities: Entities = field(repr=False)
    loadings: Float[np.ndarray, "channel map"] | None = field(default=None, repr=False)
    alignment: FittedAlignment | None = field(default=None, repr=False)

    def apply(self, recordings: Recordings, *, missing: Missing = "error") -> Entities:
        """Entities of recordings.

        Args:
            recordings: measured like those that the entities were fitted to; channels are put in order.
            missing: what becomes of channels that they lack (see `Expected.matched`).

        Raises:
            DataError: they were measured otherwise, or cannot be aligned.
        """
        matched = self.expected.matched(recordings, missing)
        if self.alignment is not None:
            matched = self.alignment.apply(matched)
        parts = [self._features(batch.data.values) for batch in matched.batches()]
        shape = 0, len(self.entities.entity_of_feature)
        return replace(self.entities, features=np.concatenate([np.zeros(shape, np.float32), *parts]))

    def _features(self, values: Float[np.ndarray, "recording channel time"]) -> Float[np.ndarray, "recording feature"]:
        edges = bin_edges(values.shape[2], self.entities.n_times)
        if len(edges) <= values.shape[2]:
            values = np.stack([values[:, :, a:b].mean(axis=2) for a, b in itertools.pairwise(edges)], axis=2)
        flat = values.reshape(len(values), -1)
        if self.loadings is not None:
            # One by one: a recording has the bits alone that it has among others.
            flat = np.stack([one @ self.loadings for one in flat])
        return flat.astype(np.float32)


def fit_entities(
    recordings: Recordings,
    settings: str | EntitySettings,
    train: Bool[np.ndarray, " recording"] | None = None,
    *,
    align: str | Alignment | None = None,
    seed: int = 0,
) -> FittedEntities:
    """Fit entities.

    Args:
        recordings: of which the training recordings are looked at.
        settings: the method; by name, with its default settings.
        train: which recordings may be learned from; all when None.
        align: method of aligning runs, sessions or people, or its settings. What it uses of other recordings, unlabelled, it says (`Alignment.uses`).
        seed: of k-means and of dictionary learning.

    Raises:
        ConfigError: there is no such method.
        DataError: the recordings do not allow the method.
    """
    if isinstance(settings, str):
        settings = entity_settings(settings)
    expected, loadings, alignment = Expected.of(recordings), None, None
    chosen = np.ones(recordings.n_recordings, dtype=bool) if train is None else train
    if align is not None:
        alignment = (alignment_settings(align) if isinstance(align, str) else align).fit(recordings, chosen)
    if isinstance(settings, ParcelEntities):
        from neurona.recordings.entities.parcels import fit_parcels  # imports nilearn

        aligned = recordings if alignment is None else alignment.apply(recordings)
        entities, loadings = fit_parcels(aligned, chosen, settings, seed)
    elif isinstance(settings, GroupEntities):
        entities = group_entities(recordings)
    elif isinstance(settings, AtlasEntities):
        entities = atlas_entities(recordings)
    else:
        entities = window_entities(recordings, settings)
    channels, positions = expected.channels, expected.positions
    if loadings is not None:  # each map of a dictionary is a channel
        channels, positions = entities.names, entities.positions
    sampling_hz = expected.sampling_hz * entities.n_times / expected.n_times
    measured = Measured(channels, positions, sampling_hz, expected.modality)
    return FittedEntities(expected, replace(entities, measured=measured), loadings, alignment)
