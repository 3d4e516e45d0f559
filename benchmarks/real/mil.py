"""Words found on many entities from answers about recordings alone: poolings of `decoder.pooling` beside each other and the optimum.

Recordings are SIMULATED: half of them have one window of 100 in which eight channels are shifted by 3 deviations along a direction that nobody is
told (d' 3); the answer says whether, and never where. The optimum is the observer who knows the direction: the likelihood ratio of one
planted window among 100. Every pooling has the same network, epochs and seeds, and the learning rate of the lowest validation loss.
Peak memory with 100,000 voxels is that of a process of its own (`many_voxels.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from bars.bar import Bar, at_least, at_most, told
from bars.lab import Lab
from own.bench import ROOT, call
from scipy.stats import t as student
from sklearn.metrics import log_loss, roc_auc_score

from neurona.decoders import Context, fit
from neurona.decoders.neurona_settings import NeuronaSettings
from neurona.encoders.instances import InstancesSettings
from neurona.grounding import POOLINGS, Pooling
from neurona.programs import Vocabulary
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities
from neurona.training import TrainingSettings

WINDOWS, CHANNELS, D = 100, 8, 3.0
TRAIN, VALIDATION, TEST = 1000, 250, 1000
RATES = 3e-3, 1e-2
EPOCHS = 20
SEEDS = 5
WORDS = Vocabulary(("planted",), (), {})
QUERY = "exists x. planted(x)"
LIMIT_GB = 4.0


class Planted(NamedTuple):
    """Recordings, train, validation and test one after another."""

    values: np.ndarray  # [N, channel, window]
    there: np.ndarray  # [N]
    window: np.ndarray  # [N]
    direction: np.ndarray  # [channel]


class Found(NamedTuple):
    """Over test recordings: AUC of the answers, and of the planted window's place among the others of its recording."""

    answers: float
    place: float


def mil(lab: Lab) -> Iterator[Bar]:
    """AUC and place of each pooling against the mean and the optimum; then memory."""
    seeds = range(2 if lab.quick else SEEDS)
    planted = [plant(seed) for seed in seeds]
    optimum = np.array([roc_auc_score(one.there[-TEST:], optimal(one)) for one in planted])
    found = {pooling: [learned(one, seed, pooling) for seed, one in enumerate(planted)] for pooling in POOLINGS}
    answers = {pooling: np.array([one.answers for one in ones]) for pooling, ones in found.items()}
    place = {pooling: np.array([one.place for one in ones]) for pooling, ones in found.items()}
    yield told("MIL, planted windows: AUC of the optimum (SIMULATED)", _interval(optimum))
    for pooling in POOLINGS:
        figures = {"answers": answers[pooling].tolist(), "place": place[pooling].tolist()}
        text = f"AUC {_interval(answers[pooling])}, place {_interval(place[pooling])}"
        yield told(f"MIL, planted windows: pooling {pooling} (SIMULATED)", text, figures)
    for pooling in ("attention", "logsumexp"):
        above, below = answers[pooling] - answers["mean"], optimum - answers[pooling]
        yield at_least(f"MIL, {pooling}: AUC above the mean's, {_interval(above)} (SIMULATED)", above.mean(), 0.08)
        yield at_most(f"MIL, {pooling}: AUC below the optimum, {_interval(below)} (SIMULATED)", below.mean(), 0.03)
        yield at_least(f"MIL, {pooling}: planted window found, AUROC (SIMULATED)", place[pooling].mean(), 0.85)
    ahead = answers["attention"] - answers["max"]
    yield told("MIL, attention: AUC above max's (SIMULATED)", _interval(ahead), {"ahead": ahead.tolist()})
    yield from memory(10_000 if lab.quick else 100_000)


def memory(voxels: int) -> Iterator[Bar]:
    """Peak memory of a whole fit and a reading, and whether anything was learned in it."""
    script = ROOT / "benchmarks" / "real" / "many_voxels.py"
    for pooling in ("attention", "logsumexp"):
        done = call([sys.executable, str(script), str(voxels), pooling])
        if done.code:
            raise RuntimeError(done.told[-2000:])
        figures = json.loads(done.told.splitlines()[-1])
        name = f"MIL, {pooling}, {voxels:,} voxels: "
        yield at_most(f"{name}peak memory, GB (SIMULATED)", figures["peak_gb"], LIMIT_GB, 2, figures)
        yield told(f"{name}(SIMULATED)", f"AUC {figures['answers']:.3f}, place {figures['place']:.3f}", figures)


