"""Every registered encoder keeps the contract of `neurona/encoders/encoder.py`. It is under this suite by being registered.

One small signal of five entities of one to four channels, so that no other axis of a network is five long. An encoder that needs longer
signals by default has smaller sizes in `SMALL`, or entities of its own in `SIGNALS`.
"""

import json
from dataclasses import replace
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from neurona.encoders import ENCODERS, Members, Signal
from neurona.exporting.graph import traced
from neurona.exporting.runtime.graph import Graph
from neurona.training.weights import weights_of, with_weights

P, CHANNELS, TIMES, EMBEDDING, N = 5, 13, 64, 8, 6
OWN = ((0, 1), (2, 3, 4), (5,), (6, 7, 8, 9), (10, 11, 12))
SIGNAL = Signal(
    tuple(f"channel {k}" for k in range(CHANNELS)),
    TIMES,
    tuple("pqrst"),
    tuple(Members(own, 0, TIMES) for own in OWN),
    tuple(map(tuple, np.random.default_rng(0).normal(size=(CHANNELS, 3)).tolist())),
    64.0,
    "eeg",
)
ENTITY = 1
READING = jnp.ones(EMBEDDING) / EMBEDDING
SMALL = {
    "deep4": {"filters": (4, 6, 8), "kernel": 4, "pool": 2, "dropout": 0.1},
    "eegconformer": {"width": 8, "kernel": 9, "pool": 16, "stride": 8, "layers": 1, "heads": 2, "dropout": 0.1},
    "eegnet": {"f1": 4, "kernel": 16, "dropout": 0.1},
    "shallow_fbcsp": {"filters_time": 4, "filters_space": 4, "kernel": 9, "pool": 16, "stride": 8, "dropout": 0.1},
    "spatial_attention": {"harmonics": 3, "virtual": 6, "width": 8, "blocks": 1},
}
SIGNALS = {"instances": replace(SIGNAL, members=tuple(Members((2 * k, 2 * k + 1), 0, TIMES) for k in range(P)))}

# Compiling takes longer than running networks of this size.
quick = partial(jax.jit, compiler_options={"xla_backend_optimization_level": 0})
encoders = pytest.mark.parametrize("kind", ENCODERS)
# What compiles more than a pass forward: of every encoder among the long checks, of one every time.
ONE = "shallow_fbcsp"
one_encoder = pytest.mark.parametrize(
    "kind", [kind if kind == ONE else pytest.param(kind, marks=pytest.mark.slow) for kind in ENCODERS]
)


def signal(kind):
    return SIGNALS.get(kind, SIGNAL)


def settings(kind):
    return ENCODERS[kind](**SMALL.get(kind, {}))


@cache
def recordings(kind, seed=0):
    of = signal(kind)
    return jax.random.normal(jax.random.key(seed), (N, len(of.channels), of.n_times))


@cache
def built(kind, seed=0, of=None):
    """Structure and state of an encoder that has seen its training recordings."""
    encoder = settings(kind).build(of or signal(kind), EMBEDDING, rngs=nnx.Rngs(seed))
    encoder.prepare(recordings(kind))
    return nnx.split(encoder)


@cache
def compiled(kind, of=None):
    """state, recordings -> embeddings."""
    graph = built(kind, of=of)[0]
    return quick(lambda state, values: nnx.merge(graph, state)(values))


@cache
def training_pass(kind):
    """(parameters, a reading), state, recordings, targets, seed -> loss of the reading of one entity, state left; and the gradient."""
    graph = nnx.split(nnx.merge(*built(kind)), nnx.Param, ...)[0]

    def loss(params, rest, values, targets, seed):
        # Variables are copied, so that they may be changed where gradients are taken.
        encoder = nnx.merge(graph, *jax.tree.map(lambda a: a, (params[0], rest)))
        found = encoder(values, nnx.Rngs(dropout=jax.random.key(seed)))[:, ENTITY] @ params[1]
        return optax.sigmoid_binary_cross_entropy(found, targets).mean(), nnx.split(encoder, nnx.Param, ...)[2]

    return quick(jax.value_and_grad(loss, has_aux=True))


