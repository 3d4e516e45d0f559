"""SIMULATED: a problem of a few dozen recordings, and a linear decoder with relations that compiles in a second.

Run as a script (python tiny.py FOLDER SETTINGS [EPOCHS]) it trains and writes what came out, for tests that need a process of their own:
one that is killed after so many epochs, one with many devices, one of many.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from flax import nnx

from neurona.execution import RelationScores, Scores, execute, get_logic
from neurona.programs import Vocabulary
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities
from neurona.training import MeshSettings, TrainingSettings, join, train
from neurona.training.logs import Log

WORDS = Vocabulary(("cat", "dog", "red"), ("hold", "ride"), {"Action": ("hold", "ride")})
TEXTS = (
    ("exists x. {a}(x)", "object"),
    ("exists x. red(x) & {a}(x)", "attribute"),
    ("exists x. {a}(x) & {r}(x, the y. {b}(y))", "relation"),
    ("describe Action(the x. {a}(x), the y. {b}(y))", "action"),
)
ENTITIES, TIMES, CHANNELS = 3, 2, 6


def table(n, rng, most=7):
    """Up to `most` questions about each of n recordings; some have none."""
    rows = []
    for k in range(n):
        for _ in range(rng.integers(0, most + 1)):
            text, kind = TEXTS[rng.integers(len(TEXTS))]
            a, b = rng.permutation(("cat", "dog"))
            program = text.format(a=a, b=b, r=rng.choice(WORDS.relations))
            answers = WORDS.relations if kind == "action" else ("no", "yes")
            rows.append((f"q{len(rows)}", f"r{k}", program, str(rng.choice(answers)), kind))
    return pd.DataFrame(rows, columns=["question", "recording", "program", "answer", "type"])


def problem(n=40, seed=0, validation=True):
    """Answers are drawn at random: to be learned by heart."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, CHANNELS * TIMES)).astype(np.float32)
    owner = np.repeat(np.arange(CHANNELS) % ENTITIES, TIMES)
    entities = Entities(features, owner, tuple("pqs"), "parcel", n_times=TIMES)
    asked = Asked.of(table(n, rng), WORDS, [f"r{k}" for k in range(n)])
    held = asked.recording % 4 == 3
    return Problem(
        entities, WORDS, asked.take(~held), asked.take(held if validation else held & False), seed=seed, simulated=True
    )


def inputs(of):
    return of.entities.features.reshape(-1, CHANNELS, TIMES)


class Linear(nnx.Module):
    """Every score is linear in the recording; words are scored as the batch asks for them."""

    def __init__(self, seed=0):
        rngs = nnx.Rngs(seed)
        shape = (TIMES * CHANNELS, ENTITIES)
        self.concepts = nnx.Param(0.1 * jax.random.normal(rngs.params(), (len(WORDS.concepts), *shape)))
        self.relations = nnx.Param(0.1 * jax.random.normal(rngs.params(), (len(WORDS.relations), 3, *shape)))

    def __call__(self, recordings, programs, rngs=None):
        flat = recordings.reshape(len(recordings), -1)
        if programs.concepts is None:
            unary = jnp.einsum("nf,cfp->ncp", flat, self.concepts[...])
            parts = jnp.einsum("nf,ckfp->kncp", flat, self.relations[...])
        else:
            unary = jnp.einsum("nf,ncfp->ncp", flat, self.concepts[...][programs.concepts])
            parts = jnp.einsum("nf,nckfp->kncp", flat, self.relations[...][programs.relations])
        return execute(programs, Scores(unary, RelationScores(*parts, parts[2])), get_logic("product"))


class Stateful(Linear):
    """Drops inputs in training, and counts the steps of training as moments of batches are kept."""

    def __init__(self, seed=0):
        super().__init__(seed)
        self.steps = nnx.BatchStat(jnp.zeros(()))

    def __call__(self, recordings, programs, rngs=None):
        if rngs is not None:
            self.steps[...] = self.steps[...] + 1
            recordings = nnx.Dropout(0.2)(recordings, deterministic=False, rngs=rngs)
        return super().__call__(recordings, programs)


SETTINGS = TrainingSettings(epochs=6, recordings_per_step=8, learning_rate=0.05, checkpoint_epochs=2, selection="last")


@partial(jax.jit, static_argnums=0)
def _answered(graph, state, recordings, programs):
    return nnx.merge(graph, state)(recordings, programs)


def answered(model, recordings, programs):
    """What a network answers, compiled: one operation after another would be compiled one after another."""
    return _answered(*nnx.split(model), recordings, programs)


def killed_after(epochs):
    """The process ends itself, as by kill -9, once so many epochs are logged."""
    write = Log.write

    def written(log, row):
        write(log, row)
        if row["epoch"] == epochs - 1:
            os.kill(os.getpid(), signal.SIGKILL)

    Log.write = written


def started(folder, devices=1, kill="", **chosen):
    """Training in a process of its own, which sees so many devices."""
    flags = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, __file__, str(folder), json.dumps(chosen), *([str(kill)] if kill else [])]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(process):
    """What such a process found."""
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error[-2000:]
    return json.loads(out.splitlines()[-1])


def agrees(found, expected):
    """Whether two such results are the same to float tolerance."""
    for name in ("train_loss", "validation_loss", "train_accuracy"):
        np.testing.assert_allclose(found["history"][name], expected["history"][name], atol=1e-5)
    for a, b in zip(found["parameters"], expected["parameters"], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def told(found):
    """History, without what the clock says, and parameters."""
    leaves = jax.tree.leaves(nnx.state(found.model))
    numbers = found.history.drop(columns=["seconds", "questions_per_s"]).to_dict("list")
    return {"history": numbers, "parameters": [np.asarray(leaf).ravel().tolist() for leaf in leaves]}


def main(folder, chosen="{}", kill=""):
    """Train with the settings chosen, as JSON, the network and the problem's seed among them."""
    chosen = json.loads(chosen)
    kind = {"linear": Linear, "stateful": Stateful}[chosen.pop("network", "linear")]
    seed = chosen.pop("seed", 0)
    settings = replace(SETTINGS, **{**chosen, "mesh": MeshSettings(**chosen.get("mesh", {}))})
    join(settings)
    if kill:
        killed_after(int(kill))
    saved = None if folder == "-" else Path(folder)
    lesson = problem(seed=seed)
    found = train(kind, inputs(lesson), lesson, settings, asked_only=True, folder=saved)
    print(json.dumps(told(found)))


if __name__ == "__main__":
    main(*sys.argv[1:])
