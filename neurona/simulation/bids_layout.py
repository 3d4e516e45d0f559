"""A simulation as a raw BIDS data set: continuous runs of NIfTI volumes with events, in MNI152 space at 8 mm.

A trial takes 10 s, as in BOLD5000, so responses of neighbouring trials overlap. A voxel of the grey matter shows its nearest
component around a baseline of 1000, noise standard deviation 10, with a fifth of that as noise of its own.
"""

from __future__ import annotations

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from scipy.spatial import KDTree

from neurona.simulation.brain import grey_matter
from neurona.simulation.continuous import Run, record_run, runs
from neurona.simulation.measurement import STIMULUS_S, TR_S
from neurona.simulation.simulation import Simulation

TASK = "scenes"
TRIAL_S, BEFORE_S, AFTER_S = 10.0, 6.0, 16.0
_BASELINE, _NOISE, _VOXEL_NOISE = 1000.0, 10.0, 2.0
_RESOLUTION_MM = 8


def write_bids(simulation: Simulation, folder: Path, console: Console) -> None:
    """Write one NIfTI file, events and sidecar a run."""
    _write_top(simulation, folder)
    template, places = grey_matter(_RESOLUTION_MM)
    nearest = KDTree(simulation.brain.centroids).query(places)[1]
    voxels = tuple(np.rint(nib.affines.apply_affine(np.linalg.inv(template.affine), places)).astype(int).T)
    jobs = [(subject, run) for subject in range(simulation.settings.subjects) for run in runs(simulation)]
    for subject, run in track(jobs, "writing runs", console=console, transient=True):
        rng = np.random.default_rng([simulation.seed, 100, subject, run.number])
        onsets = BEFORE_S + TRIAL_S * np.arange(len(run.images))
        times = TR_S * np.arange(int(np.ceil((onsets[-1] + AFTER_S) / TR_S)))
        values = record_run(simulation, subject, run.images, onsets, times, rng)
        volume = np.zeros((*template.shape, len(times)), np.int16)
        own = _VOXEL_NOISE * rng.standard_normal((len(nearest), len(times)))
        volume[voxels] = np.clip(np.rint(_BASELINE + _NOISE * values[nearest] + own), 1, 32767)
        _write_run(simulation, folder, subject, run, volume, template.affine, onsets)


def _write_run(
    simulation: Simulation,
    folder: Path,
    subject: int,
    run: Run,
    volume: np.ndarray,
    affine: np.ndarray,
    onsets: np.ndarray,
) -> None:
    name = simulation.subjects[subject]
    func = folder / f"sub-{name}" / "func"
    func.mkdir(parents=True, exist_ok=True)
    stem = f"sub-{name}_task-{TASK}_run-{run.number:02d}"
    image = nib.Nifti1Image(volume, affine)
    image.header.set_zooms((_RESOLUTION_MM,) * 3 + (TR_S,))
    image.header.set_xyzt_units("mm", "sec")
    image.header["descrip"] = b"SIMULATED by Neurona"
    nib.save(image, func / f"{stem}_bold.nii.gz")
    sidecar = {"TaskName": TASK, "RepetitionTime": TR_S, "Simulated": True}
    (func / f"{stem}_bold.json").write_text(json.dumps(sidecar, indent=1), encoding="utf-8")
    scenes = [simulation.scenes[k] for k in run.images]
    events = {
        "onset": onsets,
        "duration": STIMULUS_S,
        "trial_type": [scene.image for scene in scenes],
        "class": [simulation.ontology.class_of[scene.things[0].name] for scene in scenes],
        "split": run.part,
    }
    pd.DataFrame(events).to_csv(func / f"{stem}_events.tsv", sep="\t", index=False)


def _write_top(simulation: Simulation, folder: Path) -> None:
    description = {
        "Name": "SIMULATED scenes",
        "BIDSVersion": "1.9.0",
        "DatasetType": "raw",
        "Authors": ["The Neurona developers"],
        "License": "Apache-2.0",
        "Simulated": True,
        "GeneratedBy": [{"Name": "neurona data simulate"}],
    }
    (folder / "dataset_description.json").write_text(json.dumps(description, indent=1), encoding="utf-8")
    readme = "SIMULATED data: nobody was measured. trial_type names the image, class the first thing in it.\n"
    (folder / "README").write_text(readme, encoding="utf-8")
    columns = {
        "class": {"Description": "class of the first thing in the scene"},
        "split": {"Description": "train or test"},
    }
    (folder / f"task-{TASK}_events.json").write_text(json.dumps(columns, indent=1), encoding="utf-8")
    people = "".join(f"sub-{name}\ttrue\n" for name in simulation.subjects)
    (folder / "participants.tsv").write_text(f"participant_id\tsimulated\n{people}", encoding="utf-8")
    (folder / ".bidsignore").write_text("SIMULATED\ntruth/\nquestions.parquet\n", encoding="utf-8")
    simulation.questions.to_parquet(folder / "questions.parquet", index=False)
