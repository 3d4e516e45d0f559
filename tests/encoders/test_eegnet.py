"""EEGNet: what the paper says of it, and the order in which it is computed."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from neurona.encoders import Members, Signal
from neurona.encoders.eegnet import EEGNet, EEGNetSettings

SETTINGS = EEGNetSettings(f1=3, kernel=8, dropout=0.0)
HEAD = Signal(tuple("abcd"), 40, ("head",), (Members((0, 1, 2, 3), 0, 40),))
GROUPS = Signal(tuple("abcd"), 40, ("left", "right"), (Members((0, 1, 2), 0, 40), Members((3,), 0, 40)))


@nnx.jit
def trained_on(model, recordings):
    """A pass of training, which leaves the moments of the batch; compiled, as operations one by one would take longer."""
    return model(recordings, nnx.Rngs(dropout=0))


@nnx.jit
def filter_first(model, recordings):
    """u of table 2 in the published order: filtered in time, normalised by the batch, then mixed over channels."""
    padded = jnp.pad(recordings, ((0, 0), (0, 0), (4, 4)))
    windows = padded[:, :, np.arange(41)[:, None] + np.arange(8)]
    filtered = jnp.einsum("nctk,fk->fnct", windows, model.temporal[...])
    found = model.temporal_norm(filtered, training=True)
    norm = jnp.linalg.norm(model.spatial[...][0], axis=-1, keepdims=True)
    spatial = model.spatial[...][0] / jnp.maximum(norm, 1.0)
    return model.spatial_norm(jnp.einsum("fnct,fdc->fdnt", found, spatial)[:, :, None], training=True)


def test_channels_may_be_mixed_before_signals_are_filtered():
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(5, 4, 40)), jnp.float32)
    ours, theirs = (EEGNet(HEAD, 2, SETTINGS, rngs=nnx.Rngs(0)) for _ in range(2))
    for model in (ours, theirs):
        model.spatial[...] = 3 * model.spatial[...]  # longer than the limit
    trained_on(ours, recordings)
    filter_first(theirs, recordings)
    for name in ("temporal_norm", "spatial_norm"):
        for moment in ("mean", "variance"):
            a, b = (np.asarray(getattr(getattr(model, name), moment)[...]) for model in (ours, theirs))
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_silent_channels_that_fill_up_a_small_group_have_no_part_in_its_moments_and_no_gradient():
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(5, 4, 40)), jnp.float32)
    model, whole = (EEGNet(signal, 2, SETTINGS, rngs=nnx.Rngs(0)) for signal in (GROUPS, HEAD))
    whole.temporal[...] = model.temporal[...]
    gradient = nnx.jit(nnx.grad(lambda m: (trained_on(m, recordings) ** 2).sum()))(model)
    trained_on(whole, recordings)
    np.testing.assert_allclose(model.temporal_norm.variance[...], whole.temporal_norm.variance[...], rtol=1e-4)
    assert not np.asarray(gradient["spatial"][...])[1, :, :, 1:].any()
    assert np.asarray(jax.tree.leaves(gradient["spatial"])[0])[1, :, :, 0].any()


def test_a_temporal_filter_is_half_a_second_long():
    fast = Signal(tuple("abcd"), 200, ("head",), (Members((0, 1, 2, 3), 0, 200),), sampling_hz=100.0)
    assert EEGNet(fast, 2, EEGNetSettings(), rngs=nnx.Rngs(0)).temporal.shape == (8, 50)
    assert EEGNet(HEAD, 2, EEGNetSettings(), rngs=nnx.Rngs(0)).temporal.shape == (8, 64)
