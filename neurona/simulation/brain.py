"""Where simulated signals live: components of the MNI152 grey matter, grouped into parcels.

Components are k-means clusters of the voxels of the grey-matter template that nilearn ships (4 mm, probability above
0.3), parcels are k-means clusters of components, each hemisphere on its own. They stand in for DiFuMo's 1024 components
and the Yeo networks. The partition depends on the two sizes alone, not on a seed: every study simulated at one
size has the same atlas.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nibabel as nib
import numpy as np
import yaml
from jaxtyping import Float, Int
from scipy.cluster.vq import kmeans2
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

_GREY = 0.3


@dataclass(frozen=True)
class Brain:
    """Components and their parcels.

    Attributes:
        centroids: of the components, mm in MNI152 space.
        parcel_of_component: 0 to P - 1.
        parcels: names by hemisphere and place, e.g. `RH_fusiform`.
    """

    centroids: Float[np.ndarray, "component 3"]
    parcel_of_component: Int[np.ndarray, " component"]
    parcels: tuple[str, ...]

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the components."""
        return tuple(f"c{number:04d}" for number in range(len(self.centroids)))

    @property
    def distances(self) -> Float[np.ndarray, "component component"]:
        """Between centroids, mm."""
        return cdist(self.centroids, self.centroids)


def grey_matter(resolution_mm: int) -> tuple[nib.Nifti1Image, Float[np.ndarray, "voxel 3"]]:
    """The grey-matter template, and the places (mm) of its voxels in the order of `numpy.argwhere`."""
    from nilearn.datasets import load_mni152_gm_template  # all of nilearn's readers come with it

    template = load_mni152_gm_template(resolution=resolution_mm)
    voxels = np.argwhere(template.get_fdata() > _GREY)
    return template, nib.affines.apply_affine(template.affine, voxels).astype(float)


@lru_cache(maxsize=8)
def make_brain(components: int = 1024, parcels: int = 18) -> Brain:
    """Partition the grey matter.

    Args:
        components: C in all; the left hemisphere has the larger half.
        parcels: P in all.
    """
    _, places = grey_matter(4)
    centroids, labels = [], []
    names: list[str] = []
    for sign, side in ((-1, "LH"), (1, "RH")):
        odd = int(sign < 0)
        here = places[(places[:, 0] < 0) == (sign < 0)]
        found = _clusters(here, (components + odd) // 2, "points")[0]
        centres, parcel = _clusters(found, (parcels + odd) // 2, "++")
        centroids.append(found)
        labels.append(parcel + len(names))
        names += [f"{side}_{place}" for place in _place_names(centres * (sign, 1, 1))]
    return Brain(np.concatenate(centroids), np.concatenate(labels).astype(np.int64), tuple(names))


def _clusters(
    points: Float[np.ndarray, "point 3"], number: int, start: str
) -> tuple[Float[np.ndarray, "cluster 3"], Int[np.ndarray, " point"]]:
    centres, label = kmeans2(points, number, iter=50 if start == "++" else 20, minit=start, rng=0)
    return centres, label.astype(np.int64)


def _place_names(centres: Float[np.ndarray, "parcel 3"]) -> list[str]:
    """A name of its own for each centre (right hemisphere), the nearest ones overall."""
    table = yaml.safe_load(Path(__file__).with_name("places.yaml").read_text(encoding="utf-8"))
    names = list(table)
    row, column = linear_sum_assignment(cdist(centres, np.array([table[name] for name in names], float)))
    return [names[k] for k in column[np.argsort(row)]]
