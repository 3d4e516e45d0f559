"""Processes that train together: each runs the same command on the same data, and the first keeps what they make.

Every process goes the same way through a run, so that each comes to every training, and to its end, when the others do. They are introduced to each
other by `jax.distributed`; on CPUs their sums travel by Gloo, on GPUs by NCCL. What the first restores, all go on from: folders need not be shared, data must be there for each.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import time
from collections.abc import Mapping
from textwrap import shorten
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils
from jaxtyping import Float, UInt32

from neurona.errors import ConfigError
from neurona.training.devices import data_mesh
from neurona.training.resume import Progress
from neurona.training.settings import MeshSettings, TrainingSettings

logger = logging.getLogger(__name__)

_SAMPLE = 256
"""Values by which recordings are known to be the same."""


def join(settings: TrainingSettings, alike: Mapping[str, Any] | None = None) -> None:
    """Make this process one of those that train together, and see that they can. It comes before anything else of JAX.

    Args:
        settings: of training.
        alike: what else must be equal in all of them.

    Raises:
        ConfigError: the others cannot be reached, do not count as this one does, have other devices or settings; or `data_mesh` cannot be made.
    """
    if settings.mesh.processes != 1 and not jax.distributed.is_initialized():
        _introduce(settings.mesh)
    mesh = data_mesh(settings)
    if mesh is not None and mesh.is_multi_process:
        told = {f"training.{name}": value for name, value in settings.decisive().items()}
        _same({"number of devices": mesh.size, **told, **(alike or {})})


def is_first() -> bool:
    """Whether this process keeps what is made: it is alone, or the first of several."""
    return not jax.distributed.is_initialized() or jax.process_index() == 0


def check_agreement(told: Mapping[str, Any], inputs: Float[np.ndarray, "recording ..."]) -> None:
    """See that all processes are about to train the same.

    Args:
        told: what the result depends on and must be equal, to the last bit.
        inputs: recordings, which may differ as machines round.

    Raises:
        ConfigError: in every process, by the first thing that differs.
    """
    if jax.process_count() == 1:
        return
    flat = inputs.reshape(-1)
    places = np.linspace(0, len(flat) - 1, _SAMPLE).astype(np.int64)
    told = {**told, "shape of the recordings": list(inputs.shape)}
    _same(told)
    sample = multihost_utils.process_allgather(np.asarray(flat[places], np.float32))
    if not np.allclose(sample, sample[:1], rtol=1e-3, atol=1e-4):
        raise ConfigError(
            f"training.mesh: process {jax.process_index()}: the processes have different recordings; give all of them the same data"
        )


def _same(told: Mapping[str, Any]) -> None:
    for part in ({"names of settings": sorted(told)}, told):  # another version of Neurona may have others
        found: UInt32[np.ndarray, "process name"] = multihost_utils.process_allgather(
            np.array([_number(value) for value in part.values()], np.uint32)
        )
        for (name, value), column in zip(part.items(), found.T, strict=True):
            if len(set(column.tolist())) > 1:
                raise ConfigError(
                    f"training.mesh: process {jax.process_index()} has {name} {shorten(repr(value), 300)}, and not all others have; "
                    "start all processes with the same config and data"
                )


def _number(value: Any) -> int:
    text = json.dumps(value, sort_keys=True, default=str).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=4).digest())


def as_first(progress: Progress) -> Progress:
    """What the first process goes on from."""
    if jax.process_count() == 1:
        return progress
    arrays = multihost_utils.broadcast_one_to_all(progress.arrays)
    text = json.dumps(progress._replace(arrays=None)._asdict()).encode()
    size = int(multihost_utils.broadcast_one_to_all(np.int32(len(text))))
    written = np.frombuffer(text[:size].ljust(size), np.uint8)
    told = json.loads(np.asarray(multihost_utils.broadcast_one_to_all(written)).astype(np.uint8).tobytes())
    return Progress(**{**told, "arrays": arrays})


def _introduce(mesh: MeshSettings) -> None:
    process, count = ("?" if told is None else told for told in (mesh.process, mesh.processes))
    who = f"training.mesh: process {process} of {count}"
    address = mesh.coordinator or os.environ.get("JAX_COORDINATOR_ADDRESS")
    if address is not None and mesh.process != 0:
        _reach(address, mesh.wait_seconds, who)
    # A warning, as JAX ends a process that waited in vain without a word of why.
    logger.warning("%s waits for the others, %d s at most", who, mesh.wait_seconds)
    try:
        jax.distributed.initialize(address, mesh.processes, mesh.process, initialization_timeout=mesh.wait_seconds)
    except (RuntimeError, ValueError, IndexError) as error:
        raise ConfigError(
            f"{who}, with coordinator {address}, cannot join the others ({str(error).splitlines()[0]}); give coordinator (HOST:PORT of "
            "process 0), processes and process (from 0), or start them by SLURM or Open MPI, which tell JAX"
        ) from error


def _reach(address: str, seconds: float, who: str) -> None:
    """Wait for the coordinator to listen: JAX itself would end the process without a word of what to mend."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError(f"training.mesh.coordinator: expected HOST:PORT, found {address!r}; name that of process 0")
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((host.strip("[]"), int(port)), 5).close()
            return
        except OSError as error:
            if time.monotonic() > end:
                raise ConfigError(
                    f"{who}: nobody listens at coordinator {address} ({error}); start process 0 there, with the same coordinator"
                ) from error
        time.sleep(0.2)
