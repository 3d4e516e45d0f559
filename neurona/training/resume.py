"""The state of a training on disk, with Orbax: a run that was killed goes on and ends in the same numbers.

FOLDER/training.json says what is trained on what; FOLDER/state/EPOCH holds weights, optimiser state, the best weights so
far, and the history. Orbax writes a state beside its place and renames it, so a kill leaves the one before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import orbax.checkpoint as ocp

from neurona.blocks import give_back, parts
from neurona.errors import ConfigError, OutputError
from neurona.files import write_json
from neurona.questions import Asked

FILE = "training.json"
ROUNDED = "recordings", "initial parameters"
"""Parts of an identity that machines of other kinds round otherwise."""


class Progress(NamedTuple):
    """All that training goes on from.

    Attributes:
        arrays: a tree of NumPy arrays.
        epoch: epochs done.
        history: one row an epoch.
        best_epoch, best: of each member: when its best epoch was (-1: never) and how good.
        finished: whether nothing is left to do.
    """

    arrays: Any
    epoch: int
    history: list[dict[str, float]]
    best_epoch: list[int]
    best: list[float]
    finished: bool


class Saved:
    """Where the state of one training is kept.

    Args:
        folder: of the run.
        identity: what the result depends on, as JSON; see `identity`.

    Raises:
        ConfigError: the folder holds a training with another identity.
        OutputError: it cannot be written.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any]):
        self.folder = folder.absolute()
        told = json.loads(json.dumps(identity))
        path, state = self.folder / FILE, self.folder / "state"
        try:
            state.mkdir(parents=True, exist_ok=True)
            if path.exists():
                _refuse_others(path, told)
            else:
                write_json(path, told)
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be written ({error.strerror}); name another folder") from error
        self._manager = ocp.CheckpointManager(state, options=_options())

    def save(self, progress: Progress) -> None:
        """Replace what was saved before."""
        leaves = {f"{k:05d}": leaf for k, leaf in enumerate(jax.tree.leaves(progress.arrays))}
        told = progress._asdict()
        told.pop("arrays")
        composite = ocp.args.Composite(arrays=ocp.args.StandardSave(leaves), progress=ocp.args.JsonSave(told))
        self._manager.save(progress.epoch, args=composite, force=True)

    def restore(self, like: Any) -> Progress | None:
        """The last state that was saved, or None.

        Args:
            like: a tree of arrays as it was saved.
        """
        step = self._manager.latest_step()
        if step is None:
            return None
        leaves, structure = jax.tree.flatten(like)
        wanted = {f"{k:05d}": np.asarray(leaf) for k, leaf in enumerate(leaves)}
        args = ocp.args.Composite(arrays=ocp.args.StandardRestore(wanted), progress=ocp.args.JsonRestore())
        found = self._manager.restore(step, args=args)
        arrays = jax.tree.unflatten(structure, [found["arrays"][name] for name in wanted])
        return Progress(arrays=arrays, **found["progress"])

    def close(self) -> None:
        """Let go of the folder."""
        self._manager.close()


def _options() -> ocp.CheckpointManagerOptions:
    """Of several processes one saves, and waits for no other."""
    alone = ocp.options.MultiprocessingOptions(
        primary_host=jax.process_index(), active_processes={jax.process_index()}, barrier_sync_key_prefix="first"
    )
    several = {} if jax.process_count() == 1 else {"multiprocessing_options": alone}
    return ocp.CheckpointManagerOptions(max_to_keep=1, enable_async_checkpointing=False, create=False, **several)


def identity(
    settings: Mapping[str, Any],
    asked: Mapping[str, Asked | None],
    inputs: np.ndarray,
    params: Any,
    seed: int,
) -> dict[str, Any]:
    """What the result of a training depends on: settings, questions, recordings, initial parameters, seed."""
    told: dict[str, Any] = {f"training.{name}": value for name, value in settings.items()}
    told |= {
        f"{name} questions": None if table is None else _digest_of_questions(table) for name, table in asked.items()
    }
    told |= dict(zip(ROUNDED, (_digest(inputs), _digest(*jax.tree.leaves(params))), strict=True))
    return told | {"seed": seed}


def _digest_of_questions(asked: Asked) -> str:
    return _digest(asked.recording, asked.target, "\n".join(asked.table.program).encode())


def _digest(*several: Any) -> str:
    found = hashlib.blake2b(digest_size=16)
    for part in several:
        array = np.frombuffer(part, np.uint8) if isinstance(part, bytes) else np.ascontiguousarray(np.asarray(part))
        found.update(f"{array.dtype}{array.shape}".encode())
        for piece in parts(len(array), array.nbytes // max(len(array), 1)) if array.ndim else ():
            found.update(array[piece].view(np.uint8).data)
            give_back(array)
        if not array.ndim:
            found.update(array.tobytes())
    return found.hexdigest()


def _refuse_others(path: Path, told: Mapping[str, Any]) -> None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}: is not JSON ({error.msg}); remove the folder and train anew") from error
    differing = sorted(key for key in {*found, *told} if found.get(key) != told.get(key))
    if differing:
        key = differing[0]
        more = f" (and {len(differing) - 1} more)" if len(differing) > 1 else ""
        raise ConfigError(
            f"{path.parent}: holds a training with {key} {found.get(key)!r}, now {told.get(key)!r}{more}; "
            "name another folder, or remove it to train anew"
        )
