"""Reading a config: YAML files that extend each other, overrides of single keys, errors that name file and key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from neurona.errors import ConfigError
from neurona.experiments.schema import Config
from neurona.experiments.shipped import find_config
from neurona.settings import setting
from neurona.validated import validated

__all__ = ["Config", "as_yaml", "load_config"]

CHOOSING = {"align": "method", "entities": "method", "decoder": "kind", "encoder": "kind"}
"""Sections, wherever they stand, of which there are several kinds, and the key that tells which; `decoder: explain` is short for the key alone."""


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Read a config, a file or the name of one that ships, and apply `key=value` overrides (`training.epochs=50`, `decoder=explain`).

    A file that says `extends: OTHER.yaml` (beside it) gives only what differs. Choosing another kind of entities or decoder
    starts from that kind's defaults.

    Raises:
        ConfigError: missing file, bad YAML, unknown key (the nearest is named) or a value that does not fit.
    """
    path = find_config(path)
    tree = _read(path, ())
    for override in overrides:
        key, value = setting(override)
        _set(tree, key.split("."), value, override)
    found: Config = validated(Config, tree, path, ConfigError)
    return found


def as_yaml(config: Config) -> str:
    """All settings, defaults too, as `load_config` reads them."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)


def _read(path: Path, before: tuple[Path, ...]) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigError(f"{path}: no such config file")
    if path in before:
        raise ConfigError(f"{path}: extends itself, by way of {' and '.join(map(str, before))}")
    try:
        tree: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {error}") from error
    if not isinstance(tree, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(tree).__name__}")
    parent = tree.pop("extends", None)
    if parent is None:
        return _with_kinds(tree)
    return _merged(_read((path.parent / str(parent)).resolve(), (*before, path)), _with_kinds(tree))


def _with_kinds(tree: dict[str, Any]) -> dict[str, Any]:
    """A tree in which every section that was given as the name of a kind is one."""
    full = {}
    for key, value in tree.items():
        if key in CHOOSING and isinstance(value, str):
            value = {CHOOSING[key]: value}
        full[key] = _with_kinds(value) if isinstance(value, dict) else value
    return full


def _merged(old: Any, new: Any, key: str = "") -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    kind = CHOOSING.get(key)
    if kind and new.get(kind, old.get(kind)) != old.get(kind):
        return new
    return old | {name: _merged(old.get(name), value, name) for name, value in new.items()}


def _set(tree: dict[str, Any], keys: Sequence[str], value: Any, override: str) -> None:
    for section in keys[:-1]:
        if not isinstance(tree.get(section, {}), dict):
            raise ConfigError(f"--set {override}: {section!r} is a value, not a section")
    new = value
    for key in reversed(keys):
        new = {key: new}
    # The text after the = replaces what was there, but for the kind alone.
    whole = len(keys) == 1 and isinstance(value, dict)
    tree.update(_with_kinds(new) if whole else _merged(tree, _with_kinds(new)))
