"""Anyone's EEG or MEG in BIDS, to recordings and questions about trial types."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from neurona.datasets.bids_card import concept_names, is_simulated, make_card, read_description
from neurona.datasets.dataset import Dataset
from neurona.datasets.label_questions import questions_from_labels
from neurona.recordings.bids_epochs import Epoching, find_raws, trial_epochs


def read_bids_meeg(
    root: Path | str,
    *,
    task: str,
    datatype: str = "eeg",
    subjects: Sequence[str] | None = None,
    trial_types: Sequence[str] | None = None,
    label_column: str = "trial_type",
    epoching: Epoching | None = None,
    n_jobs: int = 1,
    console: Console | None = None,
) -> Dataset:
    """Recordings (one an epoch) of a task, and every question about their trial types.

    Args:
        root: raw BIDS data set.
        task: task label.
        datatype: `eeg` or `meg`.
        subjects: labels; all when None.
        trial_types: events that become recordings, in the words of the events files; all when None.
        label_column: column of events.tsv that holds the trial types.
        epoching: filter, epochs, baseline, bad channels; see `Epoching` for the defaults.
        n_jobs: runs worked on at a time; each needs memory for its signal.
        console: where progress and bad channels are reported; a new one when None.

    Returns:
        The data set, its card made from dataset_description.json.

    Raises:
        DataError: see `find_raws`, `trial_epochs`.
    """
    root = Path(root)
    console = console or Console()
    chosen = epoching or Epoching()
    description = read_description(root)
    raws = find_raws(root, task=task, datatype=datatype, subjects=subjects, label_column=label_column, epoching=chosen)
    found = {kind for raw in raws for kind in raw.events.trial_type}
    concepts = concept_names([kind for kind in found if trial_types is None or kind in trial_types])
    recordings = trial_epochs(
        raws,
        epoching=chosen,
        trial_types=trial_types,
        simulated=is_simulated(description),
        n_jobs=n_jobs,
        console=console,
    )
    recordings.validate(str(root))
    people = len({raw.subject for raw in raws})
    card = make_card(
        description,
        root,
        concepts=concepts,
        subjects=people,
        sampling=f"{recordings.data.attrs['sampling_hz']:g} Hz, {len(raws)} runs of {people} subjects, task {task}",
    )
    ids = [str(name) for name in recordings.data.recording.values]
    labels = [concepts[str(label)] for label in recordings.data.label.values]
    return Dataset(card.name, card, recordings, questions_from_labels(ids, labels, card.vocabulary))
