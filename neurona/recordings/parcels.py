"""Entities of fMRI recordings: parcels fitted to the training recordings, or the parcels of an atlas.

Data-driven: `ward` (spatially connected clusters) and `kmeans` put each voxel into one parcel; `dictionary` (sparse
dictionary learning; A. Mensch, G. Varoquaux, B. Thirion 2016, Compressed online dictionary learning for fast fMRI
decomposition, ISBI) finds overlapping maps D `[P, V]`, and a recording x `[V]` has the loadings
argmin_a ||x - D' a||^2. All are nilearn's, and look at the training recordings alone.
"""

from __future__ import annotations

import warnings

import nibabel as nib
import numpy as np
from jaxtyping import Bool, Float, Int
from nibabel.spatialimages import SpatialImage
from nilearn.decomposition import DictLearning
from nilearn.regions import Parcellations

from neurona.errors import DataError, nearest_name
from neurona.recordings.entities import Entities
from neurona.recordings.recordings import Recordings

PARCELLATIONS = ("ward", "kmeans", "dictionary")


def parcel_entities(
    recordings: Recordings,
    train: Bool[np.ndarray, " recording"],
    *,
    method: str = "ward",
    n_parcels: int = 20,
    seed: int = 0,
    average: bool = True,
) -> Entities:
    """Entities from data-driven parcels, fitted with nilearn on the training recordings alone.

    Args:
        recordings: fMRI recordings whose channels are voxels named `i-j-k`.
        train: which recordings may be looked at.
        method: `ward` (spatially connected), `kmeans` or `dictionary`.
        n_parcels: number of parcels P.
        seed: seed of k-means and of dictionary learning.
        average: over each recording's window; else every time point of a voxel is a feature. Parcels are fitted on means.

    Returns:
        Entities; positions are the parcels' centres in millimetres. For ward and kmeans the features are the voxels'
        means over each recording's window `[N, V]`, voxel v belonging to entity `entity_of_feature[v]`, or all their
        time points `[N, V * T]`; for a dictionary they are the loadings of the means `[N, P]`, one feature an entity.

    Raises:
        DataError: unknown method, channels that are no voxels, or more parcels than voxels.
    """
    if method not in PARCELLATIONS:
        raise DataError(f"entities.method: unknown parcellation {method!r}{nearest_name(method, PARCELLATIONS)}")
    voxels = _voxels(recordings)
    if not 1 < n_parcels <= len(voxels):
        raise DataError(f"entities.n_parcels: {n_parcels} parcels of {len(voxels)} voxels; choose 2 to {len(voxels)}")
    features = recordings.data.values.mean(axis=2)
    coordinates = np.stack([recordings.data[axis].values for axis in "xyz"], axis=1)
    mask, image = _images(voxels, features[train])
    if method == "dictionary":
        maps = _dictionary(mask, image, voxels, n_parcels, seed)
        weights = np.abs(maps) / np.abs(maps).sum(axis=1, keepdims=True)
        return Entities(
            features=(features @ np.linalg.pinv(maps)).astype(np.float32),
            entity_of_feature=np.arange(len(maps), dtype=np.int32),
            names=tuple(f"dictionary parcel {index + 1}" for index in range(len(maps))),
            kind="parcel",
            positions=weights @ coordinates,
        )
    model = Parcellations(
        method,
        n_parcels=n_parcels,
        random_state=seed,
        mask=mask,
        standardize=False,
        smoothing_fwhm=None,
        verbose=0,
    ).fit(image)
    labels = np.asarray(model.labels_img_.dataobj)[tuple(voxels.T)].astype(int)
    found, entity_of_feature = np.unique(labels, return_inverse=True)
    times = 1 if average else recordings.data.sizes["time"]
    values = features if average else recordings.data.values.reshape(len(features), -1)
    return Entities(
        features=values.astype(np.float32),
        entity_of_feature=np.repeat(entity_of_feature, times).astype(np.int32),
        names=tuple(f"{method} parcel {index + 1}" for index in range(len(found))),
        kind="parcel",
        positions=np.stack([coordinates[entity_of_feature == p].mean(axis=0) for p in range(len(found))]),
        n_times=times,
    )