def plant(seed: int) -> Planted:
    """Recordings of one study."""
    rng = np.random.default_rng(seed)
    n = TRAIN + VALIDATION + TEST
    direction = rng.normal(size=CHANNELS)
    direction /= np.linalg.norm(direction)
    values = rng.normal(size=(n, CHANNELS, WINDOWS)).astype(np.float32)
    there, window = rng.integers(0, 2, n), rng.integers(0, WINDOWS, n)
    values[np.arange(n), :, window] += D * there[:, None] * direction
    return Planted(values, there, window, direction)


def optimal(planted: Planted) -> np.ndarray:
    """Log likelihood ratio of each test recording, for one who knows the direction."""
    along = np.einsum("ncw,c->nw", planted.values[-TEST:], planted.direction)
    ratios: np.ndarray = np.log(np.exp(D * along - D**2 / 2).mean(1))
    return ratios


def problem(planted: Planted, seed: int) -> Problem:
    """Whether the word is in the recording; entities are windows."""
    ids = [f"r{k}" for k in range(len(planted.there))]
    rows = {"question": ids, "recording": ids, "program": QUERY, "type": "object"}
    table = pd.DataFrame(rows | {"answer": np.where(planted.there, "yes", "no")})
    asked = Asked.of(table, WORDS, ids)
    owner = np.tile(np.arange(WINDOWS, dtype=np.int32), CHANNELS)
    names = tuple(f"window {k}" for k in range(WINDOWS))
    entities = Entities(planted.values.reshape(len(ids), -1), owner, names, "time window", n_times=WINDOWS)
    train, validation = (asked.take(np.isin(asked.recording, part)) for part in _parts())
    return Problem(entities, WORDS, train, validation, seed=seed, simulated=True)


def learned(planted: Planted, seed: int, pooling: Pooling) -> Found:
    """A decoder with the learning rate of the lowest validation loss, on test recordings."""
    settings = NeuronaSettings(
        encoder=InstancesSettings(), embedding=16, logic="goedel", pooling=pooling, ground_concept_relation=False
    )
    given = problem(planted, seed)
    features, validation = given.entities.features, _parts()[1]
    decoders = [
        fit(given, settings, Context(TrainingSettings(epochs=EPOCHS, learning_rate=rate, patience=None)))
        for rate in RATES
    ]
    losses = [
        log_loss(planted.there[validation], _probability(decoder.read(features[validation], _ids(validation))))
        for decoder in decoders
    ]
    test = np.arange(TRAIN + VALIDATION, len(features))
    reading = decoders[int(np.argmin(losses))].read(features[test], _ids(test))
    scores = np.asarray(reading.members[0].unary)[:, 0]
    return Found(
        float(roc_auc_score(planted.there[test], _probability(reading))),
        placed(scores[planted.there[test] == 1], planted.window[test][planted.there[test] == 1]),
    )


def placed(scores: np.ndarray, carrier: np.ndarray) -> float:
    """AUROC of one carrier among the entities of its recording, on average."""
    own = np.take_along_axis(scores, carrier[:, None], 1)
    above = (scores < own).sum(1) + ((scores == own).sum(1) - 1) / 2
    return float((above / (scores.shape[1] - 1)).mean())


def _parts() -> tuple[np.ndarray, np.ndarray]:
    return np.arange(TRAIN), np.arange(TRAIN, TRAIN + VALIDATION)


def _ids(rows: np.ndarray) -> list[str]:
    return [f"r{row}" for row in rows]


def _probability(reading: object) -> np.ndarray:
    found: np.ndarray = reading.ask(QUERY).probability.to_numpy()  # type: ignore[attr-defined]
    return found


def _interval(values: np.ndarray) -> str:
    """Mean over seeds, and its 95 % interval by Student's t."""
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.3f} ({values.mean() - half:.3f} to {values.mean() + half:.3f})"


THEMES = {"mil": mil}
