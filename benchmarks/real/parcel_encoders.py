"""Encoders of parcels beside the paper's, at the same budget: how many questions about words are answered rightly.

Recordings are SIMULATED fMRI: 12 parcels of four components on a grid of 20 mm, two times, unit noise. Each of four words is shown in half of the recordings
and adds a pattern of its own: in one parcel (`local`), or in a Gaussian of 20 mm around one parcel (`spread`), of the same energy. Answers say which
words are there. The plain peer is a ridge classifier for each word on all features; the optimum knows the patterns.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bars.bar import Bar, told
from bars.lab import Lab
from sklearn.linear_model import RidgeClassifierCV

from neurona.decoders import Context, fit
from neurona.decoders.neurona_settings import NeuronaSettings
from neurona.encoders import EncoderSettings
from neurona.encoders.graph_diffusion import GraphDiffusionSettings
from neurona.encoders.nested_atlases import NestedAtlasesSettings
from neurona.encoders.parcel_convolution import ParcelConvolutionSettings
from neurona.encoders.parcel_transformer import ParcelTransformerSettings
from neurona.grounding import Pooling
from neurona.programs import Vocabulary
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities
from neurona.recordings.entities.entities import Measured
from neurona.training import TrainingSettings

GRID_MM = 20.0 * np.stack(np.meshgrid(range(3), range(2), range(2), indexing="ij"), -1).reshape(-1, 3)
COMPONENTS, TIMES = 4, 2
ENERGY = 2.0
"""Norm of a pattern, in deviations of the noise: d' of each word."""
TRAIN, VALIDATION, TEST = 200, 100, 400
SEEDS = 3
EPOCHS = 20
WORDS = Vocabulary(("cat", "face", "house", "shoe"), (), {})
ENCODERS: dict[str, EncoderSettings] = {
    "parcel_convolution": ParcelConvolutionSettings(),
    "parcel_transformer": ParcelTransformerSettings(),
    "graph_diffusion, distance": GraphDiffusionSettings(),
    "graph_diffusion, functional": GraphDiffusionSettings(graph="functional"),
    "nested_atlases": NestedAtlasesSettings(),
}


def parcel_encoders(lab: Lab) -> Iterator[Bar]:
    """Mean accuracy over seeds, and each seed's, of every encoder, the plain peer and the optimum."""
    for spread in (False, True):
        made = [plant(seed, spread) for seed in range(1 if lab.quick else SEEDS)]
        what = "spread" if spread else "local"
        yield _line(f"{what}: optimum", [one[2] for one in made])
        yield _line(f"{what}: ridge classifier", [peer(problem, there) for problem, there, _ in made])
        for name, encoder in ENCODERS.items():
            yield _line(f"{what}: {name}", [learned(problem, there, encoder) for problem, there, _ in made])


def plant(seed: int, spread: bool) -> tuple[Problem, np.ndarray, float]:
    """A problem, the words of each recording, and the accuracy of one who knows the patterns on test recordings."""
    rng, n = np.random.default_rng(seed), TRAIN + VALIDATION + TEST
    there = rng.integers(0, 2, (n, len(WORDS.concepts)))
    distance = np.linalg.norm(GRID_MM[:, None] - GRID_MM[None], axis=-1)[
        rng.choice(len(GRID_MM), there.shape[1], False)
    ]
    weight = np.exp(-(distance**2) / (2 * 20.0**2)) if spread else (distance == 0).astype(float)
    patterns = weight[:, :, None, None] * rng.normal(size=(len(weight), len(GRID_MM), COMPONENTS, TIMES))
    patterns = patterns.reshape(len(patterns), -1)
    patterns *= ENERGY / np.linalg.norm(patterns, axis=1, keepdims=True)
    features = (rng.normal(size=(n, patterns.shape[1])) + there @ patterns).astype(np.float32)
    best = np.linalg.lstsq(patterns.T, features[-TEST:].T, rcond=None)[0].T > 0.5
    ids = [f"r{k}" for k in range(n)]
    rows = [
        (f"{name} {word}", name, f"exists x. {word}(x)", "yes" if said else "no", "object")
        for name, own in zip(ids, there, strict=True)
        for word, said in zip(WORDS.concepts, own, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["question", "recording", "program", "answer", "type"])
    asked = Asked.of(table, WORDS, ids)
    owner = np.repeat(np.arange(len(GRID_MM), dtype=np.int32), COMPONENTS * TIMES)
    channels = tuple(f"c{k}" for k in range(len(GRID_MM) * COMPONENTS))
    measured = Measured(channels, np.repeat(GRID_MM, COMPONENTS, axis=0), 0.5, "fmri")
    names = tuple(f"parcel {k}" for k in range(len(GRID_MM)))
    entities = Entities(features, owner, names, "parcel", GRID_MM, n_times=TIMES, measured=measured)
    train = asked.recording < TRAIN
    validation = ~train & (asked.recording < TRAIN + VALIDATION)
    problem = Problem(entities, WORDS, asked.take(train), asked.take(validation), seed=seed, simulated=True)
    return problem, there, float((best == there[-TEST:]).mean())


def peer(problem: Problem, there: np.ndarray) -> float:
    """A ridge classifier for each word, its penalty chosen by leaving one out."""
    features, known = problem.entities.features, TRAIN + VALIDATION
    models = [RidgeClassifierCV(np.logspace(0, 4, 9)).fit(features[:known], y) for y in there[:known].T]
    found = np.stack([model.predict(features[known:]) for model in models], axis=1)
    return float((found == there[known:]).mean())


def learned(problem: Problem, there: np.ndarray, encoder: EncoderSettings, pooling: Pooling = "logsumexp") -> float:
    """NEURONA's decoder with an encoder; the epoch is chosen on validation questions."""
    settings = NeuronaSettings(encoder=encoder, embedding=16, pooling=pooling, ground_concept_relation=False)
    training = TrainingSettings(epochs=EPOCHS, recordings_per_step=8, learning_rate=3e-3, patience=None)
    decoder = fit(problem, settings, Context(training))
    test = np.arange(TRAIN + VALIDATION, len(there))
    reading = decoder.read(problem.entities.features[test], [f"r{k}" for k in test])
    said = np.stack(
        [reading.ask(f"exists x. {word}(x)").probability.to_numpy() > 0.5 for word in WORDS.concepts], axis=1
    )
    return float((said == there[test]).mean())


def _line(name: str, accuracies: list[float]) -> Bar:
    each = ", ".join(f"{value:.3f}" for value in accuracies)
    return told(f"encoders of parcels, {name} (SIMULATED)", f"{np.mean(accuracies):.3f} ({each})", {"each": accuracies})


THEMES = {"parcel_encoders": parcel_encoders}
