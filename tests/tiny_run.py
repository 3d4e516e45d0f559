"""A finished run that takes no time: SIMULATED answers about three recordings of a man, a bat and a dog, and the reading that they are read from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from neurona.evaluation import accuracy_table
from neurona.execution import Worlds
from neurona.experiments.config import as_yaml, load_config
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.readings import About, WorldReading
from neurona.readings.belief import log_odds
from neurona.readings.carriers import EntityEvidence

WORDS = Vocabulary(
    ("man", "bat", "dog", "red", "small"),
    ("hold",),
    categories={"Colour": ("red", "small")},
    definitions={"animate": "man(x) | dog(x)"},
)
SCENES = [
    [Fact("man"), Fact("bat"), Fact("hold", ("man", "bat")), Fact("red", ("bat",))],
    [Fact("man"), Fact("dog"), Fact("small", ("dog",))],
    [Fact("dog")],
]
RECORDINGS = ("a", "b", "c")
SHARES = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7]])


def tiny_reading() -> WorldReading:
    """Three scenes are possible; each recording makes another likely."""
    rng = np.random.default_rng(0)
    evidence = EntityEvidence(
        WORDS.concepts,
        ("LH_front", "RH_front", "LH_back", "RH_back"),
        rng.normal(size=(3, 4, 5)),
        np.zeros(5),
        np.zeros(5),
        np.array([[-30, 40, 10], [30, 40, 10], [-20, -80, 0], [20, -80, 0]], np.float64),
        "fmri",
        "MNI152",
    )
    return WorldReading(
        WORDS,
        RECORDINGS,
        Worlds.of_facts([SCENES] * 3, WORDS.concepts, WORDS.relations, SHARES),
        Worlds.of_facts([SCENES], WORDS.concepts, WORDS.relations),
        ("man", "bat", "dog"),
        about=About("tiny", "explain", "scenes", simulated=True),
        entity_evidence=evidence,
    )


def write_tiny_run(folder: Path, seed: int = 0) -> Path:
    """Its directory. Of 24 questions as many are wrong as the reading has it."""
    reading = tiny_reading()
    programs = [f"exists x. {word}(x)" for word in ("man", "bat", "dog")]
    programs += [
        "exists x. red(x) & bat(x)",
        "exists x. man(x) & hold(x, the y. bat(y))",
        "describe Colour(the x. dog(x))",
    ]
    said = reading.ask(programs, list(RECORDINGS))
    is_choice = said["query"].str.startswith("describe")
    truth = np.array(["yes" if k % 3 else "no" for k in range(len(said))])
    predictions = pd.DataFrame(
        {
            "question": [f"q{k}" for k in range(len(said))],
            "recording": said.recording,
            "image": said.recording,
            "subject": "1",
            "program": said["query"],
            "type": np.where(is_choice, "colour", "object"),
            "answer": np.where(is_choice, "red", truth),
            "predicted": said.answer,
            "score": log_odds(said.probability.to_numpy()),
            "as_asked": said.as_asked,
            "probability": said.probability,
            "prior": said.prior,
            "chance": np.where(is_choice, 0.5, np.nan),
            "seed": seed,
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    predictions.to_parquet(folder / "predictions.parquet", index=False)
    config = load_config("quickstart", ["decoder=explain", f"seed={seed}"])
    (folder / "config.yaml").write_text(as_yaml(config))
    metrics = {
        "accuracy": accuracy_table(predictions),
        "unit": "image",
        "baselines": {},
        "used_of_tested_people": "nothing",
    }
    (folder / "metrics.json").write_text(json.dumps(metrics, sort_keys=True))
    data = {"name": "tiny", "card_version": "1.0", "simulated": True, "fingerprint": "", "checksums": {}}
    provenance = {"versions": {"numpy": "2"}, "python": "3", "commit": None, "device": "cpu", "seed": seed}
    (folder / "provenance.json").write_text(json.dumps({**provenance, "supervision": "scenes", "dataset": data}))
    training = folder / "training" / "image"
    training.mkdir(parents=True)
    rows = [{"epoch": k, "train_loss": 1 / (k + 1), "validation_loss": 0.5 + 0.1 * abs(k - 2)} for k in range(5)]
    (training / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "tables").mkdir()
    table = pd.DataFrame(
        {"group": ["<script>alert(1)</script>"], "error": [0.1], "bound": [0.2], "data": "SIMULATED DATA"}
    )
    table.to_csv(folder / "tables" / "calibration.csv", index=False)
    reading.save(folder / "reading")
    return folder
