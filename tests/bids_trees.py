"""SIMULATED BIDS data sets, written small: what was planted in them must be found again."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from nilearn.glm.first_level import compute_regressor

TR, VOLUMES, GRID = 2.0, 60, (8, 8, 4)
AFFINE = np.array([[8.0, 0, 0, -28], [0, 8, 0, -28], [0, 0, 8, -12], [0, 0, 0, 1]])
SPACE = "MNI152NLin2009cAsym"
TYPES = ("Face", "House")
PLACES = {"Face": slice(0, 2), "House": slice(4, 6)}
"""Where (first voxel axis) a trial type raises the signal."""


def write_fmri_tree(root: Path, *, subjects=("01", "02"), runs=(1, 2, 3), noise=0.5, spacing=8.0) -> Path:
    """Raw data with fMRIPrep's output under derivatives/fmriprep. Trials lie `spacing` seconds apart: they overlap."""
    rng = np.random.default_rng(0)
    prep = root / "derivatives" / "fmriprep"
    _description(root, "raw")
    _description(prep, "derivative")
    for subject in subjects:
        for run in runs:
            write_fmri_run(root, prep, subject, run, rng, noise, spacing)
    return root


def write_fmri_run(root, prep, subject, run, rng, noise, spacing):
    stem = f"sub-{subject}_task-look_run-{run:02d}"
    kinds = rng.permutation(np.resize(TYPES, 12))
    onsets = 4.0 + spacing * np.arange(len(kinds)) + rng.uniform(0, 1, len(kinds))
    times = TR * np.arange(VOLUMES)
    motion = np.cumsum(rng.normal(size=(VOLUMES, 6)), axis=0) * 0.01
    signal = 100 + noise * rng.normal(size=(*GRID, VOLUMES)) + 30 * motion[:, 0]
    for kind, place in PLACES.items():
        shown = onsets[kinds == kind]
        condition = np.array([shown, np.full(len(shown), 2.0), np.ones(len(shown))])
        signal[place] += 5 * compute_regressor(condition, "glover", times)[0][:, 0]
    func = root / f"sub-{subject}" / "func"
    func.mkdir(parents=True, exist_ok=True)
    save_bold(func / f"{stem}_bold.nii.gz", signal)
    write_json(func / f"{stem}_bold.json", {"RepetitionTime": TR, "TaskName": "look"})
    table = pd.DataFrame({"onset": onsets, "duration": 2.0, "trial_type": kinds})
    table.to_csv(func / f"{stem}_events.tsv", sep="\t", index=False)
    derived = prep / f"sub-{subject}" / "func"
    derived.mkdir(parents=True, exist_ok=True)
    save_bold(derived / f"{stem}_space-{SPACE}_desc-preproc_bold.nii.gz", signal)
    write_json(derived / f"{stem}_space-{SPACE}_desc-preproc_bold.json", {"RepetitionTime": TR, "SkullStripped": False})
    mask = np.ones(GRID, np.uint8)
    mask[:, 0] = 0
    nib.save(nib.Nifti1Image(mask, AFFINE), derived / f"{stem}_space-{SPACE}_desc-brain_mask.nii.gz")
    confounds(motion, rng).to_csv(
        derived / f"{stem}_desc-confounds_timeseries.tsv", sep="\t", index=False, na_rep="n/a"
    )
    write_json(derived / f"{stem}_desc-confounds_timeseries.json", {})


def confounds(motion, rng) -> pd.DataFrame:
    columns = {}
    for k, name in enumerate(("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")):
        change = np.r_[np.nan, np.diff(motion[:, k])]
        columns |= {name: motion[:, k], f"{name}_derivative1": change}
        columns |= {f"{name}_power2": motion[:, k] ** 2, f"{name}_derivative1_power2": change**2}
    columns["csf"], columns["white_matter"] = rng.normal(size=(2, len(motion)))
    columns["framewise_displacement"] = np.abs(np.r_[np.nan, rng.normal(size=len(motion) - 1)]) * 0.1
    columns["std_dvars"] = np.r_[np.nan, np.ones(len(motion) - 1)]
    return pd.DataFrame(columns)


def write_atlas(folder: Path, *, beyond=False) -> Path:
    """Four labels, two columns of the grid each, in voxels of half the size; `beyond`: one more outside the data."""
    affine = AFFINE.copy()
    affine[:3, :3] /= 2
    affine[:3, 3] -= 2
    labels = np.repeat([10, 20, 30, 40], 4)[:, None, None] * np.ones((16, 16, 8))
    table = pd.DataFrame({"index": [10, 20, 30, 40], "name": list("ABCD"), "network": ["Vis", "Vis", "Motor", "Motor"]})
    if beyond:
        labels = np.concatenate([labels, np.full((4, 16, 8), 50)])
        table.loc[len(table)] = [50, "E", "Motor"]
    nib.save(nib.Nifti1Image(labels.astype(np.int16), affine), folder / "quarters.nii.gz")
    table.to_csv(folder / "quarters.tsv", sep="\t", index=False)
    return folder / "quarters.nii.gz"


def save_bold(path: Path, values: np.ndarray, *, affine=AFFINE, tr=TR) -> None:
    image = nib.Nifti1Image(values.astype(np.float32), affine)
    image.header.set_zooms((8, 8, 8, tr))
    nib.save(image, path)


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _description(folder: Path, kind: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = {"Name": "Faces and houses", "BIDSVersion": "1.9.0", "DatasetType": kind, "Simulated": True}
    content |= {"License": "CC0", "Authors": ["Nobody"], "GeneratedBy": [{"Name": "a test of Neurona"}]}
    write_json(folder / "dataset_description.json", content)


CHANNELS = ("Fp1", "Fp2", "C3", "C4", "Cz", "O1", "O2", "Oz")
RATE = 100.0


def write_eeg_tree(root: Path, *, subjects=("01", "02"), runs=(1, 2), flat=None, bads=("Cz",)) -> Path:
    """EEG of 20 s a run: Face raises O1 and O2 by 20 uV from 100 to 300 ms, House lowers them."""
    rng = np.random.default_rng(0)
    for subject in subjects:
        for run in runs:
            _write_eeg_run(root, subject, run, rng, flat, list(bads))
    _description(root, "raw")
    return root


def _write_eeg_run(root, subject, run, rng, flat, bads):
    import mne
    from mne_bids import BIDSPath, write_raw_bids

    values = 5e-6 * rng.normal(size=(len(CHANNELS), int(20 * RATE)))
    kinds = rng.permutation(np.resize(TYPES, 16))
    onsets = 0.5 + 1.15 * np.arange(16)
    for onset, kind in zip(onsets, kinds, strict=True):
        start = round((onset + 0.1) * RATE)
        values[5:7, start : start + 20] += 20e-6 if kind == "Face" else -20e-6
    if flat:
        values[CHANNELS.index(flat)] = 0
    raw = mne.io.RawArray(values, mne.create_info(list(CHANNELS), RATE, "eeg"), verbose="error")
    raw.info["line_freq"] = 50
    raw.info["bads"] = bads
    raw.set_annotations(mne.Annotations(onsets, 0.2, kinds))
    path = BIDSPath(subject=subject, task="look", run=f"{run:02d}", datatype="eeg", root=root)
    write_raw_bids(raw, path, format="BrainVision", allow_preload=True, overwrite=True, verbose="error")
