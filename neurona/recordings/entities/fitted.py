"""Entities that were fitted to recordings, and applied to these and to others.

    fit_entities(training recordings, settings) -> FittedEntities,      .apply(recordings) -> Entities

Where an alignment is asked for, runs, sessions or people are made comparable before (`neurona.recordings.alignment`).
What is applied is small data that says how features come of values: means over bins of time (all time points, or one bin, are the ends of the
scale), the loadings argmin_a ||x - D' a||^2 of a dictionary of maps D `[P, V]`, tangents of covariances, random kernels, or several of these.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float

from neurona.blocks import give_back, room
from neurona.errors import DataError
from neurona.recordings.alignment import Alignment, FittedAlignment, alignment_settings
from neurona.recordings.entities.channels import atlas_entities, group_entities, whole_entities
from neurona.recordings.entities.entities import Entities, Measured
from neurona.recordings.entities.expected import Expected, Missing
from neurona.recordings.entities.kernels import RandomKernels, fit_kernels
from neurona.recordings.entities.settings import (
    M_EEG_VIEWS,
    AtlasEntities,
    EntitySettings,
    GroupEntities,
    KernelEntities,
    ParcelEntities,
    TangentEntities,
    ViewEntities,
    WholeEntities,
    WindowEntities,
    entity_settings,
)
from neurona.recordings.entities.tangent import TangentSpace, fit_tangent
from neurona.recordings.entities.views import side_by_side, title_of
from neurona.recordings.entities.windows import Bins, samples_of, window_entities
from neurona.recordings.recordings import Recordings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loadings:
    """What a dictionary of maps explains of the mean of each recording.

    Attributes:
        of: from channels to loadings, the dictionary's pseudo-inverse.
    """

    of: Float[np.ndarray, "channel map"] = field(repr=False)

    def __call__(self, values: Float[np.ndarray, "recording channel time"]) -> Float[np.ndarray, "recording feature"]:
        # One by one: a recording has the bits alone that it has among others.
        found = [one @ self.of for one in values.mean(axis=2)]
        return np.stack(found).astype(np.float32)


@dataclass(frozen=True)
class SideBySide:
    """The features of several views, one after another."""

    parts: tuple[FeaturesOf, ...]

    def __call__(self, values: Float[np.ndarray, "recording channel time"]) -> Float[np.ndarray, "recording feature"]:
        return np.concatenate([part(values) for part in self.parts], axis=1)


FeaturesOf: TypeAlias = Bins | Loadings | TangentSpace | RandomKernels | SideBySide


@dataclass(frozen=True)
class FittedEntities:
    """What makes entities of recordings.

    Attributes:
        expected: what the recordings must be like.
        entities: names, positions and the entity of each feature; of no recording yet.
        features_of: how features come of values.
        alignment: what aligns recordings before; None where they are taken as they are.
    """

    expected: Expected
    entities: Entities = field(repr=False)
    features_of: FeaturesOf = field(repr=False)
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
        features = room((matched.n_recordings, len(self.entities.entity_of_feature)))
        start = 0
        for batch in matched.batches():
            features[start : start + batch.n_recordings] = self.features_of(batch.data.values)
            start += batch.n_recordings
            give_back(features)
        return replace(self.entities, features=features)


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
        seed: of k-means, of dictionary learning and of random kernels.

    Raises:
        ConfigError: there is no such method.
        DataError: the recordings do not allow the method.
    """
    if isinstance(settings, str):
        settings = entity_settings(settings)
    expected, alignment = Expected.of(recordings), None
    chosen = np.ones(recordings.n_recordings, dtype=bool) if train is None else train
    if align is not None:
        alignment = (alignment_settings(align) if isinstance(align, str) else align).fit(recordings, chosen)
        if not isinstance(settings, GroupEntities | AtlasEntities | WholeEntities | WindowEntities):
            recordings = alignment.apply(recordings)  # their values are looked at
    entities, features_of = _fit(recordings, settings, chosen, seed)
    measured = _measured(expected, entities, features_of)
    entities = replace(entities, modality=expected.modality, space=expected.space, measured=measured)
    return FittedEntities(expected, entities, features_of, alignment)


def _measured(expected: Expected, entities: Entities, features_of: FeaturesOf) -> Measured | None:
    """What is known of the channels, where features are values of channels, or of a dictionary's maps."""
    if isinstance(features_of, Loadings):
        hz = expected.sampling_hz / expected.n_times
        return Measured(entities.names, entities.positions, hz, expected.modality)
    if isinstance(features_of, Bins):
        first, last = samples_of(features_of.part, expected.n_times)
        hz = expected.sampling_hz * features_of.n_bins / (last - first)
        return Measured(expected.channels, expected.positions, hz, expected.modality)
    return None


def _fit(
    recordings: Recordings, settings: EntitySettings, train: Bool[np.ndarray, " recording"], seed: int
) -> tuple[Entities, FeaturesOf]:
    """Entities of no recording yet, and how their features come of values."""
    if isinstance(settings, ViewEntities):
        return _fit_views(recordings, settings, train, seed)
    if isinstance(settings, ParcelEntities):
        from neurona.recordings.entities.parcels import fit_parcels  # imports nilearn

        entities, loadings = fit_parcels(recordings, train, settings, seed)
        return entities, Bins(entities.n_times) if loadings is None else Loadings(loadings)
    if isinstance(settings, TangentEntities | KernelEntities):
        training = Recordings(recordings.data.isel(recording=np.flatnonzero(train)))
        if isinstance(settings, TangentEntities):
            return fit_tangent(recordings, training, settings)
        return fit_kernels(recordings, training, settings, seed)
    if isinstance(settings, WindowEntities):
        return window_entities(recordings, settings), Bins(settings.n_bins, settings.part)
    of_channels = {GroupEntities: group_entities, AtlasEntities: atlas_entities, WholeEntities: whole_entities}
    entities = of_channels[type(settings)](recordings)
    return entities, Bins(entities.n_times)


def _fit_views(
    recordings: Recordings, settings: ViewEntities, train: Bool[np.ndarray, " recording"], seed: int
) -> tuple[Entities, SideBySide]:
    """All views that are asked for; of the usual ones those that the recordings allow."""
    found, refused = {}, {}
    for view in settings.of:
        try:
            found[view] = _fit(recordings, view, train, seed)
        except DataError as error:
            if settings.of != M_EEG_VIEWS:
                raise
            refused[title_of(view)] = str(error)
    if not found:
        raise DataError(
            f"entities.method views: the recordings allow none of the usual views ({next(iter(refused.values()))})"
        )
    if refused:
        told = "; ".join(f"{name} ({why})" for name, why in refused.items())
        _LOG.warning("%d of %d usual views are left out: %s", len(refused), len(settings.of), told)
    entities = side_by_side([entities for entities, _ in found.values()], tuple(found))
    return entities, SideBySide(tuple(features_of for _, features_of in found.values()))
