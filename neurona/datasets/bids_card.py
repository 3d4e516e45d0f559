"""What fMRI and M/EEG in BIDS have in common: the card, made from dataset_description.json and from what was read, and the
data set that follows from trials and their types.

Trial types become concepts, in lower case (`Scrambled Face` -> `scrambled_face`; see `concept_names`).

A data set whose description says `"Simulated": true` was measured by nobody; its recordings say so, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

import pandas as pd
from rich.console import Console

from neurona.datasets.card import DataCard
from neurona.datasets.concept_names import concept_names
from neurona.datasets.dataset import Dataset
from neurona.datasets.folder_report import FolderReport
from neurona.datasets.label_questions import no_questions, questions_from_labels, require_classes
from neurona.datasets.stimulus_questions import check_questions, read_questions
from neurona.errors import DataError, NeuronaError, nearest_name
from neurona.files import checksum
from neurona.programs import Vocabulary, expand, parse
from neurona.programs.tree import names as words_of
from neurona.recordings.bids_files import DESCRIPTION, read_json
from neurona.recordings.recordings import Recordings
from neurona.scenes.yaml_scenes import read_yaml

UNASKED = Path("none")
"""Instead of a table of questions: the recordings are only to be read, whatever they are of."""


@dataclass(frozen=True)
class BidsSettings:
    """What both are asked for; the other fields are those of `read_bids_fmri` and `read_bids_meeg`.

    Attributes:
        task: the only one there is when None.
        drop_incomplete: whether trials at a run's edge, of which it does not hold everything, are left out and counted instead of refused.
    """

    kind: str
    task: str | None = None
    subjects: tuple[str, ...] | None = None
    trial_types: tuple[str, ...] | None = None
    label_column: str = "trial_type"
    definitions: Mapping[str, str] = field(default_factory=dict)
    questions: Path | None = None
    n_jobs: int = 1
    drop_incomplete: bool = False

    def __post_init__(self) -> None:
        for name, chosen in (("subjects", self.subjects), ("trial_types", self.trial_types)):
            if chosen is not None and not chosen:
                raise DataError(f"{name}: an empty list chooses none; leave it out for all")
        if self.n_jobs == 0:
            raise DataError(
                "n_jobs: 0; expected the number of runs worked on at a time, or -1 for as many as there are cores"
            )


@runtime_checkable
class Run(Protocol):
    """A run that was found: whose it is, and its events with the column trial_type."""

    @property
    def subject(self) -> str: ...
    @property
    def events(self) -> pd.DataFrame: ...


R = TypeVar("R", bound=Run)


class Study(NamedTuple):
    """What is asked about a BIDS data set, and what its card says.

    Attributes:
        root: raw BIDS data set.
        description: what `read_description` returned.
        subjects: how many were read.
        sampling: in words.
        files: that the recordings were made from.
        definitions: word -> formula over the concepts, e.g. `{"animate": "face(x) | cat(x)"}`.
        questions: table of the user's own questions; every question about the trial types when None, none when `UNASKED`.
    """

    root: Path
    description: Mapping[str, Any]
    subjects: int
    sampling: str
    files: Sequence[Path]
    definitions: Mapping[str, str]
    questions: Path | None


def labelled_dataset(study: Study, recordings: Recordings, console: Console) -> Dataset:
    """The data set of recordings that carry one trial type each.

    Raises:
        DataError: faulty recordings or questions, or trial types that cannot be asked about.
    """
    if recordings.n_recordings > 1 or study.questions != UNASKED:  # a single one has channels that never vary
        recordings.validate(str(study.root))
    ids = [str(name) for name in recordings.data.recording.values]
    kinds = [str(label) for label in recordings.data.label.values]
    truth = _truth(study, kinds)
    # Names relative to the study where they lie in it: a study that moved has the same checksums under the same names.
    with console.status("checksums of the files"):
        sources = {_relative(path, study.root): checksum(path) for path in sorted(set(study.files))}
    if study.questions == UNASKED:
        card = make_card(study, concepts=None)
        return Dataset(card.name, card, recordings, no_questions(), sources, Vocabulary(()), truth)
    if study.questions is not None:
        asked = read_questions(study.questions, ids, kinds)
        card = make_card(study, concepts=None)
        sources[study.questions.name] = checksum(study.questions)
        for note in asked.notes:
            console.print(f"note: {note}", markup=False, highlight=False)
        # Whatever shows the same stimulus must not be split between training and test.
        known = {"image": kinds} | ({"split": [asked.parts.get(name, "train") for name in ids]} if asked.parts else {})
        marked = Recordings(recordings.data.assign_coords({name: ("recording", told) for name, told in known.items()}))
        return Dataset(card.name, card, marked, asked.table, sources, asked.vocabulary, truth, asked.left_out)
    concepts = trial_concepts(kinds)
    card = make_card(study, concepts=concepts)
    questions = questions_from_labels(ids, [concepts[kind] for kind in kinds], card.vocabulary)
    return Dataset(card.name, card, recordings, questions, sources, truth=truth)


@dataclass(frozen=True)
class Found(Generic[R]):
    """What a look at a folder finds: the runs, the type of each trial that would become a recording, and what a user should know."""

    runs: Sequence[R]
    kinds: Sequence[str]
    notes: Sequence[str] = ()


def check_runs(
    root: Path, name: str, settings: BidsSettings, find: Callable[[], Found[R]]
) -> tuple[FolderReport, Sequence[R]]:
    """What there is in a folder and what is wrong with it, and the runs that were found (none where one is faulty).

    Args:
        root: raw BIDS data set.
        name: of the layout.
        settings: which trial types count, and what is asked about them.
        find: the runs, with everything checked that can be before long work.

    Raises:
        DataError: there is no such folder or data set.
    """
    report = FolderReport(name, simulated=is_simulated(read_description(root)))
    runs: list[R] = []

    def count() -> None:
        found = find()
        runs.extend(found.runs)
        report.count("runs", len(runs))
        report.count("subjects", len({run.subject for run in runs}))
        report.count_trials(found.kinds, settings.trial_types)
        report.notes += found.notes
        check_asked(found.kinds, settings.definitions, settings.questions)

    report.gather(count, root.resolve().name)
    return report, runs


def check_asked(kinds: Sequence[str], definitions: Mapping[str, str], questions: Path | None) -> None:
    """Refuse what cannot be asked about trials, before any long work.

    Args:
        kinds: type of each trial.
        definitions: word -> formula over the concepts.
        questions: table of the user's own questions, or `UNASKED`.

    Raises:
        DataError: fewer than two trials, types that cannot be told apart as concepts, a definition or a table that cannot be read.
    """
    if questions == UNASKED:
        return
    if len(kinds) < 2:
        raise DataError(f"{len(kinds)} trial(s) found, two or more are needed")
    if questions is not None:
        if definitions:
            raise DataError("definitions: they serve questions about trial types; leave them out, or the questions")
        check_questions(questions, kinds)
        return
    names = tuple(sorted(trial_concepts(kinds).values()))
    require_classes(names)
    try:
        vocabulary = Vocabulary(concepts=names, definitions=dict(definitions))
        for word in definitions:
            used = words_of(expand(parse(f"exists x. {word}(x)", vocabulary), vocabulary))
            for unknown in sorted(set(used) - set(names)):
                raise DataError(f"{word}: no trial type is concept {unknown!r}{nearest_name(unknown, names)}")
    except NeuronaError as error:
        raise DataError(f"definitions: {error}") from error


def trial_types_of(runs: Sequence[Run], wanted: Sequence[str] | None = None) -> list[str]:
    """The trial type of each event that becomes a recording."""
    return [kind for run in runs for kind in run.events.trial_type if wanted is None or kind in wanted]


def known_types(runs: Sequence[Run], wanted: Sequence[str] | None, console: Console) -> list[str] | None:
    """Of the trial types that count, those that recordings to come are of; all when None. Those that are missing are told.

    Raises:
        DataError: none of them, and what there is instead.
    """
    if wanted is None:
        return None
    there = {str(kind) for kind in trial_types_of(runs)}
    found = sorted(there & set(wanted))
    if not found:
        raise DataError(
            f"trial_types: no event of type {', '.join(wanted)}, which the trials are of that the decoder learned from; found "
            f"{', '.join(sorted(there)[:8])}; say which of them to read with --set trial_types=[NAME,...], or null for all"
        )
    if len(found) < len(set(wanted)):
        console.print(f"note: no trial of type {', '.join(sorted(set(wanted) - there))}", markup=False, highlight=False)
    return found


def only_task(names: Iterable[str], root: Path, suffix: str) -> str:
    """The task of a data set that has one.

    Args:
        names: of its files.
        root: for messages.
        suffix: of the files that count, e.g. `bold`.

    Raises:
        DataError: there are several, or none.
    """
    pattern = re.compile(rf"_task-([A-Za-z0-9+]+)_(?:.*_)?{suffix}\.")
    tasks = sorted({match.group(1) for name in names if (match := pattern.search(name))})
    if len(tasks) != 1:
        found = f"tasks {', '.join(tasks)} found" if tasks else f"no *_task-*_{suffix} file found"
        raise DataError(f"{root}: {found}; name the task with --set task=NAME")
    return tasks[0]


def choose(field: str, name: str, known: Mapping[str, Any]) -> Any:
    """What a name stands for.

    Raises:
        DataError: nothing; the nearest name is suggested.
    """
    if name not in known:
        raise DataError(f"unknown {field} {name!r}{nearest_name(name, known)}")
    return known[name]


def _truth(study: Study, kinds: Sequence[str]) -> Path | None:
    """The truth beside simulated data, where its scenes are what the trials show."""
    folder = study.root / "truth"
    if not is_simulated(study.description) or not (folder / "scenes.yaml").is_file():
        return None
    known = {scene.image for scene in read_yaml(folder / "scenes.yaml")}
    return folder if known.issuperset(kinds) else None


def _relative(path: Path, root: Path) -> str:
    path, root = path.resolve(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def read_description(root: Path) -> dict[str, Any]:
    """The content of `dataset_description.json`.

    Raises:
        DataError: it is missing or damaged.
    """
    path = root / DESCRIPTION
    if not path.exists() and not path.is_symlink():
        raise DataError(f"{path}: no such file; name the top folder of a BIDS data set")
    return read_json(path)


def is_simulated(description: Mapping[str, Any]) -> bool:
    """Whether the data set says that nobody measured it."""
    return bool(description.get("Simulated"))


def trial_concepts(trial_types: Iterable[str]) -> dict[str, str]:
    """Trial type -> concept.

    Raises:
        DataError: names that cannot be.
    """
    return concept_names(trial_types, what="trial type", lower=True)


def make_card(study: Study, concepts: Mapping[str, str] | None) -> DataCard:
    """The card.

    Args:
        study: what is known; the folder's name stands in where the description has none.
        concepts: trial type -> concept; None where the words come from the questions.
    """
    description, root = study.description, study.root
    title = str(description.get("Name") or root.resolve().name)
    listed = description.get("Authors") or []
    authors = ", ".join(map(str, listed)) if isinstance(listed, list) else str(listed)
    cited = description.get("HowToAcknowledge") or description.get("DatasetDOI") or authors
    simulated = is_simulated(description) and "SIMULATED" not in title
    facts: dict[str, Any] = {
        "name": f"bids_{re.sub(r'[^a-z0-9]+', '_', title.lower()).strip('_')}",
        "title": title + (" (SIMULATED)" if simulated else ""),
        "version": str(description.get("DatasetVersion") or description.get("DatasetDOI") or "not stated"),
        "licence": str(description.get("License") or "not stated"),
        "citation": str(cited or "not stated"),
        "source": f"BIDS folder {root.resolve().name}",
        "layout": f"BIDS {description.get('BIDSVersion', 'of unknown version')}",
        "subjects": study.subjects,
        "sampling": study.sampling,
    }
    if concepts is not None:
        names = tuple(sorted(concepts.values()))
        categories = {"Category": names} if len(names) > 1 else {}
        facts["labels"] = dict(concepts)
        facts["words"] = {
            "concepts": names,
            "categories": categories,
            "definitions": dict(study.definitions),
            "exclusive": tuple(categories),  # a trial is of one type
        }
    return DataCard.model_validate(facts)
