"""One experiment: folds -> training -> answers about held-out recordings -> metrics, tables and plots."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
import yaml
from flax import nnx
from rich.console import Console
from rich.progress import track

from neurona.datasets import haxby2001
from neurona.datasets.dataset import Dataset
from neurona.decoders import LinearEvidence
from neurona.encoders import NoiseWhitening, noise_covariance
from neurona.errors import DataError, OutputError, nearest_name
from neurona.evaluation import (
    accuracy_plot,
    accuracy_rich_table,
    accuracy_table,
    baseline_table,
    confusion_plot,
)
from neurona.execution import compile_programs, get_logic
from neurona.experiments.config import Config
from neurona.programs import parse
from neurona.recordings.entities import standardise
from neurona.recordings.fmri import parcel_entities
from neurona.training import Targets, choose_decay, fit

READERS = {"haxby2001": haxby2001.read}


def run_folder(config: Config, out: Path | None) -> Path:
    """The run directory, proved writable.

    Raises:
        OutputError: it cannot be made or written.
    """
    folder = out or Path("runs") / config.name / config.digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}); choose another with --out") from error
    return folder


def read_dataset(config: Config) -> Dataset:
    """The config's data set.

    Raises:
        DataError: unknown or faulty.
    """
    if config.data.name not in READERS:
        raise DataError(f"unknown dataset {config.data.name!r}{nearest_name(config.data.name, READERS)}")
    dataset = READERS[config.data.name](config.data.path)
    if not config.evaluation.shuffle:
        return dataset
    # The control: each run's recordings exchange their questions, so the marginals stay and the link goes.
    rng = np.random.default_rng(config.seed)
    ids, runs = dataset.recordings.data.recording.values, dataset.recordings.data.run.values
    swapped: dict[str, str] = {}
    for run in np.unique(runs):
        swapped |= dict(zip(ids[runs == run], rng.permutation(ids[runs == run]), strict=True))
    questions = dataset.questions.assign(recording=dataset.questions.recording.map(swapped))
    return Dataset(dataset.name, dataset.card, dataset.recordings, questions)


def held_out_masks(config: Config, dataset: Dataset) -> dict[str, np.ndarray]:
    """Name of each fold -> its held-out recordings, as a mask."""
    data = dataset.recordings.data
    if config.evaluation.split == "published":
        return {"test": data.split.values == "test"}
    return {str(run): data.run.values == run for run in np.unique(data.run.values)}


def run(config: Config, folder: Path, console: Console) -> dict:
    """Run an experiment and leave its files in `folder`. Returns the metrics."""
    dataset = read_dataset(config)
    vocabulary, questions = dataset.card.vocabulary, dataset.questions
    data = dataset.recordings.data
    ids = data.recording.values
    row = {str(name): k for k, name in enumerate(ids)}
    of_question = questions.recording.map(row).to_numpy()
    queries = [parse(text, vocabulary) for text in questions.program]
    programs = compile_programs(queries, vocabulary, of_question.tolist())
    target, is_describe, members = _targets(questions, queries, vocabulary, programs.n_questions)
    answers = _answer_columns(questions, of_question, len(ids))
    logic = get_logic(config.decoder.logic)
    masks = held_out_masks(config, dataset)
    predicted = np.full(len(questions), "", dtype=object)
    score = np.full(len(questions), np.nan)
    evidence, biases = [], np.zeros((len(ids), len(vocabulary.concepts)), np.float32)
    states, losses, features = {}, {}, np.zeros(0)
    for fold, held in track(masks.items(), "folds", console=console):
        train = ~held
        entities = standardise(
            parcel_entities(
                dataset.recordings,
                train,
                method=config.entities.method,
                n_parcels=config.entities.n_parcels,
                seed=config.seed,
            ),
            train,
        )
        whitening = NoiseWhitening(noise_covariance(entities.features[train], answers[train], config.decoder.shrinkage))
        features = entities.features
        decoder = LinearEvidence(
            whitening,
            features.shape[1],  # type: ignore[misc]
            len(vocabulary.concepts),
            logic,
            rngs=nnx.Rngs(config.seed),  # type: ignore[misc]
        )
        weights = np.zeros(programs.n_questions, np.float32)
        # Every question type weighs the same, however many questions the vocabulary yields of it.
        weights[: len(questions)] = train[of_question] / questions.groupby("type").type.transform("size")
        inner = np.zeros(programs.n_questions, int)
        groups = np.unique(data.run.values, return_inverse=True)[1]
        inner[: len(questions)] = groups[of_question] % config.training.inner_folds
        loop = {"steps": config.training.steps, "learning_rate": config.training.learning_rate}
        batch = (jnp.asarray(features), programs, Targets(target, is_describe), jnp.asarray(weights))
        decay = choose_decay(decoder, *batch, inner, decays=config.training.decays, **loop)  # type: ignore[arg-type]
        decoder, curve = fit(decoder, *batch, decay=decay, **loop)  # type: ignore[arg-type]
        given = decoder(jnp.asarray(features), programs)
        asked = held[of_question]
        for k in np.flatnonzero(asked):
            if members[k]:
                best = int(np.argmax(given.describe[k, : len(members[k])]))
                predicted[k], score[k] = members[k][best], float(jax.nn.softmax(given.describe[k])[best])
            else:
                score[k] = float(jax.nn.sigmoid(given.yes_no[k]))
                predicted[k] = "yes" if score[k] > 0.5 else "no"
        share = decoder.evidence(
            jnp.asarray(features[held]), jnp.asarray(entities.entity_of_feature), len(entities.names)
        )
        evidence.append((np.flatnonzero(held), np.asarray(share), entities.names))
        biases[held] = np.asarray(decoder.bias[...])
        states[fold], losses[fold] = nnx.to_pure_dict(nnx.state(decoder)), curve
    chance = [1 / len(words) if words else np.nan for words in members]
    table = questions.assign(predicted=predicted, score=score, chance=chance).query("predicted != ''")
    metrics = {"accuracy": accuracy_table(table, seed=config.seed)}
    labels = questions[is_describe[: len(questions)]].set_index("recording").answer.reindex(ids).to_numpy()
    if config.evaluation.baselines:
        folds = [(np.flatnonzero(~held), np.flatnonzero(held)) for held in masks.values()]
        raw = data.values.mean(axis=2)
        metrics["baselines"] = baseline_table(
            raw, labels, folds, config.evaluation.baselines, groups=ids, standardise=True, seed=config.seed
        )
    _write(folder, config, metrics, table, evidence, biases, vocabulary.concepts, ids, states)
    console.print(accuracy_rich_table(metrics["accuracy"], config.name, simulated=False))
    if "baselines" in metrics:
        console.print(accuracy_rich_table(metrics["baselines"], "classical decoders, same folds", simulated=False))
    accuracy_plot(metrics["accuracy"], folder / "accuracy.png", config.name, simulated=False)
    words = table[table.type == "describe"]
    confusion_plot(
        words.answer.tolist(),
        words.predicted.tolist(),
        list(vocabulary.concepts),
        folder / "confusion.png",
        config.name,
    )
    return metrics


def _targets(questions, queries, vocabulary, size: int):
    target, is_describe = np.zeros(size, np.int32), np.zeros(size, bool)
    members: list[tuple[str, ...]] = []
    for k, (query, answer) in enumerate(zip(queries, questions.answer, strict=True)):
        words = vocabulary.categories[query.category] if hasattr(query, "category") else ()
        members.append(words)
        is_describe[k] = bool(words)
        target[k] = words.index(answer) if words else answer == "yes"
    return target, is_describe, members


def _answer_columns(questions, of_question, n_recordings: int) -> np.ndarray:
    """Answers as numbers, a column per distinct program (and word of a describe answer): see NoiseWhitening."""
    yes_no = questions.answer.isin(["yes", "no"])
    column = questions.program.where(yes_no, questions.program + " = " + questions.answer)
    codes, names = pd.factorize(column)
    design = np.zeros((n_recordings, len(names)))
    design[of_question, codes] = np.where(questions.answer == "no", -1.0, 1.0)
    return design


def _write(folder, config, metrics, table, evidence, biases, concepts, ids, states) -> None:
    try:
        (folder / "config.yaml").write_text(yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False))
        (folder / "metrics.json").write_text(json.dumps(metrics, indent=1, sort_keys=True))
        table.to_parquet(folder / "predictions.parquet", index=False)
        packages = ("jax", "flax", "optax", "numpy", "nilearn", "scikit-learn")
        provenance = {
            "versions": {name: version(name) for name in packages},
            "python": platform.python_version(),
            "device": str(jax.devices()[0]),
            "seed": config.seed,
        }
        (folder / "provenance.json").write_text(json.dumps(provenance, indent=1))
        size = max(len(names) for _, _, names in evidence)
        shares = np.zeros((len(ids), size, len(concepts)), np.float32)
        for rows, share, _ in evidence:
            shares[rows, : share.shape[1]] = share
        grounding = xr.Dataset(
            {
                "evidence": (("recording", "entity", "concept"), shares),
                "bias": (("recording", "concept"), biases),
            },
            coords={"recording": ids.astype(str), "entity": list(evidence[0][2]), "concept": list(concepts)},
        )
        grounding.to_zarr(folder / "grounding.zarr", mode="w", consolidated=False)
        np.savez(
            folder / "checkpoint.npz",
            **{  # type: ignore[arg-type]
                f"{fold}/{name}": np.asarray(value)
                for fold, state in states.items()
                for name, value in state.items()
                if not isinstance(value, dict)
            },
        )
    except OSError as error:
        raise OutputError(
            f"{folder}: writing the results failed ({error}); free space or choose another --out"
        ) from error
