"""One experiment: data -> folds -> fitted decoders -> answers about held-out recordings -> metrics, tables and plots."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import Progress

from neurona.blocks import taken
from neurona.datasets.dataset import Dataset
from neurona.decoders import Context, Decoder, fit, fit_decoder
from neurona.decoders.fitting import fitted_decoder
from neurona.evaluation import accuracy_table, over_groups
from neurona.evaluation.predictions import UNITS
from neurona.experiments.runs import run_folder
from neurona.experiments.runs.findings import Findings
from neurona.experiments.runs.finished_run import DECODER, DECODERS
from neurona.experiments.runs.folds import Fitted, fold_problem, folds_of, leakage_of, unit_of
from neurona.experiments.runs.identity import data_fingerprint, decisive_settings
from neurona.experiments.runs.peers import check_peers, peer_predictions, peer_table
from neurona.experiments.runs.predictions import predictions_of, unseen_conjunctions
from neurona.experiments.runs.results import measure, plot, show
from neurona.experiments.runs.texts import text_predictions
from neurona.experiments.schema import Config
from neurona.experiments.study import Study, chosen_questions, load_study
from neurona.questions import Asked
from neurona.recordings.recordings import Recordings
from neurona.training import is_first, join

logger = logging.getLogger(__name__)


def run(config: Config, folder: Path, console: Console) -> dict:
    """Run an experiment and leave its files in `folder`; `metrics.json`, written last, says that it is finished.

    Where several processes train together (`training.mesh`), each runs the whole experiment, so that none waits for another, and the first leaves the files.

    Returns:
        The metrics: `accuracy` by question type and `baselines`, see `accuracy_table`; `unit`, what their intervals take to be independent; `supervision`, what the decoder
        learned from; `used_of_tested_people`, nothing, unlabelled or labelled recordings; `leakage`, what the check of each fold saw; `subjects`, mean accuracy over subjects where there are several; and what
        `results.measure` returns.

    Raises:
        NeuronaError: bad data or config, before training; results that cannot be written.
    """
    told = decisive_settings(config)
    join(config.training, {name: told.get(name) for name in Config.model_fields if name != "training"})
    if is_first():
        return _run(config, folder, console)
    with tempfile.TemporaryDirectory() as nowhere:
        return _run(config, Path(nowhere), Console(quiet=True))


def _run(config: Config, folder: Path, console: Console) -> dict:
    run_folder.begin(folder, config)
    fingerprint = data_fingerprint(config, console)
    study = load_study(config, console)
    check_peers(config.evaluation.baselines, study.dataset.recordings)
    if config.evaluation.shuffle:
        study = replace(study, dataset=shuffled(study.dataset, config.seed))
    dataset = study.dataset
    logger.info(
        "%s: %d recordings, %d questions", dataset.name, dataset.recordings.n_recordings, len(dataset.questions)
    )
    ids = dataset.recordings.data.recording.values.astype(str)
    asked = Asked.of(chosen_questions(study), dataset.vocabulary, ids.tolist())
    context = Context(config.training)
    fitted = []
    # Not rich.progress.track: after an error its display would go on until the traceback is forgotten.
    folds = folds_of(config, study)
    leakage = leakage_of(config, study, folds, console)
    with Progress(console=console) as progress:
        for fold in progress.track(folds, description="folds"):
            entities, problem, test = fold_problem(config, study, asked, fold)
            logger.info("fold %s: %d questions to learn from, %d to answer", fold.name, len(problem.train), len(test))
            with_files = replace(context, folder=folder / "training" / fold.name, console=progress.console, test=test)
            decoder = fit(problem, config.decoder, with_files)
            reading = None
            if isinstance(decoder, Decoder):
                rows = np.flatnonzero(fold.test)
                reading = decoder.read(taken(problem.entities.features, rows), ids[rows].tolist())
                if "subject" in dataset.recordings.data.coords:
                    reading = reading.of_subjects(dataset.recordings.data.subject.values[rows])
            fitted.append(Fitted(fold, entities, problem, test, decoder, reading))
            logger.info("fold %s: %s fitted", fold.name, config.decoder.kind)
    predictions = pd.concat([predictions_of(one) for one in fitted], ignore_index=True).assign(seed=config.seed)
    peers = peer_predictions(config.evaluation.baselines, dataset, asked, fitted)
    if config.evaluation.split == "conjunctions":
        for told in (predictions, *([] if peers is None else [peers])):
            told["unseen"] = unseen_conjunctions(told, dataset, config.evaluation.columns, fitted)
    texts = text_predictions(fitted, config.seed) if config.evaluation.texts else None
    unit, permutations = unit_of(config, study, folds), config.evaluation.permutations
    accuracy = accuracy_table(predictions, seed=config.seed, by=UNITS[unit], permutations=permutations)
    baselines = peer_table(peers, unit)
    findings = Findings(config, study, fitted, predictions, accuracy, unit, baselines)
    run_folder.write(folder, config, dataset, fingerprint, predictions, peers, texts)
    run_folder.write_reading(folder, fitted)
    subjects = over_groups(predictions) if predictions.subject.nunique() > 1 else None
    show(findings, subjects, baselines, console)
    metrics = {"accuracy": accuracy, "unit": unit, "baselines": baselines, "supervision": config.decoder.supervision}
    metrics["used_of_tested_people"] = findings.used_of_tested_people
    metrics["leakage"] = [report._asdict() for report in leakage]
    metrics |= {"subjects": subjects} if subjects else {}
    metrics |= measure(findings, folder, console)
    plot(findings, folder, console)
    if all(one.reading is not None for one in fitted) and not config.evaluation.shuffle:
        _keep(config, study, fitted, folder, replace(context, console=console))
    run_folder.write_metrics(folder, metrics)
    return metrics


def _keep(config: Config, study: Study, fitted: list[Fitted], folder: Path, context: Context) -> None:
    """Keep the decoders of the folds and, where asked for, one of all recordings: `decoders/FOLD` and `decoder`."""
    for one in fitted:
        kept = fitted_decoder(one.decoder, one.entities, one.problem, config.decoder, study.dataset)
        kept.save(folder / DECODERS / quote(one.fold.name, safe=" "))
    chosen = config.evaluation
    if not chosen.fit_all or chosen.n_train is not None:
        return
    training = config.training
    if training.selection == "test":
        training = replace(training, selection="validation")  # no recording is left to test on
    logger.info("fitting %s to all %d recordings", config.decoder.kind, study.dataset.recordings.n_recordings)
    decoder = fit_decoder(
        study.dataset,
        config.decoder,
        entities=config.entities,
        align=config.align,
        seed=config.seed,
        validation=chosen.validation,
        facts=study.facts,
        context=replace(context, training=training, folder=folder / "training" / "all"),
    )
    decoder.save(folder / DECODER)


def shuffled(dataset: Dataset, seed: int) -> Dataset:
    """The control: the recordings of each run and split exchange what was measured. Questions, answers and scenes stay what they are, and
    the link between them and the measurement goes."""
    data = dataset.recordings.data
    rng = np.random.default_rng(seed)
    blocks = np.array([f"{run} {split}" for run, split in zip(data.run.values, data.split.values, strict=True)])
    source = np.arange(len(blocks))
    for block in np.unique(blocks):
        members = np.flatnonzero(blocks == block)
        source[members] = rng.permutation(members)
    return replace(dataset, recordings=Recordings(data.copy(data=data.values[source])))
