"""The schema of an experiment's YAML file; the one source of defaults."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from neurona.errors import ConfigError, nearest_name


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataConfig(_Section):
    """Which data set, and where when it is not fetched."""

    name: str
    path: Path | None = None


class ParcelsConfig(_Section):
    """fMRI: data-driven parcels, fitted on training recordings."""

    method: Literal["ward", "kmeans"]
    n_parcels: int = Field(20, ge=2)


class WindowsConfig(_Section):
    """M/EEG: sensor groups x time windows; features are means over bins of time."""

    method: Literal["windows"]
    n_bins: int = Field(20, ge=1)
    n_windows: int = Field(5, ge=1)


class DecoderConfig(_Section):
    """Logic of the programs; shrinkage of the noise correlations, estimated when null."""

    logic: Literal["reference", "product", "lukasiewicz", "smooth"] = "product"
    shrinkage: float | None = Field(None, ge=0, le=1)


class TrainingConfig(_Section):
    """Full-batch L-BFGS; weight decay chosen by inner folds of the training recordings."""

    steps: int = Field(40, ge=1)
    decays: tuple[float, ...] = Field((0.003, 0.01, 0.03, 0.1, 0.3), min_length=1)
    inner_folds: int = Field(4, ge=2)


class EvaluationConfig(_Section):
    """Folds, classical baselines on the same folds, and the control with shuffled answers."""

    split: Literal["leave_one_run_out", "published"]
    baselines: tuple[Literal["ridge", "linear_svc", "lda"], ...] = ("ridge", "linear_svc", "lda")
    shuffle: bool = False


class Config(_Section):
    """One experiment."""

    name: str
    data: DataConfig
    entities: Annotated[ParcelsConfig | WindowsConfig, Field(discriminator="method")]
    decoder: DecoderConfig = DecoderConfig()  # type: ignore[call-arg]
    training: TrainingConfig = TrainingConfig()  # type: ignore[call-arg]
    evaluation: EvaluationConfig
    seed: int = Field(0, ge=0)

    def digest(self) -> str:
        """Ten hexadecimal digits that name the config's run directory."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:10]


def load_config(path: Path, overrides: Sequence[str] = ()) -> Config:
    """Read a config and apply `key=value` overrides (`training.steps=50`).

    Raises:
        ConfigError: missing file, bad YAML, unknown key (the nearest is named) or a value that does not fit.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: no such config file")
    try:
        tree: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {error}") from error
    if not isinstance(tree, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(tree).__name__}")
    for override in overrides:
        key, found, value = override.partition("=")
        if not found:
            raise ConfigError(f"--set {override}: expected key=value")
        *sections, last = key.split(".")
        place = tree
        for section in sections:
            place = place.setdefault(section, {})
            if not isinstance(place, dict):
                raise ConfigError(f"--set {override}: {section!r} is a value, not a section")
        place[last] = yaml.safe_load(value)
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(path, one) for one in error.errors())) from error


def _explain(path: Path, error: Any) -> str:
    # A union's location holds the tag of the chosen member, which is no key of the file.
    keys = [str(key) for key in error["loc"] if key not in ("ward", "kmeans", "windows")]
    where = ".".join(keys)
    if error["type"] != "extra_forbidden":
        return f"{path}: {where}: {error['msg']} (found {error.get('input')!r})"
    sections = {"entities": WindowsConfig if "windows" in error["loc"] else ParcelsConfig}
    model: Any = Config
    for section in keys[:-1]:
        model = sections.get(section) or model.model_fields[section].annotation
    return f"{path}: unknown key {where!r}{nearest_name(keys[-1], model.model_fields)}"
