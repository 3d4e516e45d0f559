"""New recordings, made as those were that a decoder was fitted to.

How a data set was converted travels with it, and with what is fitted to it (`layouts.conversion_of`); files to come are read by these settings.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.console import Console

from neurona.datasets import bids_meeg, layouts
from neurona.datasets.bids_card import UNASKED
from neurona.datasets.dataset import open_dataset
from neurona.errors import ConfigError, DataError
from neurona.files import require_content
from neurona.recordings.raw_files import FORMATS, stem_of
from neurona.recordings.recordings import Recordings

Conversion = Mapping[str, Any]
"""See `layouts.conversion_of`; empty where nothing was converted."""


def new_recordings(
    data: Path, conversion: Conversion, console: Console, *, layout: str | None = None, options: Sequence[str] = ()
) -> Recordings:
    """Recordings of a data set, a folder as obtained, a file of MNE epochs, or a NIfTI image or continuous M/EEG with its events.

    Args:
        data: folder of a data set; folder as obtained, such as BIDS; `...-epo.fif`; `..._bold.nii.gz` with `..._events.tsv`; `..._eeg.edf`,
            `.fif`, `.vhdr` and others with `..._events.tsv` or annotations.
        conversion: how the recordings were made that the decoder was fitted to.
        console: for the progress.
        layout: of a folder as obtained; detected unless given.
        options: `key=value`, settings of the layout that are to be others than those of `conversion`.

    Raises:
        DataError: it is none of these, another layout than the decoder's, or has faults.
        ConfigError: options that the layout does not have.
    """
    if not data.exists():
        raise DataError(f"{data}: no such file or folder; name a data set, a BIDS folder, an epochs or a NIfTI file")
    is_set = (data / "dataset.json").is_file()
    are_epochs = data.name.endswith((".fif", ".fif.gz")) and _are_epochs(data)
    if (is_set or are_epochs) and (options or layout):
        raise ConfigError(
            f"{data}: read as it is, so that it has no layout and no settings; leave --layout and --set out"
        )
    if is_set:
        return open_dataset(data, lazy=False).recordings
    if are_epochs:
        return _epochs(data)
    if data.name.lower().endswith(FORMATS):
        return bids_meeg.read_file(data, _settings_of_epochs(data, conversion, options), console)
    if data.is_dir():
        return _converted(data, conversion, console, layout, options)
    if data.name.endswith((".nii", ".nii.gz")):
        with tempfile.TemporaryDirectory(prefix="neurona-bids-") as made:
            return _converted(_as_bids(data, conversion, Path(made)), conversion, console, "bids_fmri", options)
    raise DataError(
        f"{data}: expected a data set, a folder as obtained (such as BIDS), MNE epochs (-epo.fif), continuous M/EEG ({', '.join(FORMATS)}) or a "
        "NIfTI image (.nii.gz)"
    )


def new_windows(
    file: Path, conversion: Conversion, console: Console, *, every_s: float, options: Sequence[str] = ()
) -> Iterator[Recordings]:
    """Windows that slide over continuous M/EEG, each made as the decoder's own epochs were, a part of the signal in memory at a time.

    Args:
        file: `.fif`, `.edf`, `.vhdr` and others; it needs no events.
        conversion, console, options: see `new_recordings`.
        every_s: seconds from window to window.

    Raises:
        DataError: no such file, another kind of file, or a decoder that does not know how its epochs were made.
    """
    if not file.exists():
        raise DataError(f"{file}: no such file")
    if not file.name.lower().endswith(FORMATS) or (file.name.endswith((".fif", ".fif.gz")) and _are_epochs(file)):
        raise DataError(f"{file}: windows slide over continuous M/EEG alone ({', '.join(FORMATS)}); leave --every out")
    return bids_meeg.sliding(file, _settings_of_epochs(file, conversion, options), every_s, console)


def _converted(
    folder: Path, conversion: Conversion, console: Console, layout: str | None, options: Sequence[str]
) -> Recordings:
    """By the layout's own conversion, into a folder that is not kept."""
    found = layouts.layout_name(folder, layout)
    if conversion and conversion["layout"] != found:
        raise DataError(
            f"{folder}: its layout is {found}, and the decoder was fitted to recordings of the layout {conversion['layout']}; name a "
            "folder of that layout, or a data set or epochs measured alike"
        )
    settings = _settings(found, conversion, folder, options)
    with tempfile.TemporaryDirectory(prefix="neurona-read-") as made:
        out = Path(made) / "set"
        layouts.LAYOUTS[found].convert(folder, out, console, settings)
        return open_dataset(out, lazy=False).recordings


def _found(name: str, value: Any, folder: Path) -> Any:
    """A setting that names a file inside the folder, as its path."""
    return str(folder / value) if name in layouts.FILES and value and (folder / value).exists() else value


def _settings(layout: str, conversion: Conversion, folder: Path, options: Sequence[str]) -> Any:
    """The decoder's own settings, for what lies in another folder."""
    own = {name: _found(name, value, folder) for name, value in conversion.get("settings", {}).items()}
    if "questions" in {field.name for field in fields(layouts.LAYOUTS[layout].settings)}:
        own["questions"] = str(UNASKED)  # what they are of need not be known
    return layouts.settings_of(layout, options, own)


