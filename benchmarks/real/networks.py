"""Our networks for M/EEG beside braindecode's: the same numbers, in less time (extra `bench`; without it, its recorded numbers and no times)."""

from __future__ import annotations

import importlib.util
import json
import os
import time
from collections.abc import Callable, Iterator

import braindecode_parity as parity
import jax
import jax.numpy as jnp
import numpy as np
import optax
from bars.bar import Bar, at_least, at_most, told
from bars.lab import Lab
from flax import nnx

from neurona.encoders import ENCODERS

RECORDINGS, CHANNELS, TIMES, BATCH, CLASSES, EPOCHS = 256, 22, 1000, 32, 4, 5
"""SIMULATED white noise of the size of BCI competition IV's set 2a, one session: 4 s of 22 electrodes at 250 Hz."""
FASTER = 2.0


def networks(lab: Lab) -> Iterator[Bar]:
    """Parity of four networks, and an epoch of EEGNet."""
    installed = all(importlib.util.find_spec(name) for name in ("torch", "braindecode"))
    recorded = json.loads(parity.RECORDED.read_text())
    for kind in parity.OURS:
        count, outputs = recorded[kind]["parameters"], np.array(recorded[kind]["outputs"])
        if installed:
            count, outputs = parity.theirs(kind)
        error = float(np.abs(parity.outputs(kind) - outputs).max()) + abs(parity.parameters(kind) - count)
        beside = "braindecode" if installed else "braindecode's recorded numbers"
        yield at_most(f"{kind}: parameters and outputs beside {beside}", error, 1e-4, 7, {"parameters": count})
    if not installed:
        yield told("an epoch of EEGNet beside braindecode's (SIMULATED)", "torch or braindecode is not installed")
        return
    rng = np.random.default_rng(0)
    recordings = rng.normal(size=(RECORDINGS, CHANNELS, TIMES)).astype(np.float32)
    labels = rng.integers(0, CLASSES, RECORDINGS)
    # Torch is quicker on one core than on several that are busy, so it has both; the quickest epoch of each is free of what else ran.
    runs = _ours(recordings, labels), _theirs(recordings, labels, 1), _theirs(recordings, labels, _cores())
    times = [[_timed(run) for run in runs] for _ in range(EPOCHS + 1)][1:]  # the first compiles
    mine, one_core, all_cores = (min(column) for column in zip(*times, strict=True))
    other = min(one_core, all_cores)
    figures = {"ours_s": mine, "braindecode_one_core_s": one_core, "braindecode_s": all_cores, "cores": _cores()}
    yield at_least("an epoch of EEGNet, times faster than braindecode's (SIMULATED)", other / mine, FASTER, 1, figures)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _timed(epoch: Callable[[], None]) -> float:
    start = time.perf_counter()
    epoch()
    return time.perf_counter() - start


def _ours(recordings: np.ndarray, labels: np.ndarray) -> Callable[[], None]:
    settings = ENCODERS["eegnet"](**parity.OURS["eegnet"])
    network = settings.build(parity.head(CHANNELS, TIMES), CLASSES, rngs=nnx.Rngs(0))
    graph, params, rest = nnx.split(network, nnx.Param, ...)
    optimiser = optax.adam(1e-3)
    values, targets = jnp.asarray(recordings), jnp.asarray(labels)

    def loss(params, rest, rows, key):
        model = nnx.merge(graph, *jax.tree.map(lambda a: a, (params, rest)))
        scores = model(values[rows], nnx.Rngs(dropout=key))[:, 0]
        losses = optax.softmax_cross_entropy_with_integer_labels(scores, targets[rows])
        return losses.mean(), nnx.split(model, nnx.Param, ...)[2]

    @jax.jit
    def epoch(params, rest, state, key):
        def one(carry, step):
            params, rest, state = carry
            gradient, rest = jax.grad(loss, has_aux=True)(params, rest, *step)
            updates, state = optimiser.update(gradient, state, params)
            return (optax.apply_updates(params, updates), rest, state), None

        order, keys = jax.random.permutation(key, RECORDINGS), jax.random.split(key, RECORDINGS // BATCH)
        return jax.lax.scan(one, (params, rest, state), (order.reshape(-1, BATCH), keys))[0]

    carry, done = (params, rest, optimiser.init(params)), 0

    def run() -> None:
        nonlocal carry, done
        carry, done = jax.block_until_ready(epoch(*carry, jax.random.key(done))), done + 1

    return run


def _theirs(recordings: np.ndarray, labels: np.ndarray, threads: int) -> Callable[[], None]:
    import torch

    network = parity.their_network("eegnet", CHANNELS, TIMES, n_outputs=CLASSES)
    optimiser, loss = torch.optim.Adam(network.parameters(), 1e-3), torch.nn.CrossEntropyLoss()
    values, targets = torch.tensor(recordings), torch.tensor(labels)
    network.train()

    def run() -> None:
        torch.set_num_threads(threads)
        for rows in torch.randperm(RECORDINGS).split(BATCH):
            optimiser.zero_grad()
            loss(network(values[rows]), targets[rows]).backward()
            optimiser.step()

    return run


THEMES = {"networks": networks}
