"""One experiment: data -> folds -> fitted decoders -> answers about held-out recordings -> metrics, tables and plots."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import Progress
from scipy.special import logsumexp

from neurona.datasets.dataset import Dataset
from neurona.decoders import Asked
from neurona.evaluation import accuracy_table, baseline_table
from neurona.execution import Answers
from neurona.experiments import run_folder
from neurona.experiments.fitting import fit_decoder
from neurona.experiments.folds import Fitted, folds_of, problem_of
from neurona.experiments.grounding import grounding_metrics
from neurona.experiments.results import show
from neurona.experiments.schema import Config
from neurona.experiments.study import chosen_questions, load_study


def run(config: Config, folder: Path, console: Console) -> dict:
    """Run an experiment and leave its files in `folder`; `metrics.json`, written last, says that it is finished.

    Returns:
        The metrics: `accuracy` by question type and `baselines`, each `{value, low, high, chance, n}`; `groundings`.

    Raises:
        NeuronaError: bad data or config, before training; results that cannot be written.
    """
    study = load_study(config, console)
    if config.evaluation.shuffle:
        study = replace(study, dataset=shuffled(study.dataset, config.seed), facts=None)
    dataset = study.dataset
    asked = Asked.of(chosen_questions(study), dataset.vocabulary, dataset.recordings.data.recording.values.tolist())
    fitted = []
    # Not rich.progress.track: after an error its display would go on until the traceback is forgotten.
    with Progress(console=console) as progress:
        for fold in progress.track(folds_of(config, study), description="folds"):
            problem, test = problem_of(config, study, asked, fold)
            state = folder / "training" / fold.name
            decoder = fit_decoder(problem, config.decoder, config.training, folder=state, console=progress.console)
            fitted.append(Fitted(fold, problem, test, decoder))
    predictions = pd.concat([_predictions(one) for one in fitted], ignore_index=True).assign(seed=config.seed)
    metrics = {"accuracy": accuracy_table(predictions, seed=config.seed), "baselines": {}}
    if config.evaluation.baselines:
        metrics["baselines"] = _baselines(config, asked, fitted)
    metrics |= grounding_metrics(study, fitted, config.seed)
    run_folder.write(folder, config, dataset, predictions)
    run_folder.write_state(folder, dataset, fitted)
    show(config, study, metrics, predictions, fitted, folder, console)
    run_folder.write_metrics(folder, metrics)
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


def _predictions(fitted: Fitted) -> pd.DataFrame:
    answers = fitted.decoder.answer(fitted.problem.entities.features, fitted.test)
    given = [_given(answers, fitted.test.words[k], k) for k in range(len(fitted.test))]
    predicted, score = zip(*given, strict=True)
    return fitted.test.table.assign(
        fold=fitted.fold.name, predicted=list(predicted), score=list(score), chance=fitted.test.chance
    )


def _given(answers: Answers, words: tuple[str, ...], question: int) -> tuple[str, float]:
    """A question's answer in words, and its score: the logit of yes, or of the given word among its category's."""
    if not words:
        yes = float(answers.yes_no[question])
        return ("yes" if yes > 0 else "no"), yes
    scores = np.asarray(answers.describe[question, : len(words)], np.float64)
    best = int(scores.argmax())
    return words[best], float(scores[best] - logsumexp(np.delete(scores, best)))


def _baselines(config: Config, asked: Asked, fitted: list[Fitted]) -> dict:
    """Classical decoders of the describe answers, on the features that the entities are made of."""
    features = fitted[0].problem.entities.features
    labels = asked.take(asked.is_describe)
    labels = labels.take((labels.table.program == labels.table.program.iloc[0]).to_numpy())
    answers = np.full(len(features), "", dtype=object)
    answers[labels.recording] = labels.table.answer
    pairs = [(np.flatnonzero(one.fold.train | one.fold.validation), np.flatnonzero(one.fold.test)) for one in fitted]
    ids = np.arange(len(features))
    table = baseline_table(
        features, answers, pairs, config.evaluation.baselines, groups=ids, standardise=True, seed=config.seed
    )
    # The same question has the same chance in both tables: guessing one of its words.
    return {name: {**row, "chance": 1 / len(labels.words[0])} for name, row in table.items()}