def parts(kind):
    return nnx.split(nnx.merge(*built(kind)), nnx.Param, ...)[1:]


def embeddings(kind, values):
    return np.asarray(compiled(kind)(built(kind)[1], values))


@encoders
def test_numpy_computes_alike_what_is_exported(kind):
    graph, state = built(kind)
    flat = {".".join(map(str, path)): (path, one) for path, one in nnx.to_flat_state(state)}

    def function(weights, values):
        own = nnx.from_flat_state({path: one.replace(weights[name]) for name, (path, one) in flat.items()})
        return {"found": nnx.merge(graph, own)(values)}

    weights, values = {name: np.asarray(one[...]) for name, (_, one) in flat.items()}, np.asarray(recordings(kind))
    found = traced(function, weights, {"values": jax.ShapeDtypeStruct(values.shape, values.dtype)})
    there = Graph(json.loads(json.dumps(found.plain)), weights | found.constants)(values=values)["found"]
    np.testing.assert_allclose(there, embeddings(kind, values), rtol=1e-4, atol=1e-5)


@encoders
def test_each_entity_of_each_recording_has_an_embedding(kind):
    found = embeddings(kind, recordings(kind))
    assert found.shape == (N, len(signal(kind).members), EMBEDDING)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert found.std(axis=0).max() > 0


@encoders
def test_an_entity_depends_on_its_own_members_and_on_all_of_them(kind):
    of, values = signal(kind), recordings(kind)
    before = embeddings(kind, values)
    mixes = type(nnx.merge(*built(kind))).mixes
    for p, own in enumerate(of.members):
        other = recordings(kind, seed=1)
        inside = np.zeros(values.shape[1:], bool)
        inside[list(own.channels), own.start : own.stop] = True
        outside = embeddings(kind, jnp.where(inside[None], values, other))
        if not mixes:
            np.testing.assert_allclose(outside[:, p], before[:, p], rtol=1e-5, atol=1e-5)
        for channel in own.channels:
            mine = np.zeros_like(inside)
            mine[channel, own.start : own.stop] = True
            changed = embeddings(kind, jnp.where(mine[None], other, values))
            assert np.abs(changed[:, p] - before[:, p]).max() > 1e-6


@one_encoder
def test_entities_in_another_order_have_the_same_embeddings(kind):
    """Parameters and state that an entity has for itself stand along the first axis, and move with it."""
    of, order = signal(kind), np.array([3, 0, 4, 1, 2])
    turned = replace(of, entities=tuple(of.entities[k] for k in order), members=tuple(of.members[k] for k in order))
    state = jax.tree.map(lambda a: a[order] if a.shape[:1] == (P,) else a, built(kind)[1])
    found = compiled(kind, of=turned)(state, recordings(kind))
    np.testing.assert_allclose(found, embeddings(kind, recordings(kind))[:, order], rtol=1e-4, atol=1e-5)


@encoders
def test_recordings_of_a_batch_know_nothing_of_each_other(kind):
    values, others = recordings(kind), recordings(kind, seed=1)
    among = embeddings(kind, values)
    np.testing.assert_allclose(embeddings(kind, others.at[2].set(values[2]))[2], among[2], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(embeddings(kind, values[::-1]), among[::-1], rtol=1e-4, atol=1e-5)


@one_encoder
def test_every_parameter_has_a_finite_gradient_and_most_are_not_zero(kind):
    params, rest = parts(kind)
    values, targets, _ = planted(kind)
    _, gradient = training_pass(kind)((params, READING), rest, values, targets, 0)
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(gradient)]
    assert all(np.isfinite(leaf).all() for leaf in leaves)
    assert sum(bool(leaf.any()) for leaf in leaves) > len(leaves) / 2
    # Silence has no deviation to divide by.
    _, silent = training_pass(kind)((params, READING), rest, jnp.zeros_like(values), targets, 0)
    assert all(np.isfinite(np.asarray(leaf)).all() for leaf in jax.tree.leaves(silent))


