"""One experiment: folds -> training -> answers about held-out recordings -> metrics, tables and plots."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import Progress

from neurona.datasets.dataset import Dataset
from neurona.datasets.registry import source
from neurona.evaluation import accuracy_plot, accuracy_rich_table, accuracy_table, baseline_table, confusion_plot
from neurona.experiments import run_folder
from neurona.experiments.config import Config
from neurona.experiments.fold import Fold, held_out_masks, train_fold
from neurona.experiments.questions import QuestionBatch


def run(config: Config, folder: Path, console: Console) -> dict:
    """Run an experiment and leave its files in `folder`.

    Returns:
        The metrics: `accuracy` by question type and `baselines`, each `{value, low, high, chance, n}`.

    Raises:
        NeuronaError: bad data or config, before training; results that cannot be written.
    """
    dataset = source(config.data.name).read(config.data.path, console)
    masks = held_out_masks(config, dataset)
    if config.evaluation.shuffle:
        dataset = shuffled(dataset, config.seed)
    batch = QuestionBatch.of(dataset)
    # Not rich.progress.track: after an error its display would go on until the traceback is forgotten.
    with Progress(console=console) as progress:
        folds = {
            name: train_fold(config, dataset, batch, held)
            for name, held in progress.track(masks.items(), description="folds")
        }
    predictions = _predictions(batch, folds, masks)
    metrics = {"accuracy": accuracy_table(predictions, seed=config.seed), "baselines": {}}
    if config.evaluation.baselines:
        metrics["baselines"] = _baselines(config, batch, folds, masks)
    run_folder.write(folder, config, dataset, metrics, predictions)
    run_folder.write_state(folder, dataset, folds, masks)
    _show(config, dataset, metrics, predictions, folder, console)
    return metrics


def shuffled(dataset: Dataset, seed: int) -> Dataset:
    """The control: the recordings of each run and split exchange their questions, so marginals stay and the link goes."""
    data = dataset.recordings.data
    rng = np.random.default_rng(seed)
    ids = data.recording.values
    blocks = [f"{run} {split}" for run, split in zip(data.run.values, data.split.values, strict=True)]
    swapped: dict[str, str] = {}
    for block in sorted(set(blocks)):
        members = ids[[name == block for name in blocks]]
        swapped |= dict(zip(members, rng.permutation(members), strict=True))
    return replace(dataset, questions=dataset.questions.assign(recording=dataset.questions.recording.map(swapped)))


def _predictions(batch: QuestionBatch, folds: dict[str, Fold], masks: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = []
    for name, held in masks.items():
        answers = jax.device_get(folds[name].answers)
        for k in np.flatnonzero(held[batch.recording]):
            words = batch.words[k]
            rows.append((k, name, *batch.given(answers, int(k)), 1 / len(words) if words else np.nan))
    given = pd.DataFrame(rows, columns=["row", "fold", "predicted", "score", "chance"]).set_index("row").sort_index()
    return batch.table.reset_index(drop=True).join(given, how="inner")


def _baselines(config: Config, batch: QuestionBatch, folds: dict[str, Fold], masks: dict[str, np.ndarray]) -> dict:
    """Classical decoders of the describe answers, on the features that the entities are made of."""
    features = next(iter(folds.values())).entities.features
    asked = batch.table[[bool(words) for words in batch.words]]
    category = asked.program.iloc[0]
    labels = asked[asked.program == category]
    rows = batch.recording[labels.index]
    answers = np.full(len(features), "", dtype=object)
    answers[rows] = labels.answer
    pairs = [(np.flatnonzero(~held), np.flatnonzero(held)) for held in masks.values()]
    ids = np.arange(len(features))
    table = baseline_table(
        features, answers, pairs, config.evaluation.baselines, groups=ids, standardise=True, seed=config.seed
    )
    # The same question has the same chance in both tables: guessing one of its words.
    chance = 1 / len(batch.words[labels.index[0]])
    return {name: {**row, "chance": chance} for name, row in table.items()}


def _show(
    config: Config, dataset: Dataset, metrics: dict, predictions: pd.DataFrame, folder: Path, console: Console
) -> None:
    simulated = bool(dataset.recordings.data.attrs["simulated"])
    title = config.name + (" (answers shuffled)" if config.evaluation.shuffle else "")
    console.print(accuracy_rich_table(metrics["accuracy"], title, simulated=simulated))
    if metrics["baselines"]:
        heading = "Classical decoders of describe, same features and folds"
        console.print(accuracy_rich_table(metrics["baselines"], heading, simulated=simulated))
    accuracy_plot(metrics["accuracy"], folder / "accuracy.png", title, simulated=simulated)
    words = predictions[predictions.type == "describe"]
    confusion_plot(
        words.answer.tolist(),
        words.predicted.tolist(),
        list(dataset.vocabulary.concepts),
        folder / "confusion.png",
        title,
    )
