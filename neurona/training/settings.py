"""Settings of training by gradient descent, the same for every trainable decoder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le

from neurona.settings import SILENT, silent_names
from neurona.training.augmentation import AugmentationConfig


@dataclass(frozen=True)
class MeshSettings:
    """Devices that share out the lessons of each step, in one process or in several, each of which is started with the same config.

    Attributes:
        devices: of each process: so many; None: all there are.
        processes: that train together; None: those that SLURM, Open MPI or a TPU pod started.
        process: which of them this is, from 0; None: as the launcher says.
        coordinator: HOST:PORT of process 0, which the others can reach; None: JAX_COORDINATOR_ADDRESS, or as the launcher says.
        wait_seconds: for all processes to be started.
    """

    devices: Annotated[int, Ge(1)] | None = 1
    processes: Annotated[int, Ge(1)] | None = 1
    process: Annotated[int, Ge(0)] | None = None
    coordinator: str | None = None
    wait_seconds: Annotated[int, Ge(1)] = 300


@dataclass(frozen=True)
class TrainingSettings:
    """How a decoder is trained.

    Attributes:
        epochs: passes over all training questions, at most.
        recordings_per_step: recordings (or parts of one, see `questions_per_lesson`) that share a step.
        questions_per_lesson: a recording with more questions is visited several times an epoch, with a part of them each time.
        optimiser: of Optax, `adamw` or `sgd` (momentum 0.9).
        learning_rate: its peak.
        weight_decay: of AdamW, decoupled; of SGD, added to the gradient.
        warmup: share of all steps over which the learning rate rises from 0.
        schedule: what follows: a half cosine or a line down to 0, or nothing.
        clip: largest norm of a step's gradient; None: no limit.
        selection: which questions choose the best epoch, by `criterion`. `test` chooses on what is reported, as the reference does:
            results say so. `last` keeps the last epoch.
        criterion: lowest loss or highest accuracy.
        patience: epochs without a better one after which training stops; None: never.
        curriculum: over so many epochs the questions come in by the size of their programs, small ones first; 0: all at once.
        balance_types: every question type weighs the same in the loss, whatever its number of questions.
        worst_group: a column of the recordings (subject, session, sex, ...): groups that are learned worse weigh more, and the epoch is chosen by the
            worst of them (`training.worst_group`).
        worst_group_rate: how fast their weights move, in 1 / (nats an epoch).
        augmentation: what is done to the recordings of a step, in this order: names or settings of `training.augmentation`.
        precision: `tf32` rounds the factors of matrix products to eleven bits where the device can (GPUs); `bfloat16` is the precision of all
            but parameters, answers and loss.
        members: seeds trained side by side; their answers are averaged as probabilities.
        mesh: devices and processes that share out the lessons of each step. Results are the same to float tolerance, but for what is drawn and for moments
            of batches, which are a device's own (`training.devices`).
        checkpoint_epochs, checkpoint_seconds: the state is saved after so many epochs or, at the next epoch, so many seconds.
        tensorboard, mlflow: further logs beside `log.jsonl`; see the extra `logs`.
    """

    epochs: Annotated[int, Ge(1)] = 60
    recordings_per_step: Annotated[int, Ge(1)] = 32
    questions_per_lesson: Annotated[int, Ge(1)] = 64
    optimiser: Literal["adamw", "sgd"] = "adamw"
    learning_rate: Annotated[float, Gt(0)] = 1e-3
    weight_decay: Annotated[float, Ge(0)] = 0.01
    warmup: Annotated[float, Ge(0), Le(1)] = 0.05
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    clip: Annotated[float, Gt(0)] | None = 1.0
    selection: Literal["validation", "test", "last"] = "validation"
    criterion: Literal["loss", "accuracy"] = "loss"
    patience: Annotated[int, Ge(1)] | None = 10
    curriculum: Annotated[int, Ge(0)] = 0
    balance_types: bool = False
    worst_group: str | None = None
    worst_group_rate: Annotated[float, Gt(0)] = 0.5
    augmentation: tuple[AugmentationConfig, ...] = ()
    precision: Literal["float32", "tf32", "bfloat16"] = "float32"
    members: Annotated[int, Ge(1)] = 1
    mesh: Annotated[MeshSettings, SILENT] = MeshSettings()
    checkpoint_epochs: Annotated[int, Ge(1), SILENT] = 10
    checkpoint_seconds: Annotated[float, Gt(0), SILENT] = 60.0
    tensorboard: Annotated[bool, SILENT] = False
    mlflow: Annotated[bool, SILENT] = False

    def decisive(self) -> dict[str, Any]:
        """The settings that the result depends on, defaults too; the others say where it is computed, what is written, and when."""
        silent = silent_names(type(self))
        return {name: value for name, value in asdict(self).items() if name not in silent}
