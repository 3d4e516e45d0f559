"""Anyone's EEG or MEG in BIDS, to recordings and questions about trial types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from neurona.recordings.bids_raws import find_raws
from neurona.recordings.epoch_files import EpochFile, find_epochs, saved_epochs
from neurona.recordings.epoching import Epoching
from neurona.recordings.raw_epochs import plan_epochs, trial_epochs
from neurona.recordings.raw_files import data_set_of, raw_file
from neurona.recordings.raw_runs import RawRun
from neurona.recordings.recordings import Recordings
from neurona.recordings.sliding import sliding_windows

NAME = "bids_meeg"


@dataclass(frozen=True)
class BidsMeeg(BidsSettings):
    """How a BIDS folder of EEG or MEG becomes a data set; the fields are those of `read_bids_meeg`."""

    kind: Literal["bids_meeg"] = "bids_meeg"
    datatype: Literal["eeg", "meg"] = "eeg"
    derivatives: Path | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    epoching: Epoching = Epoching()  # noqa: RUF009 - frozen


def is_layout(folder: Path) -> bool:
    """Whether a folder is a BIDS data set with EEG or MEG."""
    described = (folder / "dataset_description.json").is_file()
    places = [f"{place}/{kind}" for place in ("sub-*", "sub-*/ses-*") for kind in ("eeg", "meg")]
    return described and any(data_files(folder, f"{place}/sub-*") for place in places)


def read(root: Path, settings: BidsMeeg, console: Console) -> Dataset:
    """`read_bids_meeg` by settings.

    Raises:
        DataError: see there.
    """
    return read_bids_meeg(
        root,
        task=settings.task,
        datatype=settings.datatype,
        derivatives=settings.derivatives,
        subjects=settings.subjects,
        trial_types=settings.trial_types,
        label_column=settings.label_column,
        epoching=settings.epoching,
        filters=settings.filters,
        drop_incomplete=settings.drop_incomplete,
        definitions=settings.definitions,
        questions=settings.questions,
        n_jobs=settings.n_jobs,
        console=console,
    )


def read_file(file: Path, settings: BidsMeeg, console: Console) -> Recordings:
    """Recordings (one an epoch) of one continuous file, by the settings of a data set; see `raw_file`.

    Raises:
        DataError: see `raw_file`, `trial_epochs`.
    """
    run = raw_file(
        file,
        datatype=settings.datatype,
        label_column=settings.label_column,
        epoching=settings.epoching,
        drop_incomplete=settings.drop_incomplete,
    )
    root = data_set_of(file)
    recordings = trial_epochs(
        [run],
        epoching=settings.epoching,
        trial_types=known_types([run], settings.trial_types, console),
        simulated=root is not None and is_simulated(read_description(root)),
        console=console,
    )
    if recordings.n_recordings > 1:  # a single one has channels that never vary
        recordings.validate(str(file))
    return recordings


def sliding(file: Path, settings: BidsMeeg, every_s: float, console: Console) -> Iterator[Recordings]:
    """Windows that slide over one continuous file, by the settings of a data set, a part of the signal at a time; see `sliding_windows`.

    Raises:
        DataError: see `raw_file`, `sliding_windows`.
    """
    run = raw_file(
        file,
        datatype=settings.datatype,
        label_column=settings.label_column,
        epoching=settings.epoching,
        drop_incomplete=True,
        needs_events=False,
    )
    root = data_set_of(file)
    simulated = root is not None and is_simulated(read_description(root))
    return sliding_windows(run, epoching=settings.epoching, every_s=every_s, simulated=simulated, console=console)


def check(root: Path, console: Console, settings: BidsMeeg) -> FolderReport:
    """Check headers, channels and events of all runs, and say what there is; no signal is read.

    Raises:
        DataError: there is no such folder or data set.
    """

    def find() -> Found[RawRun | EpochFile]:
        runs = _runs(
            root,
            task=settings.task,
            datatype=settings.datatype,
            derivatives=settings.derivatives,
            epoching=settings.epoching,
            subjects=settings.subjects,
            label_column=settings.label_column,
            filters=settings.filters,
            drop_incomplete=settings.drop_incomplete,
        )
        raws = [run for run in runs if isinstance(run, RawRun)]
        if not raws:
            return Found(runs, trial_types_of(runs, settings.trial_types))
        plan = plan_epochs(raws, epoching=settings.epoching, trial_types=settings.trial_types)
        return Found(runs, plan.kinds, plan.notes)

    report, runs = check_runs(root, NAME, settings, find)
    report.notes += [f"bad channels of {run.id}: {', '.join(run.bads)}" for run in runs if run.bads]
    return report


def _runs(
    root: Path,
    *,
    task: str | None,
    datatype: str,
    derivatives: Path | None,
    epoching: Epoching,
    drop_incomplete: bool,
    **chosen: Any,
) -> Sequence[RawRun | EpochFile]:
    """What is read: saved epochs where derivatives are named, else the raw data's runs."""
    if derivatives is not None:
        return find_epochs(derivatives, task=task, datatype=datatype, **chosen)
    chosen |= {"epoching": epoching, "drop_incomplete": drop_incomplete}
    return find_raws(root, task=task or _task(root, datatype), datatype=datatype, **chosen)