@one_encoder
def test_the_same_seed_gives_the_same_weights_embeddings_and_steps(kind):
    encoder = settings(kind).build(signal(kind), EMBEDDING, rngs=nnx.Rngs(0))
    encoder.prepare(recordings(kind))
    jax.tree.map(np.testing.assert_array_equal, built(kind)[1], nnx.split(encoder)[1])
    np.testing.assert_array_equal(embeddings(kind, recordings(kind)), embeddings(kind, recordings(kind)))
    params, rest = parts(kind)
    values, targets, _ = planted(kind)
    one, two = (training_pass(kind)((params, READING), rest, values, targets, 3) for _ in range(2))
    jax.tree.map(np.testing.assert_array_equal, one, two)


@one_encoder
def test_one_by_one_under_vmap_they_are_the_same_as_in_a_batch(kind):
    graph, state = built(kind)
    one_by_one = quick(jax.vmap(lambda one: nnx.merge(graph, state)(one[None])[0]))
    found = one_by_one(recordings(kind)[:3])
    np.testing.assert_allclose(found, embeddings(kind, recordings(kind))[:3], rtol=1e-3, atol=1e-4)


@one_encoder
def test_bfloat16_stays_bfloat16_and_near(kind):
    graph, state = built(kind)
    state, values = jax.tree.map(
        lambda a: a.astype(jnp.bfloat16) if jnp.issubdtype(a.dtype, jnp.floating) else a, (state, recordings(kind))
    )
    found = quick(lambda state, values: nnx.merge(graph, state)(values))(state, values)
    assert found.dtype == jnp.bfloat16
    expected = embeddings(kind, recordings(kind))
    assert np.abs(np.asarray(found, np.float32) - expected).max() < 0.1 * np.abs(expected).max()


@encoders
def test_weights_can_be_kept_and_put_back(kind):
    graph, state = built(kind)
    kept = weights_of(nnx.merge(graph, state))
    other = with_weights(settings(kind).build(signal(kind), EMBEDDING, rngs=nnx.Rngs(1)), kept)
    found = compiled(kind)(nnx.split(other)[1], recordings(kind))
    np.testing.assert_array_equal(found, embeddings(kind, recordings(kind)))


@one_encoder
def test_a_planted_pattern_is_learned_on_its_entity(kind):
    """SIMULATED: a linear reading of the entity's embedding finds the rhythm in recordings that it was not trained on."""
    params, rest = parts(kind)
    params = params, READING
    values, targets, held = planted(kind)
    optimiser = optax.adam(3e-3)
    state, update = optimiser.init(params), quick(optimiser.update)
    for seed in range(60):
        (_, rest), gradient = training_pass(kind)(params, rest, values, targets, seed)
        updates, state = update(gradient, state)
        params = optax.apply_updates(params, updates)
    found = [embeddings_of(kind, params[0], rest, held[k : k + N]) for k in range(0, len(held), N)]
    right = (np.concatenate(found)[:, ENTITY] @ params[1] > 0) == (np.arange(len(held)) % 2 == 1)
    assert right.mean() >= 0.85


def embeddings_of(kind, params, rest, values):
    state = nnx.split(nnx.merge(built(kind)[0], params, rest))[1]
    return np.asarray(compiled(kind)(state, values))


@cache
def planted(kind):
    """SIMULATED: every other recording has a rhythm in one entity's channels. Those to train on, whether it is there, others."""
    of, rng = signal(kind), np.random.default_rng(0)
    own = of.members[ENTITY]
    values = rng.normal(size=(48 + 4 * N, len(of.channels), of.n_times)).astype(np.float32)
    there = np.arange(len(values)) % 2
    rhythm = 3 * np.sin(2 * np.pi * 8 * np.arange(own.stop - own.start) / 64).astype(np.float32)
    values[np.ix_(there == 1, own.channels, range(own.start, own.stop))] += rhythm
    return jnp.asarray(values[:48]), jnp.asarray(there[:48], jnp.float32), jnp.asarray(values[48:])
