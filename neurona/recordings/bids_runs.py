"""fMRI runs of a BIDS data set: found with pybids, checked by their headers before any long work.

Raw BIDS data and derivatives such as fMRIPrep's are read alike: the image is `desc-preproc` in a space when derivatives
are asked for; the events always come from the raw data set; confounds and brain mask lie beside the preprocessed image.
A file belongs to a run when all of its entities are the run's (BIDS' inheritance principle); the most specific one counts.

K. J. Gorgolewski et al. (2016). The brain imaging data structure. Scientific Data 3, 160044.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from nibabel.spatialimages import SpatialImage

from neurona.errors import DataError, nearest_name
from neurona.recordings.events import check_events, read_events
from neurona.recordings.fmri_runs import check_grid, check_whole, open_bold

if TYPE_CHECKING:
    from bids import BIDSLayout
    from bids.layout import BIDSFile

NATIVE = "native"
"""The space of derivatives whose names have no entity `space`: they lie as the subject lay in the scanner."""


@dataclass(frozen=True)
class BidsRun:
    """One run of a BIDS data set: its files, and what their headers say.

    Attributes:
        subject, session: labels without `sub-` and `ses-`; session is empty where there are none.
        name: unique within the subject, e.g. `ses-1_run-02`.
        space: of the image; `native` for derivatives without one, empty for raw data (the scanner's).
        bold: 4-D image.
        image: the same, its values still on disk.
        tr, start_s: repetition time and time of the first volume in seconds.
        events: columns onset, duration, trial_type; the index keeps lines.
        events_file: where they came from.
        confounds, mask: files, where there are any.
    """

    subject: str
    session: str
    name: str
    space: str
    bold: Path
    image: SpatialImage
    tr: float
    start_s: float
    events: pd.DataFrame
    events_file: Path
    confounds: Path | None
    mask: Path | None

    @property
    def id(self) -> str:
        return f"sub-{self.subject}_{self.name}"

    @property
    def frame_times(self) -> np.ndarray:
        return self.start_s + self.tr * np.arange(self.image.shape[3])


def find_runs(
    root: Path,
    *,
    task: str,
    derivatives: Path | None = None,
    space: str | None = None,
    subjects: Sequence[str] | None = None,
    label_column: str = "trial_type",
    filters: Mapping[str, Any] | None = None,
) -> list[BidsRun]:
    """All runs of a task, in order of subject and name, with their headers checked.

    Args:
        root: raw BIDS data set.
        task: task label.
        derivatives: folder of fMRIPrep's (or alike) output; raw images are read when None.
        space: space label of the derivatives' images, `native` for those that have none; the only one there is when None.
        subjects: labels of the subjects to read; all when None.
        label_column: column of events.tsv that holds the labels.
        filters: further BIDS entities that choose among images, e.g. `{"session": "1", "resolution": "2"}`.

    Raises:
        DataError: nothing found under a name (with the nearest that exists), or faults of files: all of them in one
            message. Faults: no events, unreadable or truncated image, TR in ms or unlike bold.json's, events past the
            end, runs of one subject on different grids.
    """
    layout = _layout(root, derivatives, task)
    images = _images(layout, root, task, derivatives is not None, space, subjects, dict(filters or {}))
    others = [
        file for file in layout.get() if file.entities.get("suffix") in ("events", "mask", "timeseries", "regressors")
    ]
    runs: list[BidsRun] = []
    faults: list[str] = []
    for image in images:
        try:
            runs.append(_run(image, others, label_column, derivatives is not None))
        except DataError as error:
            faults.append(str(error))
    faults += _inconsistent(runs)
    raise_faults(faults)
    return sorted(runs, key=lambda run: (run.subject, run.name))


def raise_faults(faults: Sequence[str]) -> None:
    """Raise one DataError that lists all faults; none when there are none."""
    if len(faults) == 1:
        raise DataError(faults[0])
    if faults:
        shown = "".join(f"\n- {fault}" for fault in faults[:20])
        raise DataError(
            f"{len(faults)} faults found before any computation{', the first 20' * (len(faults) > 20)}:{shown}"
        )


def _layout(root: Path, derivatives: Path | None, task: str) -> BIDSLayout:
    from bids import BIDSLayout, BIDSLayoutIndexer

    for folder in (root, derivatives):
        if folder is not None and not (folder / "dataset_description.json").is_file():
            raise DataError(f"{folder}: no dataset_description.json; name the top folder of a BIDS data set")
    try:
        # Sidecars are read for the task's images alone: that is most of the time of indexing a large data set.
        indexer = BIDSLayoutIndexer(validate=False, index_metadata=True, suffix="bold", task=task)
        return BIDSLayout(root, validate=False, derivatives=derivatives or False, indexer=indexer)
    except Exception as error:  # pybids raises many kinds
        raise DataError(f"{root}: pybids cannot read it as a BIDS data set ({error})") from error


def _images(
    layout: BIDSLayout,
    root: Path,
    task: str,
    derived: bool,
    space: str | None,
    subjects: Sequence[str] | None,
    filters: dict[str, Any],
) -> list[BIDSFile]:
    """The BOLD images, narrowed step by step, so that the message says which step found nothing."""
    scope = "derivatives" if derived else "raw"
    found = layout.get(scope=scope, suffix="bold", extension=[".nii.gz", ".nii"])
    if derived:
        found = [file for file in found if file.entities.get("desc") == "preproc"]
    if not found:
        raise DataError(f"{root}: no {'desc-preproc_bold' if derived else 'bold'} image found in the {scope} data")
    found = _narrow(found, "task", [task])
    if space is not None and not derived:
        raise DataError(f"space: {space!r} wanted, but raw images lie in the scanner's; name the derivatives folder")
    if derived:
        found = _in_space(found, space)
    if subjects is not None:
        found = _narrow(found, "subject", [str(subject).removeprefix("sub-") for subject in subjects])
    for name, wanted in filters.items():
        found = _narrow(found, name, wanted if isinstance(wanted, list | tuple) else [wanted])
    return found


def _in_space(files: list[BIDSFile], space: str | None) -> list[BIDSFile]:
    """The derivatives in a space; where they have only one, it need not be named."""
    by_space: dict[str, list[BIDSFile]] = {}
    for file in files:
        by_space.setdefault(str(file.entities.get("space", NATIVE)), []).append(file)
    if space is None and len(by_space) == 1:
        return files
    if space is None:
        raise DataError(f"space: name one of the derivatives' spaces: {', '.join(sorted(by_space))}")
    if space not in by_space:
        raise DataError(f"space: no BOLD image of space {space!r}{nearest_name(space, by_space)}")
    return by_space[space]


def _narrow(files: list[BIDSFile], entity: str, wanted: Iterable[Any]) -> list[BIDSFile]:
    """The files whose entity has one of the wanted values; a run's index may be given as number or as text."""
    kept = []
    for value in wanted:
        fitting = [
            file
            for file in files
            if entity in file.entities and (file.entities[entity] == value or str(file.entities[entity]) == str(value))
        ]
        if not fitting:
            known = {str(file.entities[entity]) for file in files if entity in file.entities}
            raise DataError(f"{entity}: no BOLD image of {entity} {str(value)!r}{nearest_name(str(value), known)}")
        kept += fitting
    return kept


_NOT_IDENTITY = ("suffix", "extension", "datatype", "desc")


def _related(
    image: BIDSFile, others: list[BIDSFile], suffixes: Sequence[str], extensions: Sequence[str]
) -> Path | None:
    """The most specific file of these suffixes whose entities are all the image's."""
    own = image.entities
    fitting = []
    for file in others:
        entities = file.entities
        if entities.get("suffix") not in suffixes or entities.get("extension") not in extensions:
            continue
        identity = {name: value for name, value in entities.items() if name not in _NOT_IDENTITY}
        if "mask" in suffixes and not _is_brain_mask(entities, own):
            continue
        if all(own.get(name) == value for name, value in identity.items()):
            fitting.append((len(identity), Path(file.path)))
    return max(fitting, default=(0, None), key=lambda pair: pair[0])[1]


def _is_brain_mask(mask: Mapping[str, Any], image: Mapping[str, Any]) -> bool:
    """Whether a mask is the brain's, of functional images, and in the image's space: one without a space is in the native one."""
    of_brain = "brain" in (mask.get("desc"), mask.get("label"))
    return of_brain and bool(mask.get("task")) and mask.get("space") == image.get("space")


def _run(image: BIDSFile, others: list[BIDSFile], label_column: str, derived: bool) -> BidsRun:
    bold = Path(image.path)
    events_file = _related(image, others, ["events"], (".tsv",))
    if events_file is None:
        raise DataError(
            f"{bold}: no events file of this run; expected {_stem(image)}_events.tsv in the raw data set (the root), "
            "with columns onset, duration, trial_type"
        )
    loaded, tr = open_bold(bold)
    check_whole(bold, loaded)
    metadata = image.get_metadata()
    stated = metadata.get("RepetitionTime")
    if stated is not None and abs(float(stated) - tr) > 1e-3 * max(1.0, tr):
        hint = " (is bold.json in ms?)" if abs(float(stated) / 1000 - tr) < 1e-3 else ""
        raise DataError(
            f"{bold}: the header's TR is {tr:g} s, RepetitionTime of bold.json {float(stated):g} s{hint}; correct the "
            "wrong one"
        )
    start_s = float(metadata.get("StartTime") or 0.0)
    events = read_events(events_file, label_column)
    check_events(events, str(events_file), start_s + tr * loaded.shape[3])
    own = image.entities
    parts = [("ses", "session"), ("acq", "acquisition"), ("dir", "direction"), ("run", "run")]
    name = "_".join(f"{key}-{own[entity]}" for key, entity in parts if entity in own)
    return BidsRun(
        subject=str(own["subject"]),
        session=str(own.get("session", "")),
        name=name or "run-01",
        space=str(own.get("space", NATIVE if derived else "")),
        bold=bold,
        image=loaded,
        tr=tr,
        start_s=start_s,
        events=events,
        events_file=events_file,
        confounds=_related(image, others, ["timeseries", "regressors"], (".tsv",)),
        mask=_related(image, others, ["mask"], (".nii.gz", ".nii")),
    )


def _stem(image: BIDSFile) -> str:
    parts = [("sub", "subject"), ("ses", "session"), ("task", "task"), ("run", "run")]
    return "_".join(f"{key}-{image.entities[entity]}" for key, entity in parts if entity in image.entities)


def _inconsistent(runs: Sequence[BidsRun]) -> list[str]:
    """Faults between runs: two images of one run; one subject's runs on different grids or with different TRs."""
    faults = []
    by_id: dict[str, BidsRun] = {}
    first_of: dict[str, BidsRun] = {}
    for run in runs:
        first = first_of.setdefault(run.subject, run)
        if run.id in by_id:
            faults.append(
                f"{run.bold}: a second image of {run.id} beside {by_id[run.id].bold.name}; choose with filters, "
                'e.g. filters={"echo": 1}'
            )
        by_id[run.id] = run
        try:
            check_grid(run.image, str(run.bold), first.image, str(first.bold))
        except DataError as error:
            faults.append(str(error))
    for run in runs:
        if abs(run.tr - runs[0].tr) > 1e-3:
            faults.append(f"{run.bold}: TR {run.tr:g} s differs from {runs[0].tr:g} s of {runs[0].bold}")
    return faults
