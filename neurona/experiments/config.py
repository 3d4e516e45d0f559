"""Reading a config: YAML files that extend each other, overrides of single keys, errors that name file and key."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import yaml
from pydantic import BaseModel, ValidationError

from neurona.decoders import decoders
from neurona.encoders import ENCODERS
from neurona.errors import ConfigError, nearest_name
from neurona.experiments.schema import Config
from neurona.experiments.shipped import find_config
from neurona.settings import setting

__all__ = ["Config", "as_yaml", "load_config", "validated"]

CHOOSING = {"align": "method", "entities": "method", "decoder": "kind", "encoder": "kind"}
"""Sections, wherever they stand, of which there are several kinds, and the key that tells which; `decoder: explain` is short for the key alone."""

_REGISTERED: Mapping[str, Mapping[str, Any]] = {"decoder": decoders(), "encoder": ENCODERS}


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
    return validated(tree, path)


def as_yaml(config: Config) -> str:
    """All settings, defaults too, as `load_config` reads them."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)


def validated(tree: Mapping[str, Any], path: Path) -> Config:
    """A config from keys and values; `path` is where they came from.

    Raises:
        ConfigError: an unknown key or a value that does not fit.
    """
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(path, one) for one in error.errors())) from error


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


def _explain(path: Path, error: Any) -> str:
    """One line: file, key, and what is wrong with it. Unions put the name of the chosen kind into the place, which is no key."""
    model: Any = Config
    keys: list[str] = []
    for key in map(str, error["loc"]):
        fields = _fields(model)
        if key in fields:
            model = fields[key]
        elif chosen := _member(model, key):
            model = chosen
            continue
        keys.append(key)
    where = ".".join(keys)
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{path}: unknown key {where!r}{nearest_name(keys[-1], _fields(model))}"
    if error["type"] == "union_tag_invalid" and keys[-1] in _REGISTERED:
        kind = str(error["ctx"]["tag"])
        return f"{path}: {where}: no {keys[-1]} of kind {kind!r}{nearest_name(kind, _REGISTERED[keys[-1]])}"
    return f"{path}: {where}: {error['msg']} (found {error.get('input')!r})"


def _fields(kind: Any) -> dict[str, Any]:
    for one in (kind, *_members(kind)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return {name: field.annotation for name, field in one.model_fields.items()}
        if dataclasses.is_dataclass(one):
            hints = get_type_hints(one, include_extras=True)
            return {field.name: hints[field.name] for field in dataclasses.fields(one)}
    return {}


def _members(kind: Any) -> list[Any]:
    return [part for one in get_args(kind) for part in (one, *_members(one))]


def _member(kind: Any, name: str) -> Any:
    """The member of a union that a discriminating value, or the name of its class, chooses."""
    for one in (kind, *_members(kind)):
        if not isinstance(one, type):
            continue
        if one.__name__ == name:
            return one
        for key in CHOOSING.values():
            default = _default(one, key)
            if name in default:
                return one
    return None


def _default(model: type, key: str) -> tuple[Any, ...]:
    if issubclass(model, BaseModel) and key in model.model_fields:
        return get_args(model.model_fields[key].annotation)
    if dataclasses.is_dataclass(model):
        return tuple(field.default for field in dataclasses.fields(model) if field.name == key)
    return ()