def atlas_entities(recordings: Recordings) -> Entities:
    """Entities from recordings whose channels are the parcels of an atlas; nothing is fitted.

    Returns:
        Entities with a feature a parcel and time point, `[N, P * T]`, in the atlas's order, with its names, networks
        and centres.
    """
    data = recordings.data
    names, groups = (tuple(map(str, data[axis].values)) for axis in ("channel", "group"))
    located = "x" in data.coords
    return Entities(
        features=data.values.reshape(data.sizes["recording"], -1).astype(np.float32),
        entity_of_feature=np.repeat(np.arange(len(names)), data.sizes["time"]).astype(np.int32),
        names=names,
        kind="parcel",
        positions=np.stack([data[axis].values for axis in "xyz"], axis=1) if located else None,
        networks=None if groups == names else groups,
        n_times=data.sizes["time"],
    )


def group_entities(recordings: Recordings) -> Entities:
    """Entities from the channels' groups: parcels of components, networks of parcels, sensor groups; nothing is fitted.

    Returns:
        Entities with a feature a channel and time point, `[N, channel * T]`; a channel's features belong to its group.
        Groups stand in alphabetical order; positions are the centres of their channels.

    Raises:
        DataError: a single group.
    """
    data = recordings.data
    names, group = np.unique(data.group.values.astype(str), return_inverse=True)
    if len(names) < 2:
        raise DataError(
            f"entities.method groups: all channels belong to group {str(names[0])!r}; two groups or more are needed"
        )
    places = np.stack([data[axis].values for axis in "xyz"], axis=1) if "x" in data.coords else None
    return Entities(
        features=data.values.reshape(data.sizes["recording"], -1).astype(np.float32),
        entity_of_feature=np.repeat(group, data.sizes["time"]).astype(np.int32),
        names=tuple(map(str, names)),
        kind="parcel" if data.attrs["modality"] == "fmri" else "sensor group",
        positions=None if places is None else np.stack([places[group == p].mean(axis=0) for p in range(len(names))]),
        n_times=data.sizes["time"],
    )


def _voxels(recordings: Recordings) -> Int[np.ndarray, "voxel 3"]:
    try:
        return np.array([[int(k) for k in name.split("-")] for name in recordings.data.channel.values]).reshape(-1, 3)
    except ValueError as error:
        raise DataError(
            f"data-driven parcels need channels that are voxels (i-j-k), found {str(recordings.data.channel.values[0])!r}; "
            "read the recordings without an atlas"
        ) from error


def _images(
    voxels: Int[np.ndarray, "voxel 3"], features: Float[np.ndarray, "recording voxel"]
) -> tuple[SpatialImage, SpatialImage]:
    """Mask and 4-D image of recordings. Parcels need the voxel grid alone, so voxel units serve as the affine."""
    shape = tuple(voxels.max(axis=0) + 1)
    mask = np.zeros(shape, dtype=np.uint8)
    mask[tuple(voxels.T)] = 1
    volumes = np.zeros((*shape, len(features)), dtype=np.float32)
    volumes[tuple(voxels.T)] = features.T
    return nib.Nifti1Image(mask, np.eye(4)), nib.Nifti1Image(volumes, np.eye(4))


def _dictionary(
    mask: SpatialImage, image: SpatialImage, voxels: Int[np.ndarray, "voxel 3"], n_parcels: int, seed: int
) -> Float[np.ndarray, "parcel voxel"]:
    """Maps of a sparse dictionary, without those that sparsity left empty."""
    with warnings.catch_warnings():
        # nilearn's start of the dictionary may not have converged after its few iterations, as it means to.
        warnings.simplefilter("ignore")
        model = DictLearning(
            n_components=n_parcels,
            random_state=seed,
            mask=mask,
            standardize=False,
            detrend=False,
            smoothing_fwhm=None,
            alpha=1,
            verbose=0,
        ).fit(image)
    maps = np.asarray(model.components_img_.dataobj)[tuple(voxels.T)].T
    kept = np.abs(maps).sum(axis=1) > 0
    if not kept.any():
        raise DataError(
            f"entities.method: dictionary learning left all of {n_parcels} maps empty; ask for fewer parcels"
        )
    return maps[kept]
