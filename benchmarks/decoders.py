"""How well does each decoder answer, how near the oracle, and how long does it take?

    python benchmarks/decoders.py [--images 2000] [--snr 0.0111] [--nouns 60] [--scenes] [--only KIND ...] [--out DIR]

SIMULATED fMRI of one subject, 400 of the images for testing. Every registered decoder is fitted with its defaults, on the answers of
training questions alone, or, with `--scenes`, all of them on the training scenes, too. Yes/no questions of a kind of negative are its pairs, a yes and a no of the same program. `share` is accuracy divided by
the oracle's, which knows the generative model, all else of the scene, and the one alternative.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from neurona.decoders import Decoder, decoders, fit
from neurona.questions import Asked, Problem
from neurona.recordings.entities import fit_entities
from neurona.scenes.facts import SceneFacts, scene_facts
from neurona.scenes.names import NameTable
from neurona.simulation import Simulation, simulate
from neurona.simulation.settings import SimulationSettings


def simulated(
    images: int, snr: float, nouns: int, scenes: bool, seed: int, components: int = 1024, parcels: int = 18
) -> tuple[Problem, Asked]:
    """SIMULATED: a problem with a tenth of the training images for validation, and the test questions with column `oracle`."""
    settings = SimulationSettings(
        subjects=1, images=images, snr=snr, nouns=nouns, test_share=min(400 / images, 0.5), components=components, parcels=parcels,
    )  # fmt: skip
    simulation = simulate(settings, seed)
    data = simulation.dataset()
    names = data.recordings.data.recording.values.astype(str)
    oracle = simulation.oracle()["expected"].to_numpy()
    asked = Asked.of(data.questions.assign(oracle=oracle), data.vocabulary, names.tolist())
    part = np.where(data.recordings.data.split.values.astype(str) == "test", 2, 0)
    train = np.random.default_rng(seed).permutation(np.flatnonzero(part == 0))
    part[train[: len(train) // 10]] = 1
    of_question = part[asked.recording]
    problem = Problem(
        fit_entities(data.recordings, "groups").apply(data.recordings),
        data.vocabulary,
        asked.take(of_question == 0),
        asked.take(of_question == 1),
        facts=_facts(simulation, data.recordings.data.image.values) if scenes else None,
        seed=seed,
        simulated=True,
    )
    return problem, asked.take(of_question == 2)


def _facts(simulation: Simulation, images: Iterable[str]) -> tuple[SceneFacts, ...]:
    facts = {one.image: one for one in scene_facts(simulation.scenes, NameTable.read())}
    return tuple(facts[str(image)] for image in images)


def groups(asked: Asked) -> dict[str, np.ndarray]:
    """Questions by type, and pairs by kind of negative."""
    table, yes_no = asked.table, ~asked.is_describe
    found = {"yes/no": yes_no}
    found |= {str(name): (table.type == name).to_numpy() for name in ("object", "attribute", "relation")}
    relation = found["relation"]
    for name in sorted(set(table.negative[relation]) - {""}):
        pairs = set(table.pair[relation & (table.negative == name).to_numpy()])
        found[str(name)] = relation & table.pair.isin(pairs).to_numpy()
    found |= {"describe": ~yes_no}
    found |= {str(name): (table.type == name).to_numpy() for name in ("action", "position")}
    return {name: rows for name, rows in found.items() if rows.any()}


def measured(kind: str, problem: Problem, asked: Asked) -> dict:
    """Accuracy and share of the oracle's, by group, and seconds."""
    start = time.perf_counter()
    decoder = fit(problem, decoders()[kind].settings())
    fitted = read = time.perf_counter()
    if isinstance(decoder, Decoder):
        rows, place = np.unique(asked.recording, return_inverse=True)
        reading = decoder.read(problem.entities.features[rows], [str(row) for row in rows])
        read = time.perf_counter()
        right = np.array(reading.ask_each(asked.queries, place.reshape(-1)).answer) == asked.table.answer.to_numpy(str)
    else:
        answers = decoder.answer(problem.entities.features, asked)
        yes_no, words = np.asarray(answers.yes_no) > 0, np.asarray(answers.describe).argmax(axis=1)
        right = np.where(asked.is_describe, words, yes_no) == asked.target
    done = time.perf_counter()
    oracle = asked.table.oracle.to_numpy()
    accuracy = {name: float(right[rows].mean()) for name, rows in groups(asked).items()}
    share = {name: accuracy[name] / float(oracle[rows].mean()) for name, rows in groups(asked).items()}
    return {
        "decoder": kind,
        "accuracy": accuracy,
        "share_of_oracle": share,
        "fit_seconds": fitted - start,
        "read_seconds": read - fitted,
        "questions_per_second": len(asked) / (done - read),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--snr", type=float, default=0.0111)
    parser.add_argument("--nouns", type=int, default=60)
    parser.add_argument("--scenes", action="store_true", help="scenes as supervision")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", choices=list(decoders()), default=list(decoders()))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    problem, asked = simulated(given.images, given.snr, given.nouns, given.scenes, given.seed)
    rows = [measured(kind, problem, asked) for kind in given.only]
    names = list(groups(asked))
    table = Table(
        title=f"SIMULATED, {given.images} images, SNR {given.snr}, {given.nouns} nouns, learned from {'scenes' if given.scenes else 'answers'}: "
        "accuracy (share of oracle)"
    )
    for name in ("decoder", *names, "fit s", "read s", "questions/s"):
        table.add_column(name)
    for row in rows:
        cells = [f"{row['accuracy'][name]:.3f} ({row['share_of_oracle'][name]:.2f})" for name in names]
        seconds = (f"{row[key]:.1f}" for key in ("fit_seconds", "read_seconds"))
        table.add_row(row["decoder"], *cells, *seconds, f"{row['questions_per_second']:,.0f}")
    oracle = asked.table.oracle.to_numpy()
    table.add_row("oracle", *(f"{oracle[rows].mean():.3f}" for rows in groups(asked).values()), "", "", "")
    Console(width=240).print(table)
    if given.out:
        import measure

        given.out.mkdir(parents=True, exist_ok=True)
        record = {"data": "SIMULATED", "arguments": {k: str(v) for k, v in vars(given).items()}, "decoders": rows}
        record["provenance"] = measure.provenance()
        (given.out / "decoders.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
