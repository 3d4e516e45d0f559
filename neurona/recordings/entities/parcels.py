"""Data-driven parcels of voxels, fitted to the training recordings.

`ward` (spatially connected clusters) and `kmeans` put each voxel into one parcel; `dictionary` (sparse
dictionary learning; A. Mensch, G. Varoquaux, B. Thirion 2016, Compressed online dictionary learning for fast fMRI
decomposition, ISBI) finds overlapping maps D `[P, V]`, and a recording x `[V]` has the loadings
argmin_a ||x - D' a||^2. All are nilearn's, and look at the training recordings alone.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import nibabel as nib
import numpy as np
from jaxtyping import Bool, Float, Int
from nibabel.spatialimages import SpatialImage
from nilearn.decomposition import DictLearning
from nilearn.regions import Parcellations

from neurona.errors import DataError
from neurona.recordings.entities.channels import centres, no_features, places
from neurona.recordings.entities.entities import Entities
from neurona.recordings.entities.settings import ParcelEntities
from neurona.recordings.recordings import Recordings


class Parcels(NamedTuple):
    """Fitted parcels: entities of no recording yet, and the loadings of a dictionary (channel -> map)."""

    entities: Entities
    loadings: Float[np.ndarray, "voxel map"] | None


def fit_parcels(
    recordings: Recordings, train: Bool[np.ndarray, " recording"], settings: ParcelEntities, seed: int = 0
) -> Parcels:
    """Fit data-driven parcels with nilearn, on the means of training recordings alone.

    Args:
        recordings: fMRI recordings whose channels are voxels named `i-j-k`.
        train: which recordings may be looked at.
        settings: method and number of parcels P.
        seed: of k-means and of dictionary learning.

    Returns:
        Positions are the parcels' centres in millimetres. For ward and kmeans the features are the voxels' means over each
        recording's window `[N, V]`, voxel v belonging to entity `entity_of_feature[v]`, or all their time points `[N, V * T]`; for a
        dictionary they are the loadings of the means `[N, P]`, one feature an entity.

    Raises:
        DataError: channels that are no voxels, or more parcels than voxels.
    """
    voxels, method, n_parcels = _voxels(recordings), settings.method, settings.n_parcels
    if not 1 < n_parcels <= len(voxels):
        raise DataError(f"entities.n_parcels: {n_parcels} parcels of {len(voxels)} voxels; choose 2 to {len(voxels)}")
    means = recordings.data.isel(recording=np.flatnonzero(train)).values.mean(axis=2)
    coordinates = places(recordings)
    if coordinates is None:
        raise DataError("data-driven parcels need the voxels' positions, and these recordings have none")
    mask, image = _images(voxels, means)
    if method == "dictionary":
        maps = _dictionary(mask, image, voxels, n_parcels, seed)
        weights = np.abs(maps) / np.abs(maps).sum(axis=1, keepdims=True)
        entities = Entities(
            features=no_features(len(maps)),
            entity_of_feature=np.arange(len(maps), dtype=np.int32),
            names=tuple(f"dictionary parcel {index + 1}" for index in range(len(maps))),
            kind="parcel",
            positions=weights @ coordinates,
        )
        return Parcels(entities, np.linalg.pinv(maps))
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
    found, entity_of_voxel = np.unique(labels, return_inverse=True)
    times = 1 if settings.average else recordings.data.sizes["time"]
    entities = Entities(
        features=no_features(len(voxels) * times),
        entity_of_feature=np.repeat(entity_of_voxel, times).astype(np.int32),
        names=tuple(f"{method} parcel {index + 1}" for index in range(len(found))),
        kind="parcel",
        positions=centres(coordinates, entity_of_voxel),
        n_times=times,
    )
    return Parcels(entities, None)


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
