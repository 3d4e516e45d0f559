"""What a finished run shows: tables in the terminal, pictures in the run directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from neurona.evaluation import accuracy_plot, accuracy_rich_table, confusion_plot
from neurona.evaluation.grounding_map import grounding_map
from neurona.evaluation.subjects import subjects_rich_table
from neurona.experiments.folds import Fitted
from neurona.experiments.grounding import groundings_of
from neurona.experiments.schema import Config
from neurona.experiments.study import Study
from neurona.files import write_atomically
from neurona.graphs.draw import draw
from neurona.readings import Reading

MOST_WORDS = 30
"""Confusions among more words than these are not readable."""


def show(
    config: Config,
    study: Study,
    metrics: dict,
    predictions: pd.DataFrame,
    fitted: Sequence[Fitted],
    folder: Path,
    console: Console,
) -> None:
    """Tables and plots of a run."""
    simulated = study.dataset.simulated
    title = title_of(config)
    console.print(accuracy_rich_table(metrics["accuracy"], title, simulated=simulated))
    if "subjects" in metrics:
        each = "one decoder each" if config.evaluation.within_subjects else "the same decoders"
        console.print(subjects_rich_table(metrics["subjects"], f"Accuracy over subjects, {each}", simulated=simulated))
    if metrics["baselines"]:
        heading = "Classical decoders of describe, same features and folds"
        console.print(accuracy_rich_table(metrics["baselines"], heading, simulated=simulated))
    if "groundings" in metrics:
        console.print(_recovery_line(metrics["groundings"]), highlight=False)
    groundings = groundings_of(fitted[0].decoder, fitted[0].problem.entities.names)
    if groundings is not None:
        _write_groundings(groundings, fitted[0], folder, title, simulated)
    if fitted[0].reading is not None:
        _draw_a_concept_graph(study, fitted[0].reading, str(fitted[0].test.table.recording.iloc[0]), folder, console)
    accuracy_plot(metrics["accuracy"], folder / "accuracy.png", title, simulated=simulated)
    chosen = predictions[predictions.chance.notna()]
    words = sorted(set(chosen.answer) | set(chosen.predicted))
    if 1 < len(words) <= MOST_WORDS:
        confusion_plot(
            chosen.answer.tolist(),
            chosen.predicted.tolist(),
            words,
            folder / "confusion.png",
            title,
            simulated=simulated,
        )


def title_of(config: Config) -> str:
    """What a run is, in a line: name, decoder, what it learned from, and whatever makes its numbers others than those of a plain run."""
    said = [f"learned from {config.decoder.supervision}"]
    if config.training.selection == "test":
        said.append("epoch chosen on test questions")
    if config.evaluation.shuffle:
        said.append("recordings shuffled")
    return f"{config.name}: {config.decoder.kind}, {', '.join(said)}"


def _recovery_line(found: dict) -> str:
    return (
        f"planted groundings (SIMULATED): average precision {found['value']:.3f} "
        f"({found['low']:.3f} - {found['high']:.3f}), chance {found['chance']:.3f}"
    )


def _write_groundings(groundings: pd.DataFrame, fitted: Fitted, folder: Path, title: str, simulated: bool) -> None:
    """`groundings.parquet` (word x entity, of the first fold) and a picture of the clearest ones."""
    table = groundings.rename_axis("word").reset_index()
    write_atomically(folder / "groundings.parquet", lambda path: table.to_parquet(path, index=False))
    positions = fitted.problem.entities.positions if fitted.problem.entities.kind == "parcel" else None
    grounding_map(groundings, folder / "groundings.png", positions=positions, title=title, simulated=simulated)


def _draw_a_concept_graph(study: Study, reading: Reading, recording: str, folder: Path, console: Console) -> None:
    """Of the first test recording, as an example of what `neurona query` leaves of any; beside it the true scene, where it is known."""
    truth = None
    if study.facts is not None:
        ids = study.dataset.recordings.data.recording.values.astype(str).tolist()
        truth = study.facts[study.dataset.images[ids.index(recording)]].true
    path = draw(reading.graph(recording, truth=truth), folder / "graphs" / f"{recording}.png")
    console.print(f"concept graph of one test recording: {path}", highlight=False)
