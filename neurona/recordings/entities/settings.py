"""Ways of making entities, and their settings: `entities` of an experiment's config."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias, get_args, get_type_hints

import numpy as np
from annotated_types import Ge, Gt, MinLen
from pydantic import Field

from neurona.errors import ConfigError, nearest_name
from neurona.recordings.recordings import Recordings

Part: TypeAlias = tuple[float, float]
"""From where to where in each recording, as shares of its length."""
Band: TypeAlias = tuple[float, float]
"""From and up to a frequency, in Hz."""
WHOLE: Part = (0.0, 1.0)


@dataclass(frozen=True)
class GroupEntities:
    """Entities are the groups of channels: parcels of components, networks of parcels, sensor groups."""

    method: Literal["groups"] = "groups"


@dataclass(frozen=True)
class AtlasEntities:
    """Entities are the channels: parcels of an atlas."""

    method: Literal["atlas"] = "atlas"


@dataclass(frozen=True)
class WholeEntities:
    """One entity: all channels at all times. Networks for EEG read it as published; where a word was found is then not told."""

    method: Literal["whole"] = "whole"


@dataclass(frozen=True)
class ParcelEntities:
    """fMRI: data-driven parcels of voxels, fitted on training recordings.

    `average`: over each recording's window; else every time point of a voxel is a feature.
    """

    method: Literal["ward", "kmeans", "dictionary"] = "ward"
    n_parcels: Annotated[int, Ge(2)] = 20
    average: bool = True


@dataclass(frozen=True)
class WindowEntities:
    """M/EEG: sensor groups x time windows; features are means over bins of time.

    `part`: bins and windows share out this part of each recording alone.
    """

    method: Literal["windows"] = "windows"
    n_bins: Annotated[int, Ge(1)] = 20
    n_windows: Annotated[int, Ge(1)] = 5
    part: Part = WHOLE


@dataclass(frozen=True)
class TangentEntities:
    """M/EEG: pairs of sensor groups x bands of frequency; features are covariances in the tangent space of those of training (`tangent`)."""

    method: Literal["tangent"] = "tangent"
    bands: Annotated[tuple[Band, ...], MinLen(1)] = ((8.0, 30.0),)
    part: Part = WHOLE


@dataclass(frozen=True)
class KernelEntities:
    """M/EEG: sensor groups x dilations of random convolutional kernels; features are shares of time above a bias (`kernels`).

    `n_dilations`: spread evenly, in octaves, from a kernel of 9 samples to one as long as the recording.
    """

    method: Literal["kernels"] = "kernels"
    n_dilations: Annotated[int, Gt(0)] = 4
    part: Part = WHOLE


OneView: TypeAlias = (
    GroupEntities | AtlasEntities | WholeEntities | ParcelEntities | WindowEntities | TangentEntities | KernelEntities
)

M_EEG_VIEWS: tuple[OneView, ...] = (
    WindowEntities(n_bins=10, n_windows=5),
    *(WindowEntities(n_bins=5, n_windows=1, part=(k / 4, (k + 1) / 4)) for k in range(4)),
    *(TangentEntities(bands=(band,)) for band in ((0.0, 4.0), (8.0, 13.0), (13.0, 30.0), (8.0, 30.0), (30.0, 48.0))),
)
"""Slow potentials, of the whole recording and of each quarter of it, and rhythms of the usual bands."""


@dataclass(frozen=True)
class ViewEntities:
    """The entities of several methods side by side, each a view of the same recordings.

    `linear_evidence` fits each view by itself, and weighs the views by what they say of recordings that they were not fitted to. Of the
    usual views (the default), those that recordings do not allow, for they are too short or have one channel, are left out, and that is logged.
    """

    method: Literal["views"] = "views"
    of: Annotated[tuple[Annotated[OneView, Field(discriminator="method")], ...], MinLen(2)] = M_EEG_VIEWS


EntitySettings: TypeAlias = OneView | ViewEntities


def entity_settings(method: str) -> EntitySettings:
    """The settings of a method, with their defaults.

    Raises:
        ConfigError: there is no such method.
    """
    ways = {name: way for way in get_args(EntitySettings) for name in get_args(get_type_hints(way)["method"])}
    if method not in ways:
        raise ConfigError(f"entities: no method {method!r}{nearest_name(method, ways)}")
    found: EntitySettings = ways[method](method=method)
    return found


def default_entities(recordings: Recordings) -> EntitySettings:
    """What these recordings suggest: the groups of their channels where they have some, parcels of voxels (`i-j-k`), else each channel.

    M/EEG with several time points has windows, as many as divide at most 20 bins of time.
    """
    data = recordings.data
    channels, times = data.sizes["channel"], data.sizes["time"]
    grouped = 1 < len(np.unique(data.group.values.astype(str))) < channels
    if data.attrs["modality"] != "fmri" and times > 1:
        bins = min(20, times)
        return WindowEntities(n_bins=bins, n_windows=next(n for n in (5, 4, 3, 2, 1) if bins % n == 0))
    if grouped:
        return GroupEntities()
    voxels = "x" in data.coords and str(data.channel.values[0]).count("-") == 2
    return ParcelEntities(n_parcels=min(20, channels - 1)) if voxels and channels > 40 else AtlasEntities()
