"""Anyone's fMRI in BIDS: raw data, or the output of fMRIPrep, to recordings and questions about trial types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from neurona.datasets.bids_card import concept_names, is_simulated, make_card, read_description
from neurona.datasets.dataset import Dataset
from neurona.datasets.label_questions import questions_from_labels
from neurona.errors import DataError, nearest_name
from neurona.recordings.atlas import Atlas, get_atlas
from neurona.recordings.bids_runs import find_runs
from neurona.recordings.fmri_betas import Betas
from neurona.recordings.fmri_trials import trial_recordings
from neurona.recordings.fmri_windows import Windows

METHODS: dict[str, Betas | Windows] = {"lsa": Betas("lsa"), "lss": Betas("lss"), "window": Windows()}


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
    filters: Mapping[str, Any] | None = None,
    n_jobs: int = 1,
    console: Console | None = None,
) -> Dataset:
    """Recordings (one a trial) of a task, and every question about their trial types.

    Args:
        root: raw BIDS data set; it holds the events.
        task: task label.
        derivatives: folder of fMRIPrep's (or alike) output, wherever it lies; raw images when None.
        space: space of the derivatives' images, e.g. `MNI152NLin2009cAsym`.
        subjects: labels; all when None.
        trial_types: events that become recordings, in the words of the events files; all when None.
        label_column: column of events.tsv that holds the trial types.
        method: `lsa`, `lss` or `window`, or a `Betas` or `Windows` with settings of its own.
        atlas: `yeo-7`, `schaefer-400`, `difumo-64`, ..., a NIfTI file, or an Atlas; voxels when None.
        mask: NIfTI file of the voxels that count; the derivatives' brain masks when None.
        confounds: columns of the confounds file, or strategies of nilearn such as `motion`.
        drop_empty: whether parcels without voxels are left out instead of refused.
        filters: further BIDS entities that choose among images, e.g. `{"session": "1"}`.
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
    chosen = _method(method)
    description = read_description(root)
    runs = find_runs(
        root,
        task=task,
        derivatives=None if derivatives is None else Path(derivatives),
        space=space,
        subjects=subjects,
        label_column=label_column,
        filters=filters,
    )
    found = {kind for run in runs for kind in run.events.trial_type}
    concepts = concept_names([kind for kind in found if trial_types is None or kind in trial_types])
    recordings = trial_recordings(
        runs,
        method=chosen,
        trial_types=trial_types,
        atlas=atlas if atlas is None or isinstance(atlas, Atlas) else get_atlas(atlas),
        mask=None if mask is None else Path(mask),
        confounds=confounds,
        drop_empty=drop_empty,
        simulated=is_simulated(description),
        n_jobs=n_jobs,
        console=console,
    )
    recordings.validate(str(root))
    people = len({run.subject for run in runs})
    card = make_card(
        description,
        root,
        concepts=concepts,
        subjects=people,
        sampling=f"TR {runs[0].tr:g} s, {len(runs)} runs of {people} subjects, task {task}",
    )
    ids = [str(name) for name in recordings.data.recording.values]
    labels = [concepts[str(label)] for label in recordings.data.label.values]
    return Dataset(card.name, card, recordings, questions_from_labels(ids, labels, card.vocabulary))


def _method(method: str | Betas | Windows) -> Betas | Windows:
    if not isinstance(method, str):
        return method
    if method not in METHODS:
        raise DataError(f"unknown method {method!r}{nearest_name(method, METHODS)}")
    return METHODS[method]
