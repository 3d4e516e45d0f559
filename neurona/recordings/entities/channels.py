"""Entities that channels say themselves: each channel of an atlas, the channels' groups, or all of them. No values are looked at."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Shaped

from neurona.errors import DataError
from neurona.recordings.entities.entities import Entities
from neurona.recordings.recordings import Recordings


def atlas_entities(recordings: Recordings) -> Entities:
    """Entities of recordings whose channels are the parcels of an atlas.

    Returns:
        Entities of no recording yet, with a feature a parcel and time point, `[0, P * T]`, in the atlas's order, with its names,
        networks and centres.
    """
    data = recordings.data
    names, groups = (tuple(map(str, data[axis].values)) for axis in ("channel", "group"))
    return Entities(
        features=no_features(data.size // data.sizes["recording"]),
        entity_of_feature=np.repeat(np.arange(len(names)), data.sizes["time"]).astype(np.int32),
        names=names,
        kind="parcel",
        positions=places(recordings),
        networks=None if groups == names else groups,
        n_times=data.sizes["time"],
    )


def group_entities(recordings: Recordings) -> Entities:
    """Entities of the channels' groups: parcels of components, networks of parcels, sensor groups.

    Returns:
        Entities of no recording yet, with a feature a channel and time point, `[0, channel * T]`; a channel's features belong to its
        group. Groups stand in alphabetical order; positions are the centres of their channels.

    Raises:
        DataError: a single group.
    """
    data = recordings.data
    names, group = np.unique(data.group.values.astype(str), return_inverse=True)
    if len(names) < 2:
        raise DataError(
            f"entities.method groups: all channels belong to group {str(names[0])!r}; two groups or more are needed"
        )
    return Entities(
        features=no_features(len(group) * data.sizes["time"]),
        entity_of_feature=np.repeat(group, data.sizes["time"]).astype(np.int32),
        names=tuple(map(str, names)),
        kind="parcel" if data.attrs["modality"] == "fmri" else "sensor group",
        positions=centres(places(recordings), group),
        n_times=data.sizes["time"],
    )


def whole_entities(recordings: Recordings) -> Entities:
    """One entity of all channels, of no recording yet, with a feature a channel and time point, `[0, channel * T]`."""
    data = recordings.data
    size, known = data.sizes["channel"], places(recordings)
    return Entities(
        features=no_features(size * data.sizes["time"]),
        entity_of_feature=np.zeros(size * data.sizes["time"], np.int32),
        names=("brain" if data.attrs["modality"] == "fmri" else "head",),
        kind="all channels",
        positions=centres(known, np.zeros(size, np.int32)),
        n_times=data.sizes["time"],
    )


def no_features(number: int) -> Float[np.ndarray, "0 feature"]:
    """Features of no recording."""
    return np.zeros((0, number), np.float32)


def places(recordings: Recordings) -> Float[np.ndarray, "channel 3"] | None:
    """Positions of the channels, where known."""
    data = recordings.data
    return np.stack([data[axis].values for axis in "xyz"], axis=1) if "x" in data.coords else None


def centres(
    positions: Float[np.ndarray, "channel 3"] | None, entity: Shaped[np.ndarray, " channel"]
) -> Float[np.ndarray, "entity 3"] | None:
    """Mean position of each entity's channels."""
    if positions is None:
        return None
    return np.stack([positions[entity == p].mean(axis=0) for p in range(int(entity.max()) + 1)])
