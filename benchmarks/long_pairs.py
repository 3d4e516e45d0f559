"""Does attention over 16,000 tokens know more than gated pooling, of pairs of events 20 minutes apart?

    python benchmarks/long_pairs.py [--seeds N] [--out FILE]

SIMULATED: 16,000 tokens of 8 channels (10 a second, 27 minutes), white noise; two events of a token each, 20 minutes apart (12,000 tokens, 100 more or less), each of kind a or b by lot. Four questions, learned together: is there an a; is there a b; are both events of one kind; and, where they are not, does a come first. What each could know: a single event says nothing of the last two. Gated pooling (M. Ilse, J. Tomczak,
M. Welling 2018, ICML, eq. 8 and 9) gives the mean of the events that its gate finds, in no order. By a linear read-out, as the `neurona` decoder has, it cannot tell (a, a) and (b, b) both from (a, b); with a hidden layer it can, but not
their order, unless tokens know their places (Fourier features, as the encoder `instances` has). Attention with rotary positions could know all. Among 16,000 tokens gated pooling did not find the events by questions alone (seed 0, twelve epochs: AUC of `an a` .54, with a hidden layer .56), so all begin with an
embedding and a gate that gated pooling learned from 1,024 labelled epochs of 64 tokens, of one event or none.

The attention is sparse by blocks of 64 tokens: of each block of queries the keys of its own block and of the three blocks of the highest scores count, where a score is the product of mean query and mean key, of the high and of the low half
of the frequencies of rotary positions apart, each over its own standard deviation (after Prism: spectral-aware block-sparse attention, arXiv:2602.08426, whose two bands it takes); what the blocks left out would add comes by linear attention, with a learned share
(after SLA2, arXiv:2602.12675). One layer, one head; all networks embed tokens alike, and learn alike. Intervals over seeds: Student's t.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score

TOKENS, CHANNELS, APART, LARGE = 16_000, 8, 12_000, 8.0
HIDDEN, SIZE, BLOCK, KEPT = 16, 8, 64, 3
TRAIN, VALIDATION, TEST, EPOCHS, BATCH, RATE = 192, 64, 256, 12, 8, 5e-3

Weights = dict[str, Array]


QUESTIONS = "an a", "a b", "one kind", "a first"


def patterns_of(seed: int) -> np.ndarray:
    """Of the kinds, orthogonal."""
    return np.linalg.qr(np.random.default_rng(500 + seed).normal(size=(CHANNELS, 2)))[0].T


def recordings(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Tokens of all recordings of a seed, and the answers to the questions; NaN where one does not arise."""
    rng, n = np.random.default_rng(seed), TRAIN + VALIDATION + TEST
    kinds = rng.integers(0, 2, (n, 2))
    first = rng.integers(0, TOKENS - APART - 100, n)
    at = np.stack([first, first + APART + rng.integers(-100, 100, n)], axis=1)
    patterns = patterns_of(seed)
    values = rng.standard_normal((n, TOKENS, CHANNELS), np.float32)
    for event in range(2):
        values[np.arange(n), at[:, event]] += LARGE * patterns[kinds[:, event]]
    same = kinds[:, 0] == kinds[:, 1]
    order = np.where(same, np.nan, kinds[:, 0] == 0)
    answers = np.stack([(kinds == 0).any(axis=1), (kinds == 1).any(axis=1), same, order], axis=1)
    return values, answers.astype(np.float32)


def weights(seed: int) -> Weights:
    """Of all networks; each uses its own."""
    shapes = {
        "embed": (CHANNELS, HIDDEN), "embed_bias": (HIDDEN,), "out": (HIDDEN, SIZE), "gate": (SIZE, HIDDEN), "gate_u": (SIZE, HIDDEN), "gate_w": (HIDDEN,),
        "query": (SIZE, SIZE), "key": (SIZE, SIZE), "value": (SIZE, SIZE), "share": (), "mix": (2 * SIZE, HIDDEN), "mix_bias": (HIDDEN,), "mixed": (HIDDEN, SIZE), "placed": (2 * SIZE, HIDDEN), "placed_bias": (HIDDEN,), "placed_out": (HIDDEN, SIZE),
        "head": (SIZE, HIDDEN), "head_bias": (HIDDEN,), "head_out": (HIDDEN, 4), "linear": (SIZE, 4), "bias": (4,),
    }  # fmt: skip
    keys = jax.random.split(jax.random.key(seed), len(shapes))
    return {
        name: jax.random.normal(key, shape) / np.sqrt(shape[0] if shape else 1) * (not name.endswith("bias"))
        for key, (name, shape) in zip(keys, shapes.items(), strict=True)
    }


