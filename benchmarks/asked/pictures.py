"""Concept graphs that say what queries say, images that say what groundings say, and the report of a run: how large, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import nibabel as nib
import numpy as np
import pandas as pd
from bars.bar import Bar, below, nothing_of
from nilearn.image import resample_img

from asked.bench import Asked
from neurona.evaluation.groundings.volumes import values_of_entities, write_grounding_images
from neurona.recordings.entities.entities import Entities, Measured
from neurona.report import write_report

FACTS = {True: 150, False: 1000}
CLOSE = 1e-6


def graphs(bench: Asked) -> Iterator[Bar]:
    """Every number in graphs, asked as a query: to the last digit."""
    reading, asked, other = bench.source.reading, 0, 0
    for recording in reading.recordings:
        graph = reading.graph(recording, threshold=0.3)
        claims = [data for _, data in graph.nodes(data=True) if "program" in data]
        claims += [data for *_, data in graph.edges(data=True) if "program" in data]
        for data in claims:
            said = reading.ask(data["program"], recording).iloc[0]
            other += (data["probability"], data["prior"]) != (said.probability, said.prior)
        asked += len(claims)
        if asked >= FACTS[bench.quick]:
            break
    yield nothing_of("graph = query: facts whose numbers differ", other, asked)


def maps(bench: Asked) -> Iterator[Bar]:
    """Images of SIMULATED parcels on oblique grids, resampled by nilearn to voxels of a third of the size and back to parcels."""
    rng, furthest, number = np.random.default_rng(2), 0.0, 0
    for k in range(3 if bench.quick else 20):
        turned = np.linalg.qr(rng.normal(size=(3, 3)))[0] * rng.uniform(1.5, 4, 3)
        affine = nib.affines.from_matvec(turned, rng.uniform(-90, 0, 3))
        voxels = np.argwhere(rng.random((12, 14, 10)) < 0.5)
        owner, channels = rng.permutation(np.arange(len(voxels)) % 40), tuple("-".join(map(str, v)) for v in voxels)
        measured = Measured(channels, nib.affines.apply_affine(affine, voxels), 0.5, "fmri")
        names = tuple(f"parcel {p}" for p in range(40))
        entities = Entities(np.zeros((0, len(voxels)), np.float32), owner, names, "parcel", measured=measured)
        stored = pd.DataFrame(rng.random((5, 40)), [f"word{w}" for w in range(5)], names)
        written = write_grounding_images(stored, entities, bench.folder / f"maps-{k}", "native", {"Simulated": True})
        for path, (_, values) in zip(written, stored.iterrows(), strict=True):
            image = nib.load(path)
            finer = image.affine @ nib.affines.from_matvec(np.eye(3) / 3, np.full(3, -1 / 3))
            shape = tuple(3 * size for size in image.shape)
            options = {"interpolation": "nearest", "copy_header": True, "force_resample": True}
            back = values_of_entities(resample_img(image, finer, shape, **options), owner, measured.positions)
            furthest, number = max(furthest, float(np.abs(back - values).max())), number + len(values)
    yield below(f"maps: furthest of {number:,} groundings after resampling", furthest, CLOSE, digits=9)


def report(bench: Asked) -> Iterator[Bar]:
    """Of the run with all its recordings."""
    n = len(bench.source.reading.recordings)
    start = time.perf_counter()
    path = write_report([bench.run], bench.folder / "report.html")
    yield below(f"report of {n:,} recordings: time (s)", time.perf_counter() - start, 20, digits=1)
    yield below(f"report of {n:,} recordings: size (MB)", path.stat().st_size / 1e6, 5, digits=2)