def _are_epochs(file: Path) -> bool:
    import mne

    try:
        return str(mne.what(require_content(file))) == "epochs"
    except (ValueError, OSError, RuntimeError) as error:
        raise DataError(f"{file}: cannot be read ({error}); expected a FIF file of MNE-Python") from error


def _epochs(file: Path) -> Recordings:
    import mne

    from neurona.recordings.meeg import epochs_recordings

    try:
        epochs = mne.read_epochs(file, verbose="error")
    except (ValueError, OSError, RuntimeError) as error:
        raise DataError(f"{file}: cannot be read as MNE epochs ({error})") from error
    subject, run = (_entity(file, key) for key in ("sub", "run"))
    return epochs_recordings(
        epochs, subject=subject or "new", run=f"run-{run or (stem_of(file) if not subject else '01')}"
    )


def _settings_of_epochs(file: Path, conversion: Conversion, options: Sequence[str]) -> Any:
    """How the decoder's own epochs were made of continuous recordings."""
    settings = conversion.get("settings", {})
    if conversion.get("layout") != bids_meeg.NAME or settings.get("derivatives"):
        known = (
            "epochs that others saved (derivatives)"
            if settings.get("derivatives")
            else f"recordings of the layout {conversion['layout']}"
            if conversion
            else "recordings that came as arrays or epochs"
        )
        raise DataError(
            f"{file}: continuous, and the decoder does not know how its epochs were made: it was fitted to {known}, not to a BIDS folder that "
            "Neurona made epochs of. Make epochs as its own were made (same filter, reference, channels, window, baseline and rate), save them "
            "(epochs.save('NAME-epo.fif')) and read that file"
        )
    return _settings(bids_meeg.NAME, conversion, file.parent, options)


def _as_bids(image: Path, conversion: Conversion, root: Path) -> Path:
    """A BIDS folder of links to an image, its events, its sidecar and its confounds, made for the conversion that the decoder knows."""
    if not conversion or conversion["layout"] != "bids_fmri":
        known = f"by layout {conversion['layout']}" if conversion else "otherwise than from files"
        raise DataError(
            f"{image}: a decoder reads images as its own recordings were made, and these were made {known}; "
            "read them in Python (Dataset.from_niimgs) with the same masker, and then with decoder.read"
        )
    stem = re.sub(r"(_bold)?\.nii(\.gz)?$", "", image.name)
    bare = re.sub(r"_(space|desc|res)-[A-Za-z0-9]+", "", stem)
    events = next((found for name in (stem, bare) if (found := image.parent / f"{name}_events.tsv").is_file()), None)
    if events is None:
        raise DataError(
            f"{image}: no events beside it; expected {bare}_events.tsv with columns onset, duration and trial_type"
        )
    own = conversion["settings"]
    subject, run = _entity(image, "sub") or "new", _entity(image, "run") or "01"
    name = f"sub-{subject}_task-{own.get('task') or _entity(image, 'task') or 'new'}_run-{run}"
    derived = root / own["derivatives"] if own.get("derivatives") else root
    if derived != root and not derived.is_relative_to(root):
        raise DataError(
            f"{image}: the decoder's own images were derivatives in another folder than their events; lay these out as a BIDS folder, too, "
            "and name it with --set derivatives=FOLDER"
        )
    suffix = ".nii.gz" if image.name.endswith(".gz") else ".nii"
    space = f"_space-{own['space']}_desc-preproc" if own.get("derivatives") and own.get("space") else ""
    here, there = (folder / f"sub-{subject}/func" for folder in (root, derived))
    links = {here / f"{name}_events.tsv": events, here / f"{name}_bold{suffix}": image}
    links[there / f"{name}{space}_bold{suffix}"] = image
    for file in (image.parent / f"{stem}_bold.json", image.parent / f"{stem}.json"):
        if file.is_file():
            links[there / f"{name}{space}_bold.json"] = file
    for file in sorted(image.parent.glob(f"{bare}*_timeseries.tsv"))[:1]:
        links[there / f"{name}_desc-confounds_timeseries.tsv"] = file
    brain = re.sub(r"_desc-[A-Za-z0-9]+", "", stem)
    for file in sorted(image.parent.glob(f"{brain}_desc-brain_mask.nii*"))[:1]:
        links[there / f"{name}_space-{own.get('space')}_desc-brain_mask{suffix}"] = file
    for link, file in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file.resolve())
    for folder, kind in ((root, "raw"), (derived, "derivative")):
        told = {
            "Name": image.name,
            "BIDSVersion": "1.9.0",
            "DatasetType": kind,
            "GeneratedBy": [{"Name": "neurona read"}],
        }
        if not (folder / "dataset_description.json").exists():
            (folder / "dataset_description.json").write_text(json.dumps(told), encoding="utf-8")
    return root


def _entity(file: Path, key: str) -> str | None:
    found = re.search(rf"(?:^|_){key}-([A-Za-z0-9]+)", file.name)
    return found[1] if found else None
