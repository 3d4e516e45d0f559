"""Haxby et al. 2001: eight visual categories seen by one subject, 12 runs of fMRI.

Two sources, one reader: nilearn's fetcher (subject 2 by default, whole brain within the ventral temporal mask),
or a local folder of `run-XX_bold.nii.gz` with BIDS-like `run-XX_events.tsv`.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from rich.console import Console

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.download import local_folder
from neurona.datasets.label_questions import questions_from_labels
from neurona.datasets.registry import DATASETS, Source
from neurona.errors import DataError
from neurona.files import cache_folder, data_files, remembered_checksum
from neurona.recordings.fmri_runs import Run, brain_mask, read_run
from neurona.recordings.fmri_windows import block_recordings

NAME = "haxby2001"


def fetch(console: Console) -> Path:
    """Fetch subject 2 with nilearn, and write it in the local layout once. Returns the folder.

    Raises:
        DataError: the download failed.
    """
    from nilearn.datasets import fetch_haxby

    folder = cache_folder() / NAME
    if (folder / "COMPLETE").is_file():
        return folder
    try:
        console.print("fetching Haxby 2001, subject 2, with nilearn (about 300 MB)")
        data = fetch_haxby(subjects=(2,))
    except Exception as error:  # nilearn raises many kinds for a failed download
        raise DataError(
            f"haxby2001: download failed ({error}); put a folder with run-XX_bold.nii.gz and run-XX_events.tsv somewhere "
            "and name it with --set data.path=FOLDER, or set NEURONA_DATA to its parent"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    _write_runs(
        folder,
        nib.load(data.func[0]),
        nib.load(data.mask_vt[0]),
        pd.read_csv(data.session_target[0], sep=" "),
    )
    (folder / "COMPLETE").write_text("all runs written\n")
    return folder


def _write_runs(folder: Path, bold, mask, targets: pd.DataFrame, tr: float = 2.5) -> None:
    """Cut the one long series into runs, keep the mask's voxels, and turn the label per volume into blocks."""
    values = np.asarray(bold.dataobj) * (np.asarray(mask.dataobj) > 0)[..., None]
    for chunk in targets["chunks"].unique():
        rows = targets[targets["chunks"] == chunk]
        labels = rows["labels"].to_numpy()
        edges = np.flatnonzero(np.r_[True, labels[1:] != labels[:-1], True])
        blocks = [(a * tr, (b - a) * tr, labels[a]) for a, b in itertools.pairwise(edges) if labels[a] != "rest"]
        image = nib.Nifti1Image(values[..., rows.index], bold.affine)
        image.header.set_zooms((*bold.header.get_zooms()[:3], tr))
        stem = folder / f"run-{int(chunk) + 1:02d}"
        nib.save(image, f"{stem}_bold.nii.gz")
        pd.DataFrame(blocks, columns=["onset", "duration", "trial_type"]).to_csv(
            f"{stem}_events.tsv", sep="\t", index=False
        )


def read_runs(folder: Path) -> list[Run]:
    """All runs of a local folder, in order of their names."""
    images = data_files(folder, "run-*_bold.nii.gz")
    if len(images) < 2:
        raise DataError(f"{folder}: found {len(images)} files run-XX_bold.nii.gz, expected two runs or more")
    return [read_run(image, image.with_name(image.name.replace("_bold.nii.gz", "_events.tsv"))) for image in images]


def locate(path: Path | None, console: Console) -> Path:
    """`path`, else `$NEURONA_DATA/haxby2001_slice` or `haxby2001`, else fetched.

    Raises:
        DataError: there is no such folder, or the download failed.
    """
    folder = path or local_folder("haxby2001_slice", NAME) or fetch(console)
    if not folder.is_dir():
        raise DataError(
            f"{folder}: no such folder; data.path names a folder of run-XX_bold.nii.gz and run-XX_events.tsv"
        )
    return folder


def read(path: Path | None, console: Console) -> Dataset:
    """Recordings (one a block) and questions, from where `locate` says.

    Raises:
        DataError: see `locate`, `read_run`, `brain_mask`, `block_recordings`.
    """
    folder = locate(path, console)
    card = read_card(NAME)
    runs = read_runs(folder)
    recordings = block_recordings(runs, brain_mask(runs), subject="1" if "slice" in folder.name else "2")
    recordings.validate(str(folder))
    raw = [str(label) for label in recordings.data.label.values]
    concepts = [card.labels.get(label, label) for label in raw]
    ids = [str(name) for name in recordings.data.recording.values]
    checksums = {file.name: remembered_checksum(file) for file in data_files(folder, "run-*")}
    return Dataset(NAME, card, recordings, questions_from_labels(ids, concepts, card.vocabulary), checksums)


DATASETS.add(NAME, Source(fetch, locate, read))
