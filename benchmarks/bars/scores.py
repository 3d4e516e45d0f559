"""How well the quickstart's questions are answered, and whether stated probabilities are what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from bars.bar import Bar, at_least, at_most, below, between, told
from bars.lab import Lab, worlds_of
from neurona.evaluation.metrics.calibration import (
    calibration_slope,
    error_of_perfect,
    log_loss,
    reliability,
    slopes_of_perfect,
)
from neurona.evaluation.predictions import right_answers
from neurona.programs import parse
from neurona.programs.facts import Fact
from neurona.scenes.facts import program_of

ACCURACY = {"object": 0.955, "attribute": 0.915, "relation": 0.805, "action": 0.67, "position": 0.68}
LOG_LOSS = {"object": 0.119, "attribute": 0.179, "relation": 0.425}
"""Of the sketch (issue 13)."""
SLOPE = (0.9, 1.1)
SOME_PRIOR = 0.005


def quickstart_scores(lab: Lab) -> Iterator[Bar]:
    """With scenes as supervision; the table of answers alone beside it."""
    run = lab.quickstart("scenes")
    table = by_type(run.predictions)
    for kind, bound in ACCURACY.items():
        yield at_least(f"quickstart, scenes, accuracy, {kind}", table[kind]["accuracy"], bound, figures=table[kind])
    for kind, bound in LOG_LOSS.items():
        yield at_most(f"quickstart, scenes, log loss, {kind}", table[kind]["log loss"], bound)
    for kind in ACCURACY:
        name = f"quickstart, scenes, calibration slope, {kind} ({perfect_slopes(run.predictions, kind)})"
        yield between(name, table[kind]["slope"], *SLOPE, digits=2)
    p, right = as_asked(run.predictions)
    yield calibration_bar("quickstart, scenes, ECE of as_asked", p, right)
    if lab.quick:
        yield told("quickstart, answers alone", "skipped: --quick")
        return
    for kind, row in by_type(lab.quickstart("answers").predictions).items():
        text = ", ".join(f"{name} {value:.3f}" for name, value in row.items() if name != "n")
        yield told(f"quickstart, answers alone, {kind}", text, row)


def scene_facts_calibrated(lab: Lab) -> Iterator[Bar]:
    """`probability` of every fact of some prior in every held-out scene, asked or not."""
    run = lab.quickstart("scenes")
    reading, study = worlds_of(run.reading), lab.study(run)
    assert study.facts is not None
    data = study.dataset.recordings.data.recording.values.astype(str)
    image = dict(zip(data.tolist(), study.dataset.images, strict=True))
    facts = sorted({fact for k in range(reading.before.n_worlds) for fact in reading.before.facts(0, k)}, key=repr)
    queries = [parse(program_of(fact), reading.vocabulary) for fact in facts if _known(fact, reading.vocabulary)]
    facts = [fact for fact in facts if _known(fact, reading.vocabulary)]
    prior = reading.believe(queries, np.zeros(len(queries), np.int64)).prior[:, 0]
    kept = np.flatnonzero(prior > SOME_PRIOR)
    p, truth, before = [], [], []
    for row in range(0, len(reading.recordings), 4 if lab.quick else 1):
        name = reading.recordings[row]
        said = reading.believe([queries[k] for k in kept], np.full(len(kept), row))
        p.append(said.probability[:, 0])
        true = study.facts[image[name]].true
        truth.append([facts[k] in true for k in kept])
        before.append(prior[kept])
    probability, holds, first = (np.concatenate(part) for part in (p, truth, before))
    title = f"facts of prior > {SOME_PRIOR} ({len(kept)} in {len(p)} scenes)"
    yield between(f"{title}, calibration slope", calibration_slope(probability, holds), *SLOPE, digits=2)
    yield between(f"{title}, number expected by number true", float(probability.sum() / holds.sum()), *SLOPE, digits=2)
    after, before_it = log_loss(probability, holds), log_loss(first, holds)
    yield below(f"{title}, log loss against prior's", after, before_it, digits=4)
    yield told(
        f"{title}, ECE", f"{ece(probability, holds):.4f} (perfectly calibrated {error_of_perfect(probability):.4f})"
    )


def by_type(predictions: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Accuracy and calibration of `as_asked`, for each type of question."""
    found = {}
    for kind, rows in predictions.groupby("type"):
        p, right = as_asked(rows)
        found[str(kind)] = {
            "accuracy": float(right_answers(rows).mean()),
            "log loss": log_loss(p, right),
            "slope": calibration_slope(p, right),
            "ece": ece(p, right),
            "ece of a perfect decoder": error_of_perfect(p),
            "n": len(rows),
        }
    return found


def as_asked(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Stated probability of yes and whether it is yes; of a word, of the word given and whether it is right."""
    yes_no = rows.answer.isin(["yes", "no"]).to_numpy()
    return rows.as_asked.to_numpy(float), np.where(yes_no, rows.answer == "yes", right_answers(rows))


def calibration_bar(name: str, p: np.ndarray, right: np.ndarray) -> Bar:
    """ECE inside what 95 % of perfectly calibrated decoders of the same statements have."""
    return at_most(name, ece(p, right), error_of_perfect(p), digits=4)


def ece(p: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error of probabilities, in ten bins."""
    return reliability(np.clip(p, 0, 1), right.astype(bool)).expected_error  # shares sum to 1 but for the last digits


def perfect_slopes(predictions: pd.DataFrame, kind: str) -> str:
    """Between which slopes lie 95 % of perfectly calibrated decoders of the same statements: how much so few questions can tell."""
    low, high = slopes_of_perfect(as_asked(predictions[predictions.type == kind])[0])
    return f"perfect: {low:.2f} to {high:.2f}"


def _known(fact: Fact, vocabulary: Any) -> bool:
    words = (fact.name, *fact.arguments)
    return all(word in vocabulary.concepts or word in vocabulary.relations for word in words)
