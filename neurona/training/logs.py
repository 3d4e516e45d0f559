"""What an epoch left, written as it happens: `log.jsonl`, and for those who watch, TensorBoard events and an MLflow run.

The last two are written beside it, to the folder `tensorboard` (`tensorboard --logdir RUNS`) and to the database `mlflow.db`
(`mlflow ui --backend-store-uri sqlite:///mlflow.db`), or to the server that the environment variable MLFLOW_TRACKING_URI names.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from neurona.errors import ConfigError, DataError
from neurona.files import write_atomically
from neurona.training.settings import TrainingSettings

logger = logging.getLogger(__name__)

Row = Mapping[str, float]


class Log:
    """Logs of one training, as a context.

    Args:
        folder: where they are written; None: nowhere.
        settings: which of them, and what an MLflow run says of itself.
        done: epochs that an earlier start has finished; later lines of its log are dropped.

    Raises:
        ConfigError: a log is asked for whose package is not installed, or without a folder.
    """

    def __init__(self, folder: Path | None, settings: TrainingSettings, done: int = 0):
        self.folder, self.settings, self.done = folder, settings, done
        wanted = [name for name in ("tensorboard", "mlflow") if getattr(settings, name)]
        if wanted and folder is None:
            raise ConfigError(f"training.{wanted[0]}: logs need a folder to be written to")
        self._tensorboard = _imported("tensorboardX", "tensorboard") if settings.tensorboard else None
        self._mlflow = _imported("mlflow", "mlflow") if settings.mlflow else None
        self._writer: Any = None

    def __enter__(self) -> Log:
        if self.folder is None:
            return self
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "log.jsonl"
        rows = [row for row in read_log(path) if row["epoch"] < self.done] if path.exists() else []
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        write_atomically(path, lambda target: target.write_text(lines, encoding="utf-8"))
        self._lines = path.open("a", encoding="utf-8")
        if self._tensorboard is not None:
            self._writer = self._tensorboard.SummaryWriter(str(self.folder / "tensorboard"), purge_step=self.done)
        if self._mlflow is not None:
            self._start_run()
        return self

    def _start_run(self) -> None:
        if "MLFLOW_TRACKING_URI" not in os.environ:
            self._mlflow.set_tracking_uri(f"sqlite:///{(self.folder / 'mlflow.db').absolute()}")  # type: ignore[union-attr, operator]
        self._mlflow.start_run(run_name=self.folder.name)  # type: ignore[union-attr]
        self._mlflow.log_params(self.settings.decisive())  # type: ignore[union-attr]

    def write(self, row: Row) -> None:
        """One epoch, a number for each name; `epoch` counts from 0."""
        told = {name: value for name, value in row.items() if name != "epoch"}
        logger.info("epoch %d: %s", row["epoch"], ", ".join(f"{name} {value:.4g}" for name, value in told.items()))
        if self.folder is None:
            return
        self._lines.write(json.dumps(dict(row)) + "\n")
        self._lines.flush()
        if self._writer is not None:
            for name, value in told.items():
                self._writer.add_scalar(name, value, int(row["epoch"]))
        if self._mlflow is not None:
            self._mlflow.log_metrics(told, step=int(row["epoch"]))

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self.folder is None:
            return
        self._lines.close()
        if self._writer is not None:
            self._writer.close()
        if self._mlflow is not None:
            self._mlflow.end_run("FAILED" if kind else "FINISHED")


def read_log(path: Path) -> list[dict[str, float]]:
    """The epochs of a `log.jsonl`; a last line that was cut off by a kill is left out.

    Raises:
        DataError: another line cannot be read.
    """
    rows, lines = [], path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            if number < len(lines):
                raise DataError(f"{path}: line {number} is not JSON ({error.msg}); remove the file") from error
    return rows


def _imported(module: str, setting: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ConfigError(
            f"training.{setting}: the package {module} is not installed; pip install 'neurona[logs]'"
        ) from error
