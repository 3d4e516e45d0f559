"""Ways of making entities, and their settings: `entities` of an experiment's config."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args, get_type_hints

import numpy as np
from annotated_types import Ge

from neurona.errors import ConfigError, nearest_name
from neurona.recordings.recordings import Recordings


@dataclass(frozen=True)
class GroupEntities:
    """Entities are the groups of channels: parcels of components, networks of parcels, sensor groups."""

    method: Literal["groups"] = "groups"


@dataclass(frozen=True)
class AtlasEntities:
    """Entities are the channels: parcels of an atlas."""

    method: Literal["atlas"] = "atlas"


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
    """M/EEG: sensor groups x time windows; features are means over bins of time."""

    method: Literal["windows"] = "windows"
    n_bins: Annotated[int, Ge(1)] = 20
    n_windows: Annotated[int, Ge(1)] = 5


EntitySettings = GroupEntities | AtlasEntities | ParcelEntities | WindowEntities


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
