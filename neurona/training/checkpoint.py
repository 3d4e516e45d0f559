"""Checkpoints of decoders, with Orbax: one tree of arrays for each fold."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orbax.checkpoint as ocp
from flax import nnx


def save_checkpoint(folder: Path, decoders: Mapping[str, nnx.Module]) -> None:
    """Write the state of every fold's decoder into a folder, which is replaced whole."""
    folder = folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    tree = {name: nnx.to_pure_dict(nnx.state(decoder)) for name, decoder in decoders.items()}
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(folder, tree)


def restore_checkpoint(folder: Path, decoders: Mapping[str, nnx.Module]) -> None:
    """Set the decoders, of the same sizes as those that were saved, to the saved state."""
    states: dict[str, Any] = {name: nnx.state(decoder) for name, decoder in decoders.items()}
    with ocp.StandardCheckpointer() as checkpointer:
        saved = checkpointer.restore(
            folder.absolute(), {name: nnx.to_pure_dict(state) for name, state in states.items()}
        )
    for name, decoder in decoders.items():
        nnx.replace_by_pure_dict(states[name], saved[name])
        nnx.update(decoder, states[name])