def embedded(w: Weights, tokens: Float[Array, "token channel"]) -> Float[Array, "token size"]:
    """Every token by itself."""
    return jax.nn.relu(tokens @ w["embed"] + w["embed_bias"]) @ w["out"]


def pooled(w: Weights, own: Float[Array, "token size"], values: Float[Array, "token size"]) -> Float[Array, " size"]:
    """The mean of values, weighed by the gate of each token's own embedding."""
    gate = (jnp.tanh(own @ w["gate"]) * jax.nn.sigmoid(own @ w["gate_u"])) @ w["gate_w"]
    return jax.nn.softmax(gate) @ values


def linear(w: Weights, pool: Float[Array, " size"]) -> Float[Array, "4"]:
    """Logits of yes."""
    return pool @ w["linear"] + w["bias"]


def hidden(w: Weights, pool: Float[Array, " size"]) -> Float[Array, "4"]:
    """By a hidden layer."""
    return jax.nn.relu(pool @ w["head"] + w["head_bias"]) @ w["head_out"] + w["bias"]


def gated_linear(w: Weights, tokens: Float[Array, "token channel"]) -> Float[Array, "4"]:
    """Gated pooling with a linear read-out."""
    own = embedded(w, tokens)
    return linear(w, pooled(w, own, own))


def gated_hidden(w: Weights, tokens: Float[Array, "token channel"]) -> Float[Array, "4"]:
    """Gated pooling with a hidden layer."""
    own = embedded(w, tokens)
    return hidden(w, pooled(w, own, own))


def gated_placed(w: Weights, tokens: Float[Array, "token channel"]) -> Float[Array, "4"]:
    """The same of tokens that know when they were, by sines and cosines of one to eight periods in 32,000 tokens."""
    own, phase = embedded(w, tokens), np.arange(len(tokens))[:, None] * 2 * np.pi / 32_000 * np.array([1, 2, 4, 8])
    placed = jnp.concatenate([own, np.cos(phase), np.sin(phase)], axis=1)
    return hidden(w, pooled(w, own, jax.nn.relu(placed @ w["placed"] + w["placed_bias"]) @ w["placed_out"]))


def attention(w: Weights, tokens: Float[Array, "token channel"]) -> Float[Array, "4"]:
    """Gated pooling, with a hidden layer, of tokens that have looked at others."""
    own = embedded(w, tokens)
    both = jnp.concatenate([own, block_sparse(w, own)], axis=1)
    return hidden(w, pooled(w, own, jax.nn.relu(both @ w["mix"] + w["mix_bias"]) @ w["mixed"]))


def block_sparse(w: Weights, own: Float[Array, "token size"]) -> Float[Array, "token size"]:
    """What each token sees in the blocks that its block looks at, and of the others by linear attention."""
    query, key, value = (own @ w[name] for name in ("query", "key", "value"))
    blocks = partial(jnp.reshape, shape=(-1, BLOCK, SIZE))
    q, k, v = blocks(rotated(query)), blocks(rotated(key)), blocks(value)
    score = jax.lax.stop_gradient(jnp.maximum(*(_importance(q[..., band], k[..., band]) for band in BANDS)))
    score = jnp.where(jnp.eye(len(q), dtype=bool), jnp.inf, score)
    chosen = jax.lax.top_k(score, KEPT + 1)[1]
    seen_k, seen_v = (one[chosen].reshape(len(q), -1, SIZE) for one in (k, v))
    sparse = jax.nn.softmax(jnp.einsum("bqs,bks->bqk", q, seen_k) / np.sqrt(SIZE), axis=2) @ seen_v
    feature = jax.nn.softmax(query, axis=1), jax.nn.softmax(key, axis=1)
    linear = feature[0] @ (feature[1].T @ value) / (feature[0] @ feature[1].sum(axis=0))[:, None]
    share = jax.nn.sigmoid(w["share"])
    return share * sparse.reshape(-1, SIZE) + (1 - share) * linear


BANDS = np.r_[0:2, 4:6], np.r_[2:4, 6:8]
"""Features of the high and of the low frequencies (`rotated`: the second half of the features goes with the first)."""