def _task(root: Path, datatype: str) -> str:
    return only_task((path.name for path in data_files(root, f"sub-*/**/{datatype}/*")), root, datatype)


def _files(raw: RawRun | EpochFile) -> list[Path]:
    """All files of a run: BrainVision and others keep the signal beside the header."""
    if isinstance(raw, EpochFile):
        return [raw.path]
    stem = raw.file.stem.rsplit("_", 1)[0]
    return data_files(raw.file.parent, f"{stem}_*")


def read_bids_meeg(
    root: Path | str,
    *,
    task: str | None = None,
    datatype: str = "eeg",
    derivatives: Path | str | None = None,
    subjects: Sequence[str] | None = None,
    trial_types: Sequence[str] | None = None,
    label_column: str = "trial_type",
    epoching: Epoching | None = None,
    filters: Mapping[str, Any] | None = None,
    drop_incomplete: bool = False,
    definitions: Mapping[str, str] | None = None,
    questions: Path | str | None = None,
    n_jobs: int = 1,
    console: Console | None = None,
) -> Dataset:
    """Recordings (one an epoch) of a task, and every question about their trial types, or the user's own.

    Args:
        root: raw BIDS data set.
        task: task label; the only one there is when None.
        datatype: `eeg` or `meg`.
        derivatives: folder of epochs that MNE saved (`sub-*_epo.fif`), read as they are; the raw data's runs when None.
        subjects: labels; all when None.
        trial_types: events that become recordings, in the words of the events files; all when None.
        label_column: column of events.tsv that holds the trial types.
        epoching: filter, epochs, baseline, bad channels; see `Epoching` for the defaults. Of saved epochs only bad channels, montage and
            extra channels are heeded.
        drop_incomplete: whether events outside a run are left out and counted instead of refused; epochs that leave it always are.
        filters: further BIDS entities that choose among files, e.g. `{"session": "1", "processing": "clean"}`.
        definitions: words of the questions about trial types, e.g. `{"animate": "face(x) | cat(x)"}`.
        questions: table of questions that are asked instead, see `stimulus_questions`; `none` for recordings that are only to be read, whatever they are of.
        n_jobs: runs worked on at a time; each needs memory for its signal.
        console: where progress and bad channels are reported; a new one when None.

    Returns:
        The data set, its card made from dataset_description.json.

    Raises:
        DataError: see `find_raws`, `trial_epochs`, `find_epochs`, `saved_epochs`.
    """
    root = Path(root)
    console = console or Console()
    chosen = epoching or Epoching()
    description = read_description(root)
    raws = _runs(
        root,
        task=task,
        datatype=datatype,
        derivatives=None if derivatives is None else Path(derivatives),
        epoching=chosen,
        subjects=subjects,
        label_column=label_column,
        filters=filters,
        drop_incomplete=drop_incomplete,
    )
    asked = None if questions is None else Path(questions)
    if asked == UNASKED:
        trial_types = known_types(raws, trial_types, console)
    how: dict[str, Any] = {
        "epoching": chosen,
        "trial_types": trial_types,
        "simulated": is_simulated(description),
        "console": console,
    }
    if derivatives is not None:
        check_asked(trial_types_of(raws, trial_types), definitions or {}, asked)  # before any signal is read
        recordings = saved_epochs([run for run in raws if isinstance(run, EpochFile)], **how)
    else:
        signals = [run for run in raws if isinstance(run, RawRun)]
        check_asked(plan_epochs(signals, epoching=chosen, trial_types=trial_types).kinds, definitions or {}, asked)
        recordings = trial_epochs(signals, n_jobs=n_jobs, **how)
    people = len({raw.subject for raw in raws})
    of_task = f", task {task or raws[0].task}"
    study = Study(
        root,
        description,
        subjects=people,
        sampling=f"{recordings.data.attrs['sampling_hz']:g} Hz, {len(raws)} runs of {people} subjects{of_task}",
        files=[path for raw in raws for path in _files(raw)],
        definitions=definitions or {},
        questions=asked,
    )
    return labelled_dataset(study, recordings, console)
