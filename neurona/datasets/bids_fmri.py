"""Anyone's fMRI in BIDS: raw data, or the output of fMRIPrep, to recordings and questions about trial types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from neurona.datasets.bids_card import (
    UNASKED,
    BidsSettings,
    Found,
    Study,
    check_asked,
    check_runs,
    choose,
    is_simulated,
    known_types,
    labelled_dataset,
    only_task,
    read_description,
    trial_types_of,
)
from neurona.datasets.dataset import Dataset
from neurona.datasets.folder_report import FolderReport
from neurona.files import data_files
from neurona.recordings.atlas import Atlas, get_atlas
from neurona.recordings.bids_runs import BidsRun, find_runs
from neurona.recordings.fmri_betas import Betas
from neurona.recordings.fmri_channels import check_channels
from neurona.recordings.fmri_plan import plan_trials
from neurona.recordings.fmri_trials import trial_recordings
from neurona.recordings.fmri_windows import Windows

METHODS: dict[str, Betas | Windows] = {"lsa": Betas("lsa"), "lss": Betas("lss"), "window": Windows()}
NAME = "bids_fmri"


@dataclass(frozen=True)
class BidsFmri(BidsSettings):
    """How a BIDS folder of fMRI becomes a data set; the fields are those of `read_bids_fmri` unless said otherwise.

    Attributes:
        betas: settings of `lsa` and `lss`, whose kind is `method`.
        windows: settings of `window`.
    """

    kind: Literal["bids_fmri"] = "bids_fmri"
    derivatives: Path | None = None
    space: str | None = None
    method: Literal["lsa", "lss", "window"] = "lsa"
    betas: Betas = Betas()  # noqa: RUF009 - frozen
    windows: Windows = Windows()  # noqa: RUF009 - frozen
    atlas: str | None = None
    mask: Path | None = None
    confounds: tuple[str, ...] = ()
    drop_empty: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def how(self) -> Betas | Windows:
        """The method with its settings."""
        return self.windows if self.method == "window" else replace(self.betas, kind=self.method)


def is_layout(folder: Path) -> bool:
    """Whether a folder is a BIDS data set with fMRI."""
    described = (folder / "dataset_description.json").is_file()
    return described and any(data_files(folder, f"{place}/func/*_bold.nii*") for place in ("sub-*", "sub-*/ses-*"))


def read(root: Path, settings: BidsFmri, console: Console) -> Dataset:
    """`read_bids_fmri` by settings.

    Raises:
        DataError: see there.
    """
    return read_bids_fmri(
        root,
        task=settings.task or _task(root),
        derivatives=settings.derivatives,
        space=settings.space,
        subjects=settings.subjects,
        trial_types=settings.trial_types,
        label_column=settings.label_column,
        method=settings.how,
        atlas=settings.atlas,
        mask=settings.mask,
        confounds=settings.confounds,
        drop_empty=settings.drop_empty,
        drop_incomplete=settings.drop_incomplete,
        filters=settings.filters,
        definitions=settings.definitions,
        questions=settings.questions,
        n_jobs=settings.n_jobs,
        console=console,
    )


def check(root: Path, console: Console, settings: BidsFmri) -> FolderReport:
    """Check headers, tables, designs and masks of all runs, and say what there is; no volume is read.

    Raises:
        DataError: there is no such folder or data set.
    """

    def find() -> Found[BidsRun]:
        runs = find_runs(
            root,
            task=settings.task or _task(root),
            derivatives=settings.derivatives,
            space=settings.space,
            subjects=settings.subjects,
            label_column=settings.label_column,
            filters=settings.filters,
            drop_incomplete=settings.drop_incomplete,
        )
        plan = plan_trials(
            runs,
            method=settings.how,
            trial_types=settings.trial_types,
            confounds=settings.confounds,
            drop_incomplete=settings.drop_incomplete,
        )
        local = settings.atlas is not None and Path(settings.atlas).exists()  # others would be fetched
        atlas = get_atlas(settings.atlas) if local and settings.atlas else None
        if local or settings.atlas is None:
            chosen = [run.run for run in plan.runs]
            check_channels(chosen, atlas=atlas, mask=settings.mask, drop_empty=settings.drop_empty)
        return Found(runs, plan.kinds, plan.notes)

    return check_runs(root, NAME, settings, find)[0]


def _task(root: Path) -> str:
    return only_task((path.name for path in data_files(root, "sub-*/**/func/*_bold.nii*")), root, "bold")


def _files(run: BidsRun) -> list[Path]:
    return [run.bold, run.events_file, *(path for path in (run.confounds, run.mask) if path is not None)]


def read_bids_fmri(
    root: Path | str,
    *,
    task: str,
    derivatives: Path | str | None = None,
    space: str | None = None,
    subjects: Sequence[str] | None = None,
    trial_types: Sequence[str] | None = None,
    label_column: str = "trial_type",
    method: str | Betas | Windows = "lsa",
    atlas: str | Path | Atlas | None = None,
    mask: Path | str | None = None,
    confounds: Sequence[str] = (),
    drop_empty: bool = False,
    drop_incomplete: bool = False,
    filters: Mapping[str, Any] | None = None,
    definitions: Mapping[str, str] | None = None,
    questions: Path | str | None = None,
    n_jobs: int = 1,
    console: Console | None = None,
) -> Dataset:
    """Recordings (one a trial) of a task, and every question about their trial types, or the user's own.

    Args:
        root: raw BIDS data set; it holds the events.
        task: task label.
        derivatives: folder of fMRIPrep's (or alike) output, wherever it lies; raw images when None.
        space: space of the derivatives' images, e.g. `MNI152NLin2009cAsym`; `native` for those without one, and the only one there is
            when None.
        subjects: labels; all when None.
        trial_types: events that become recordings, in the words of the events files; all when None.
        label_column: column of events.tsv that holds the trial types.
        method: `lsa`, `lss` or `window`, or a `Betas` or `Windows` with settings of its own.
        atlas: `yeo-7`, `schaefer-400`, `difumo-64`, ..., a NIfTI file, or an Atlas; voxels when None.
        mask: NIfTI file of the voxels that count; the derivatives' brain masks when None.
        confounds: columns of the confounds file, or strategies of nilearn such as `motion`.
        drop_empty: whether parcels without voxels are left out instead of refused.
        drop_incomplete: whether trials at a run's edge, whose response or window it does not hold, are left out and counted instead of
            refused.
        filters: further BIDS entities that choose among images, e.g. `{"session": "1"}`.
        definitions: words of the questions about trial types, e.g. `{"animate": "face(x) | cat(x)"}`.
        questions: table of questions that are asked instead, see `stimulus_questions`; `none` for recordings that are only to be read, whatever they are of.
        n_jobs: runs worked on at a time; each needs memory for its volumes.
        console: where progress is shown; a new one when None.

    Returns:
        The data set, its card made from dataset_description.json.

    Raises:
        DataError: see `find_runs`, `get_atlas`, `trial_recordings`; all but faults of voxel values before any volume
            is read.
    """
    root = Path(root)
    console = console or Console()
    chosen = choose("method", method, METHODS) if isinstance(method, str) else method
    description = read_description(root)
    runs = find_runs(
        root,
        task=task,
        derivatives=None if derivatives is None else Path(derivatives),
        space=space,
        subjects=subjects,
        label_column=label_column,
        filters=filters,
        drop_incomplete=drop_incomplete,
    )
    asked = None if questions is None else Path(questions)
    if asked == UNASKED:
        trial_types = known_types(runs, trial_types, console)
    check_asked(trial_types_of(runs, trial_types), definitions or {}, asked)  # before any volume is read
    recordings = trial_recordings(
        runs,
        method=chosen,
        trial_types=trial_types,
        atlas=atlas if atlas is None or isinstance(atlas, Atlas) else get_atlas(atlas),
        mask=None if mask is None else Path(mask),
        confounds=confounds,
        drop_empty=drop_empty,
        drop_incomplete=drop_incomplete,
        simulated=is_simulated(description),
        n_jobs=n_jobs,
        console=console,
    )
    people = len({run.subject for run in runs})
    study = Study(
        root,
        description,
        subjects=people,
        sampling=f"TR {runs[0].tr:g} s, {len(runs)} runs of {people} subjects, task {task}",
        files=[path for run in runs for path in _files(run)],
        definitions=definitions or {},
        questions=asked,
    )
    return labelled_dataset(study, recordings, console)