def rotated(tokens: Float[Array, "token size"]) -> Float[Array, "token size"]:
    """Rotary positions, periods from 6 to 100,000 tokens (J. Su et al. 2021, RoFormer)."""
    half = SIZE // 2
    phase = np.arange(len(tokens))[:, None] / np.geomspace(1, 16_000, half)
    cos, sin, a, b = np.cos(phase), np.sin(phase), tokens[:, :half], tokens[:, half:]
    return jnp.concatenate([a * cos - b * sin, a * sin + b * cos], axis=1)


def _importance(
    q: Float[Array, "block token size"], k: Float[Array, "block token size"]
) -> Float[Array, "block block"]:
    score = q.mean(axis=1) @ k.mean(axis=1).T
    return score / (score.std() + 1e-6)


def begun(seed: int) -> Weights:
    """Weights of a network that finds events in short epochs; the same for all networks of a seed."""
    rng, patterns, n = np.random.default_rng(1000 + seed), patterns_of(seed), 1024
    kind = rng.integers(0, 3, n)
    values = rng.standard_normal((n, 64, CHANNELS), np.float32)
    values[np.arange(n), rng.integers(0, 64, n)] += LARGE * np.vstack([patterns, np.zeros(CHANNELS)])[kind]
    answers = np.stack([kind == 0, kind == 1], axis=1).astype(np.float32)
    optimiser, w = optax.adam(RATE), weights(seed)
    state = optimiser.init(w)

    @jax.jit
    def step(w: Weights, state: Any, x: Array, y: Array) -> tuple[Weights, Any]:
        def loss(w: Weights) -> Array:
            said = jax.vmap(partial(gated_linear, w))(x)[:, :2]
            return optax.sigmoid_binary_cross_entropy(said, y).mean()

        update, state = optimiser.update(jax.grad(loss)(w), state)
        return optax.apply_updates(w, update), state

    for _ in range(40):
        for rows in rng.permutation(n).reshape(-1, 64):
            w, state = step(w, state, values[rows], answers[rows])
    return w


def learned(network: Callable[..., Array], seed: int, values: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """AUC of each question on test recordings after the epoch of the lowest validation loss, and CPU seconds."""
    optimiser, start = optax.adam(RATE), time.process_time()
    w = begun(seed)
    state = optimiser.init(w)
    logits = jax.jit(lambda w, x: jax.lax.map(partial(network, w), x))

    def loss(said: Array, y: Array) -> Array:
        each = optax.sigmoid_binary_cross_entropy(said, jnp.nan_to_num(y))
        return jnp.where(jnp.isnan(y), 0, each).sum(axis=1).mean()

    @jax.jit
    def step(w: Weights, state: Any, x: Array, y: Array) -> tuple[Weights, Any]:
        slope = jax.grad(lambda w: loss(jax.lax.map(jax.checkpoint(partial(network, w)), x), y))(w)
        update, state = optimiser.update(slope, state)
        return optax.apply_updates(w, update), state

    held, test = slice(TRAIN, TRAIN + VALIDATION), slice(TRAIN + VALIDATION, None)
    best, kept, rng = np.inf, w, np.random.default_rng(seed)
    for _ in range(EPOCHS):
        for rows in rng.permutation(TRAIN).reshape(-1, BATCH):
            w, state = step(w, state, values[rows], answers[rows])
        now = float(loss(logits(w, values[held]), answers[held]))
        if now < best:
            best, kept = now, w
    said, found = np.asarray(logits(kept, values[test])), {"cpu_s": time.process_time() - start}
    for k, question in enumerate(QUESTIONS):
        asked = ~np.isnan(answers[test][:, k])
        found[question] = float(roc_auc_score(answers[test][asked, k], said[asked, k]))
    return found


NETWORKS = {
    "gated pooling": gated_linear,
    "gated pooling, hidden layer": gated_hidden,
    "gated pooling, hidden layer, places": gated_placed,
    "block-sparse attention": attention,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, help="JSON of all figures")
    given = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = {name: [] for name in NETWORKS}
    for seed in range(given.seeds):
        values, answers = recordings(seed)
        for name, network in NETWORKS.items():
            found[name].append(learned(network, seed, values, answers))
            print(seed, name, found[name][-1], flush=True)
    for name, ones in found.items():
        for question in QUESTIONS:
            auc = np.array([one[question] for one in ones])
            half = student.ppf(0.975, len(auc) - 1) * auc.std(ddof=1) / np.sqrt(len(auc)) if len(auc) > 1 else np.nan
            print(
                f"{name}, {question}: AUC {auc.mean():.3f} ({auc.mean() - half:.3f} to {auc.mean() + half:.3f}) (SIMULATED)"
            )
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
