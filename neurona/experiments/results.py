"""What a finished run shows: tables in the terminal, pictures in the run directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from neurona.decoders import Decoder
from neurona.evaluation import accuracy_plot, accuracy_rich_table, confusion_plot
from neurona.experiments.schema import Config
from neurona.experiments.study import Study

MOST_WORDS = 30
"""Confusions among more words than these are not readable."""


def show(
    config: Config,
    study: Study,
    metrics: dict,
    predictions: pd.DataFrame,
    decoders: Sequence[Decoder],
    folder: Path,
    console: Console,
) -> None:
    """Tables and plots of a run."""
    simulated = study.dataset.simulated
    title = f"{config.name}: {config.decoder.kind}" + (" (answers shuffled)" if config.evaluation.shuffle else "")
    console.print(accuracy_rich_table(metrics["accuracy"], title, simulated=simulated))
    if metrics["baselines"]:
        heading = "Classical decoders of describe, same features and folds"
        console.print(accuracy_rich_table(metrics["baselines"], heading, simulated=simulated))
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
