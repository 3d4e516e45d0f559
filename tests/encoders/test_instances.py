import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from problem import signal_of

from neurona.encoders import Members, Signal, instances
from neurona.encoders.instances import InstancesSettings
from neurona.errors import DataError

VOXELS = Signal(
    tuple("abcdef"),
    1,
    tuple("abcdef"),
    tuple(Members((k,), 0, 1) for k in range(6)),
    tuple((2.0 * k, 0.0, 0.0) for k in range(6)),
)


def test_blocks_bound_memory_and_change_no_number(monkeypatch):
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(2, 6, 1)), jnp.float32)
    model = InstancesSettings().build(VOXELS, 4, rngs=nnx.Rngs(0))

    def passes():
        return nnx.jit(nnx.value_and_grad(lambda m: (m(recordings) ** 2).sum()))(model)

    whole, gradient = passes()
    monkeypatch.setattr(instances, "BLOCK", 8)
    in_blocks, same = passes()
    np.testing.assert_allclose(in_blocks, whole, rtol=1e-5)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4), same, gradient)


def test_instances_are_told_apart_by_their_place_alone():
    same = jnp.ones((1, 6, 1))
    placed, nowhere = (
        InstancesSettings(frequencies=count).build(VOXELS, 4, rngs=nnx.Rngs(0))(same)[0] for count in (16, 0)
    )
    np.testing.assert_allclose(nowhere, jnp.broadcast_to(nowhere[:1], nowhere.shape), rtol=1e-5)
    assert np.abs(np.diff(placed, axis=0)).max(1).min() > 1e-3


def test_parameters_do_not_grow_with_the_instances():
    sizes = [
        sum(
            leaf.size
            for leaf in jax.tree.leaves(nnx.state(InstancesSettings().build(of, 4, rngs=nnx.Rngs(0)), nnx.Param))
        )
        for of in (signal_of([(k,) for k in range(n)], 3) for n in (2, 50))
    ]
    assert sizes[0] == sizes[1]


def test_entities_of_different_sizes_are_refused():
    with pytest.raises(DataError, match="entities have 1 to 2 channels"):
        InstancesSettings().build(signal_of([(0, 1), (2,)], 3), 4, rngs=nnx.Rngs(0))
