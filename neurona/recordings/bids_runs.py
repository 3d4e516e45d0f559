"""fMRI runs of a BIDS data set: found with pybids, checked by their headers before any long work.

Raw BIDS data and derivatives such as fMRIPrep's are read alike: the image is `desc-preproc` in a space when derivatives
are asked for; the events always come from the raw data set; confounds and brain mask lie beside the preprocessed image.
Which other files belong to a run is told by BIDS' inheritance principle, see `bids_files`.

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
from neurona.files import is_litter
from neurona.recordings.bids_files import BidsTree, bids_name
from neurona.recordings.bold_times import VolumeTimes, volume_times
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
        volumes: when they were acquired.
        events: columns onset, duration, trial_type; the index is the line.
        events_file: where they came from.
        confounds, mask: files, where there are any.
    """

    subject: str
    session: str
    name: str
    space: str
    bold: Path
    image: SpatialImage
    volumes: VolumeTimes
    events: pd.DataFrame
    events_file: Path
    confounds: Path | None
    mask: Path | None

    @property
    def id(self) -> str:
        return f"sub-{self.subject}_{self.name}"

    @property
    def frame_times(self) -> np.ndarray:
        return self.volumes.times

    @property
    def tr(self) -> float:
        return self.volumes.tr


def find_runs(
    root: Path,
    *,
    task: str,
    derivatives: Path | None = None,
    space: str | None = None,
    subjects: Sequence[str] | None = None,
    label_column: str = "trial_type",
    filters: Mapping[str, Any] | None = None,
    drop_incomplete: bool = False,
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
        drop_incomplete: whether events outside the run are let pass; who makes trials of them leaves them out.

    Raises:
        DataError: nothing found under a name (with the nearest that exists), or faults of files: all of them in one
            message. Faults: no events, unreadable or truncated image, TR in ms or unlike bold.json's, events past the
            end, runs of one subject on different grids.
    """
    layout = _layout(root, derivatives)
    images = _images(layout, root, task, derivatives is not None, space, subjects, dict(filters or {}))
    tree = BidsTree()
    runs: list[BidsRun] = []
    faults: list[str] = []
    for image in images:
        try:
            runs.append(_run(image, root, tree, label_column, derivatives is not None, drop_incomplete))
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


def _layout(root: Path, derivatives: Path | None) -> BIDSLayout:
    from bids import BIDSLayout, BIDSLayoutIndexer

    for folder in (root, derivatives):
        if folder is not None and not (folder / "dataset_description.json").is_file():
            raise DataError(f"{folder}: no dataset_description.json; name the top folder of a BIDS data set")
    try:
        indexer = BIDSLayoutIndexer(validate=False, index_metadata=False)
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
    found = [file for file in found if not is_litter(Path(file.path))]
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


def _same(own: Any, value: Any) -> bool:
    """Whether an entity has a value; `run-01` is run 1, "1" and "01"."""
    index = not isinstance(own, str) and str(value).isdecimal()
    return int(own) == int(value) if index else str(own) == str(value)


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
        fitting = [file for file in files if entity in file.entities and _same(file.entities[entity], value)]
        if not fitting:
            known = {str(file.entities[entity]) for file in files if entity in file.entities}
            raise DataError(f"{entity}: no BOLD image of {entity} {str(value)!r}{nearest_name(str(value), known)}")
        kept += fitting
    if not kept:
        raise DataError(f"{entity}: an empty list chooses no image; leave it out for all")
    return kept


def _run(
    image: BIDSFile, root: Path, tree: BidsTree, label_column: str, derived: bool, drop_incomplete: bool
) -> BidsRun:
    bold, own = Path(image.path), image.entities
    raw = root / f"sub-{own['subject']}" / (f"ses-{own['session']}" if "session" in own else "") / "func" / bold.name
    events_file = tree.nearest(raw, ["events"], [".tsv"])
    if events_file is None:
        raise DataError(
            f"{bold}: no events file of this run; expected {_stem(image)}_events.tsv in the raw data set (the root), "
            "with columns onset, duration, trial_type"
        )
    loaded = open_bold(bold)
    check_whole(bold, loaded)
    volumes = volume_times(bold, loaded, tree.sidecar(bold))
    events = read_events(events_file, label_column)
    if not drop_incomplete:
        check_events(events, str(events_file), volumes.end)
    parts = [("ses", "session"), ("acq", "acquisition"), ("dir", "direction"), ("run", "run")]
    name = "_".join(f"{key}-{own[entity]}" for key, entity in parts if entity in own)
    return BidsRun(
        subject=str(own["subject"]),
        session=str(own.get("session", "")),
        name=name or "run-01",
        space=str(own.get("space", NATIVE if derived else "")),
        bold=bold,
        image=loaded,
        volumes=volumes,
        events=events,
        events_file=events_file,
        confounds=_confounds(bold, tree),
        mask=_brain_mask(bold, tree),
    )


def _confounds(bold: Path, tree: BidsTree) -> Path | None:
    """The table of confounds; one that calls itself so is preferred."""

    def called_so(name: Mapping[str, str]) -> bool:
        return name.get("desc") == "confounds"

    suffixes = ["timeseries", "regressors"]
    preferred = tree.nearest(bold, suffixes, [".tsv"], called_so, ["desc"])
    return preferred or tree.nearest(bold, suffixes, [".tsv"], but=["desc"])


def _brain_mask(bold: Path, tree: BidsTree) -> Path | None:
    """The mask of the brain in functional images in the image's space; one without a space is in the native one."""
    name = bids_name(bold)
    space = name.entities.get("space") if name else None

    def fits(mask: Mapping[str, str]) -> bool:
        return "brain" in (mask.get("desc"), mask.get("label")) and "task" in mask and mask.get("space") == space

    return tree.nearest(bold, ["mask"], [".nii.gz", ".nii"], fits, ["desc", "label"])


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
