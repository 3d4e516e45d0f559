"""Many devices give the loss curve of one."""

import json
import os
import subprocess
import sys

import jax
import numpy as np
import pytest
import tiny
from flax import nnx

from neurona.errors import ConfigError
from neurona.training import data_mesh, train
from neurona.training.devices import put, width


def started(*arguments, devices=1):
    flags = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, tiny.__file__, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(process):
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error[-2000:]
    return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def one_device():
    told = tiny.problem()
    return train(tiny.Linear, tiny.inputs(told), told, tiny.SETTINGS, asked_only=True)


def agrees(found, expected):
    for name in ("train_loss", "validation_loss", "train_accuracy"):
        np.testing.assert_allclose(found["history"][name], expected.history[name], atol=1e-5)
    for a, b in zip(found["parameters"], jax.tree.leaves(nnx.state(expected.model)), strict=True):
        np.testing.assert_allclose(a, np.asarray(b).ravel(), atol=1e-4)


@pytest.mark.slow
def test_eight_devices_give_the_loss_curve_of_one(one_device):
    agrees(result(started("-", 8, devices=8)), one_device)


def test_one_device_needs_no_mesh_and_more_than_there_are_is_an_error():
    assert data_mesh(1) is None
    with pytest.raises(ConfigError, match=r"training\.devices: 99 asked for"):
        data_mesh(99)
    assert put({"a": np.ones(2)}, None)["a"].shape == (2,)
    assert width(7, None) == 7
