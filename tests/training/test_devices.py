"""Many devices give the loss curve of one."""

from dataclasses import replace

import numpy as np
import pytest
import tiny

from neurona.errors import ConfigError
from neurona.training import MeshSettings, data_mesh, train
from neurona.training.devices import put, width


def of(**mesh):
    return replace(tiny.SETTINGS, mesh=MeshSettings(**mesh))


@pytest.mark.slow
def test_two_and_eight_devices_give_the_loss_curve_of_one():
    lesson = tiny.problem()
    one = tiny.told(train(tiny.Linear, tiny.inputs(lesson), lesson, tiny.SETTINGS, asked_only=True))
    two = tiny.started("-", 8, mesh={"devices": 2})
    tiny.agrees(tiny.result(tiny.started("-", 8, mesh={"devices": None})), one)
    tiny.agrees(tiny.result(two), one)


@pytest.mark.slow
def test_more_devices_than_recordings_in_a_step_are_refused():
    process = tiny.started("-", 8, mesh={"devices": 8}, recordings_per_step=6)
    assert "8 devices share out steps of training.recordings_per_step 6" in process.communicate(timeout=300)[1]


def test_one_device_needs_no_mesh_and_more_than_there_are_is_an_error():
    assert data_mesh(of()) is None
    assert data_mesh(of(devices=None)) is None
    with pytest.raises(ConfigError, match=r"training\.mesh\.devices: 99 asked for, there are 1 \(cpu\)"):
        data_mesh(of(devices=99))
    assert put({"a": np.ones(2)}, None)["a"].shape == (2,)
    assert width(7, None) == 7


def test_processes_that_have_not_joined_are_an_error():
    with pytest.raises(ConfigError, match=r"training\.mesh\.processes: 2 asked for, 1 train.*join"):
        data_mesh(of(processes=2))
