"""Peers in the same run: what a user of scikit-learn, himalaya or braindecode would take for the same job, and how often each is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
from bars.bar import Bar, at_least, told
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifierCV

import neurona as nr
from neurona.decoders.neurona_settings import NeuronaSettings
from neurona.encoders import ENCODERS
from neurona.training.settings import TrainingSettings
from speeds.bench import Clock, Speeds

CLASSES, BATCH, RATE = 8, 32, 1e-3
NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "eegnet": ("EEGNet", {"kernel": 64, "dropout": 0.25}),
    "shallow_fbcsp": ("ShallowFBCSPNet", {}),
}
"""Each with braindecode's name, and with braindecode's settings where ours are others."""


def peers(speeds: Speeds) -> Iterator[Bar]:
    """Recordings as features, then EEG as channels in time."""
    yield from _features(speeds.quick)
    yield from _networks(speeds.quick)


def _features(quick: bool) -> Iterator[Bar]:
    """SIMULATED: eight kinds of recordings in correlated noise; `ConceptDecoder` beside LDA with shrinkage and ridge, fit and prediction."""
    rows, features = (240, 400) if quick else (960, 1000)
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
    if find_spec("himalaya"):
        models["himalaya ridge"] = _Himalaya()
    else:
        yield told("himalaya ridge", "not installed: pip install 'neurona[bench]'")
    right = {}
    for name, model in models.items():
        with Clock() as clock:
            model.fit(x[train], names[train])
            right[name] = float((model.predict(x[test]) == names[test]).mean())
        yield _line(f"{name}, CPU seconds of fit and prediction, share right", clock, right[name])
    best = max(value for name, value in right.items() if name != "linear_evidence")
    yield at_least("linear_evidence, accuracy less the best peer's", right["linear_evidence"] - best, -0.02)


class _Himalaya:
    """Ridge of himalaya (T. Dupre la Tour et al. 2022), a penalty for each label's indicator by cross-validation; the largest prediction is the label."""

    def fit(self, x: np.ndarray, names: np.ndarray) -> None:
        from himalaya.ridge import RidgeCV

        self._names, which = np.unique(names, return_inverse=True)
        self._ridge = RidgeCV(alphas=np.logspace(0, 6, 12), cv=5, solver_params={"warn": False}).fit(
            x, np.eye(len(self._names))[which]
        )

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self._names[self._ridge.predict(x).argmax(axis=1)]


def _networks(quick: bool) -> Iterator[Bar]:
    """SIMULATED EEG, four rhythms of four places: EEGNet and ShallowFBCSP as `neurona` trains them from answers, beside braindecode's in PyTorch. Most of the time of ours is compilation at these sizes."""
    if not (find_spec("braindecode") and find_spec("torch")):
        yield told("braindecode", "not installed: pip install 'neurona[bench]'")
        return
    trials, epochs = (200, 15) if quick else (600, 30)
    rng = np.random.default_rng(0)
    label = rng.permutation(np.arange(2 * trials) % 4)
    time = np.arange(512) / 128
    phase = 2 * np.pi * rng.random((2 * trials, 1))
    rhythm = np.sin(2 * np.pi * np.array([8.0, 12.0, 18.0, 26.0])[label, None] * time + phase)
    x = (
        rng.standard_normal((2 * trials, 16, 512))
        + 0.5 * rng.standard_normal((4, 16))[label, :, None] * rhythm[:, None]
    )
    x = x.astype(np.float32)
    names = [f"rhythm{k}" for k in label]
    for kind, (theirs, _) in NETWORKS.items():
        right = {}
        ways: dict[str, Callable[[], Any]] = {
            f"{kind} in neurona": lambda kind=kind: _ours(kind, x, names, trials, epochs),
            f"{theirs} of braindecode": lambda theirs=theirs: _braindecode(theirs, x, label, trials, epochs),
        }
        for name, way in ways.items():
            with Clock() as clock:
                found = way()
            right[name] = float((found == label[trials:]).mean())
            yield _line(
                f"{name}, CPU seconds of {epochs} epochs of {trials} trials with compilation, share right",
                clock,
                right[name],
            )
        ours, peer = right.values()
        yield at_least(f"{kind}, accuracy less braindecode's", ours - peer, -0.05)


def _ours(kind: str, x: np.ndarray, names: list[str], trials: int, epochs: int) -> np.ndarray:
    settings = NeuronaSettings(encoder=ENCODERS[kind](**NETWORKS[kind][1]))
    training = TrainingSettings(epochs, BATCH, learning_rate=RATE, schedule="constant", selection="last", patience=None)
    data = nr.Dataset.from_arrays(x[:trials], names[:trials], simulated=True, sampling_hz=128.0)
    decoder = nr.fit(data, settings, entities="whole", training=training)
    later = nr.Dataset.from_arrays(x[trials:], simulated=True, sampling_hz=128.0)
    category = next(iter(data.vocabulary.categories))
    said = decoder.read(later).ask(f"describe {category}").answer
    return said.str.removeprefix("rhythm").astype(int).to_numpy()


def _braindecode(kind: str, x: np.ndarray, label: np.ndarray, trials: int, epochs: int) -> np.ndarray:
    import braindecode.models
    import torch

    torch.manual_seed(0)
    model = getattr(braindecode.models, kind)(n_chans=x.shape[1], n_outputs=4, n_times=x.shape[2])
    scaled = torch.tensor((x - x[:trials].mean(axis=0)) / x[:trials].std(axis=0))
    target, optimiser = torch.tensor(label), torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.01)
    for _ in range(epochs):
        model.train()
        for rows in torch.randperm(trials).split(BATCH):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(model(scaled[rows]), target[rows]).backward()
            optimiser.step()
    model.eval()
    with torch.no_grad():
        found: np.ndarray = torch.cat([model(part) for part in scaled[trials:].split(100)]).argmax(dim=1).numpy()
    return found


def _line(what: str, clock: Clock, right: float) -> Bar:
    return told(what, f"{clock.cpu:.2f}, {right:.3f}", {"accuracy": right, "wall_s": clock.wall})
