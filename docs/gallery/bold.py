"""BOLD of three subjects in BIDS, preprocessed or raw: from files to a decoder, which another process uses on a fourth subject.

The data are SIMULATED: two runs of 20 trials a subject; faces, cats, houses and shoes, each with a pattern that subjects share.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from nilearn.glm.first_level import compute_regressor

import neurona as nr
from neurona.datasets.bids_fmri import read_bids_fmri

os.chdir(tempfile.mkdtemp(prefix="neurona-bold-"))
rng = np.random.default_rng(0)
KINDS = ("cat", "face", "house", "shoe")
GRID, TR, VOLUMES = (9, 10, 8), 2.0, 90
BRAIN = np.linalg.norm(np.indices(GRID) - 4.0 * np.ones((3, 1, 1, 1)), axis=0) < 4
PATTERNS = 2 * rng.normal(size=(4, BRAIN.sum()))
AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])


def simulate(study, subjects):
    """Raw images and events, and what fMRIPrep would add: images in MNI space, brain masks, head motion."""
    prepared = study / "derivatives" / "fmriprep"
    for folder, kind in ((study, "raw"), (prepared, "derivative")):
        told = {"Name": "Pictures", "BIDSVersion": "1.9.0", "DatasetType": kind, "Simulated": True}
        write(folder / "dataset_description.json", json.dumps(told | {"GeneratedBy": [{"Name": "a script"}]}))
    for subject in subjects:
        for run in ("01", "02"):
            name = f"sub-{subject}/func/sub-{subject}_task-look_run-{run}"
            order = rng.permutation(np.resize(range(4), 20))
            onsets = 4 + 8.0 * np.arange(20)
            motion = 0.05 * rng.normal(size=(VOLUMES, 2)).cumsum(axis=0)
            signal = 2 * rng.normal(size=(VOLUMES, BRAIN.sum())) + 3 * motion[:, :1]
            for k, pattern in enumerate(PATTERNS):
                shown = [(onset, 2.0, 1.0) for onset in onsets[order == k]]
                signal += compute_regressor(np.transpose(shown), "glover", TR * np.arange(VOLUMES))[0] * pattern
            table = pd.DataFrame({"onset": onsets, "duration": 2.0, "trial_type": np.array(KINDS)[order]})
            write(study / f"{name}_events.tsv", table.to_csv(sep="\t", index=False))
            table = pd.DataFrame(motion, columns=["trans_x", "trans_y"])
            write(prepared / f"{name}_desc-confounds_timeseries.tsv", table.to_csv(sep="\t", index=False))
            volumes = np.zeros((*GRID, VOLUMES), np.float32)
            volumes[BRAIN] = 100 + signal.T
            image = nib.Nifti1Image(volumes, AFFINE)
            image.header.set_zooms((4, 4, 4, TR))
            image.header.set_xyzt_units("mm", "sec")
            space = "space-MNI152NLin2009cAsym"
            for stem in (study / f"{name}_bold", prepared / f"{name}_{space}_desc-preproc_bold"):
                write(stem.with_suffix(".json"), json.dumps({"RepetitionTime": TR, "TaskName": "look"}))
                nib.save(image, stem.with_suffix(".nii.gz"))
            mask = nib.Nifti1Image(BRAIN.astype(np.uint8), AFFINE)
            nib.save(mask, prepared / f"{name}_{space}_desc-brain_mask.nii.gz")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def command(line):
    """A command as you would type it, in a process of its own."""
    subprocess.run([sys.executable, "-m", *shlex.split(line)], check=True)


simulate(Path("study"), ["01", "02", "03"])
simulate(Path("later"), ["04"])

# --- From the study to a data set: a recording is the beta of a trial. Head motion is regressed out.
command(
    "neurona data convert study set --set derivatives=study/derivatives/fmriprep "
    "--set 'confounds=[trans_x, trans_y]' --set 'definitions.animate=cat(x) | face(x)'"
)

# --- To a decoder, which is kept.
decoder = nr.fit(nr.load_dataset("set"), "linear_evidence")
decoder.save("decoder")

# --- Another process reads a fourth subject's files, made into recordings as the decoder's own were.
command("neurona read decoder later --out reading")
command("neurona query reading 'Is there a face?' 'exists x. animate(x) & ~face(x)'")

# --- The same in memory.
later = read_bids_fmri("later", task="look", derivatives="later/derivatives/fmriprep", confounds=["trans_x", "trans_y"])
queries = ["exists x. animate(x) & ~face(x)", "describe Category"]
told = decoder.read(later).ask(queries)
pd.testing.assert_frame_equal(nr.open_reading("reading").ask(queries), told, check_exact=True)
right = told.answer[told["query"] == queries[1]].to_numpy() == later.recordings.data.label.values
print(f"SIMULATED: accuracy {right.mean():.2f} on a subject who was not there, chance 0.25")
assert right.mean() > 0.8, "what was planted is found again"

# --- Raw images: the same without derivatives. Voxels of subjects are then the same places only if their images were aligned.
command("neurona data convert study raw --set 'definitions.animate=cat(x) | face(x)'")
decoder = nr.fit(nr.load_dataset("raw"), "linear_evidence")
decoder.save("raw_decoder")
command("neurona read raw_decoder later --out raw_reading")
told = decoder.read(read_bids_fmri("later", task="look")).ask(queries)
pd.testing.assert_frame_equal(nr.open_reading("raw_reading").ask(queries), told, check_exact=True)
print(f"the same answers, bit for bit; all files are in {os.getcwd()}")
