"""What JAX computes, the graph computes by NumPy."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.errors import ConfigError
from neurona.exporting.graph import traced
from neurona.exporting.runtime.graph import Graph

W = np.random.default_rng(0).normal(size=(16, 3)).astype(np.float32)
KERNEL = np.random.default_rng(1).normal(size=(4, 6, 3)).astype(np.float32)
DEPTHWISE = np.random.default_rng(2).normal(size=(12, 1, 5)).astype(np.float32)


def conv(x, kernel, **how):
    return jax.lax.conv_general_dilated(x, kernel, dimension_numbers=("NCH", "OIH", "NCH"), **how)


def windows(x, start, reduce, **how):
    return jax.lax.reduce_window(x, start, reduce, (1, 1, 4), (1, 1, 2), **how)


ROWS = np.array([1, 4, 0, 2])
FUNCTIONS = {
    "products and softmax": lambda w, x: jax.nn.softmax(x[0, :, :16] @ w["w"]) + jnp.tanh(x[0, :, :3]),
    "batched products": lambda w, x: jnp.einsum("cij,ckj->cik", x, x + 1),
    "activations": lambda w, x: jax.nn.gelu(x) + jax.nn.elu(x) + jax.nn.silu(x) + jax.nn.gelu(x, approximate=False),
    "masks": lambda w, x: jnp.where(jnp.eye(6, dtype=bool), -10.0, jnp.minimum(x[0, :, :6], 0.5)),
    "gathers": lambda w, x: x[:, ROWS] + x[:, ROWS][:, ::-1] + jnp.stack([x[:, 0], x[:, 1]] * 2, axis=1),
    "gathers with filling": lambda w, x: x.at[jnp.array([0, 7])].get(mode="fill", fill_value=3.0),
    "rows of their own": lambda w, x: jax.vmap(lambda row, k: row[k])(x[0], jnp.arange(6)),
    "diagonals and sums": lambda w, x: jnp.diagonal(x[:, :2, :2], 0, 1, 2) + jax.nn.logsumexp(x, axis=(1, 2))[:, None],
    "dilated, strided": lambda w, x: conv(x, w["kernel"], window_strides=(2,), padding=[(3, 2)], rhs_dilation=(2,)),
    "depthwise": lambda w, x: conv(x, w["depthwise"], window_strides=(1,), padding="SAME", feature_group_count=6),
    "mean pooling": lambda w, x: windows(x, 0.0, jax.lax.add, padding="VALID"),
    "max pooling": lambda w, x: windows(x, -jnp.inf, jax.lax.max, padding="SAME"),
    "sorted, cumulated": lambda w, x: jnp.sort(x, axis=2) + jnp.cumsum(x, axis=1) + jax.lax.top_k(x, 20)[0],
    "spectra": lambda w, x: jnp.abs(jnp.fft.rfft(x)) + jnp.linalg.norm(x, axis=(1, 2))[:, None, None],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_graph_computes_what_the_function_computes(name):
    weights = {"w": W, "kernel": KERNEL, "depthwise": DEPTHWISE}
    x = np.random.default_rng(3).normal(size=(2, 6, 20)).astype(np.float32)

    def function(own, x):
        return {"found": FUNCTIONS[name](own, x)}

    found = traced(function, weights, {"x": jax.ShapeDtypeStruct(x.shape, x.dtype)})
    graph = Graph(json.loads(json.dumps(found.plain)), weights | found.constants)
    expected, got = np.asarray(function(weights, jnp.asarray(x))["found"]), graph(x=x)["found"]
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


def test_a_function_that_the_runtime_cannot_compute_is_refused_by_name():
    x = jax.ShapeDtypeStruct((4,), np.float32)
    with pytest.raises(ConfigError, match="no operation 'lgamma'"):
        traced(lambda own, x: {"found": jax.lax.lgamma(x)}, {}, {"x": x})
