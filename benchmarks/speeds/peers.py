"""Peers in the same run: what a user of scikit-learn would take for the same job, and the same answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from bars.bar import Bar, at_least, told
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifierCV

import neurona as nr
from speeds.bench import Clock, Speeds

CLASSES = 8


def peers(speeds: Speeds) -> Iterator[Bar]:
    """SIMULATED: eight kinds of recordings in correlated noise; `ConceptDecoder` beside LDA with shrinkage and ridge, fit and prediction."""
    rows, features = (240, 400) if speeds.quick else (960, 1000)
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(CLASSES), 2 * rows // CLASSES)
    mixing = rng.standard_normal((features, features)) / np.sqrt(features)
    noise = rng.standard_normal((len(labels), features)) @ (np.eye(features) + mixing)
    x = noise + 0.12 * rng.standard_normal((CLASSES, features))[labels]
    order = rng.permutation(len(labels))
    train, test = order[:rows], order[rows:]
    names = np.array([f"kind{k}" for k in range(CLASSES)])[labels]
    models = {
        "linear_evidence": nr.ConceptDecoder(decoder="linear_evidence"),
        "LDA": LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
        "ridge": RidgeClassifierCV(np.logspace(0, 6, 12)),
    }
    right = {}
    for name, model in models.items():
        with Clock() as clock:
            model.fit(x[train], names[train])
            right[name] = float((model.predict(x[test]) == names[test]).mean())
        yield told(
            f"{name}, CPU seconds of fit and prediction",
            f"{clock.cpu:.2f}",
            {"accuracy": right[name], "wall_s": clock.wall},
        )
    best = max(value for name, value in right.items() if name != "linear_evidence")
    yield at_least("linear_evidence, accuracy less the best peer's", right["linear_evidence"] - best, -0.02)
