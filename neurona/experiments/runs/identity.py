"""What a run's numbers depend on: its decisive settings and its data. Two runs of one identity have the same numbers, and one directory.

Not part of it: what the run is called, where its data lie, how often a state is saved, which logs are written, on how many devices; and
settings at their defaults, so that a new one leaves old runs what they were. Defaults that change are seen all the same, for
a run keeps all of its settings, and is finished only where they agree.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from neurona.datasets.registry import fingerprint
from neurona.errors import ConfigError
from neurona.experiments.config import load_config
from neurona.experiments.schema import Config
from neurona.files import digest
from neurona.settings import decisive

_FOUND_BY_DATA = ("name", "path")


def data_fingerprint(config: Config, console: Console | None = None) -> str:
    """A checksum of the config's data; nothing where they are SIMULATED in memory, which the settings decide.

    Raises:
        DataError: there is no such data set or folder, or it could not be fetched.
    """
    if config.data.simulation is not None:
        return ""
    return fingerprint(config.data.name, config.data.path, console or Console(quiet=True), config.data.settings)


def decisive_settings(config: Config) -> dict[str, Any]:
    """The settings that numbers depend on, as plain values, without those that have their default."""
    told = decisive(config)
    del told["name"]
    told["data"] = {name: value for name, value in told["data"].items() if name not in _FOUND_BY_DATA}
    return told


def digest_of(config: Config, data: str) -> str:
    """Ten hexadecimal digits that name a run's directory.

    Args:
        config: of the run.
        data: its `data_fingerprint`.
    """
    return digest({"settings": decisive_settings(config), "data": data})[:10]


def is_finished(folder: Path, config: Config, data: str) -> bool:
    """Whether a run directory holds the metrics (written last) of these settings on these data."""
    if not (folder / "metrics.json").is_file():
        return False
    try:
        provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        told = provenance["dataset"].get("fingerprint", "")
        return told == data and decisive_settings(load_config(folder / "config.yaml")) == decisive_settings(config)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ConfigError):
        return False
