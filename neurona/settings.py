"""Settings: what all of them have in common, be they pydantic models or dataclasses; and the one grammar of `key=value` texts.

A setting that changes no number (how often a state is saved, which logs are written, on how many devices) is marked so where it is declared:

    checkpoint_epochs: Annotated[int, Ge(1), SILENT] = 10
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, TypeAdapter

from neurona.errors import ConfigError


class _Silent:
    def __repr__(self) -> str:
        return "SILENT"


SILENT: Final = _Silent()
"""Marks a setting that no number depends on."""

_MISSING: Final = object()
_ANYTHING: Final = TypeAdapter(Any)
_AS_THEY_ARE: Final = (str, int, bool, type(None))
"""Kinds of values that JSON has. A float may be infinite, which it has not."""


class _Field(NamedTuple):
    name: str
    default: Any
    """As a plain value; `_MISSING` where there is none."""
    silent: bool
    chooses: bool
    """Whether it tells which of several kinds of settings these are."""


def decisive(settings: Any) -> dict[str, Any]:
    """What results depend on, as plain values: all settings but silent ones and those that have their default value.

    A setting that is new, and left at its default, leaves what was decided before as it was. What chooses among kinds of settings (`kind`,
    `method`) always stays.

    Args:
        settings: an instance of a pydantic model or of a dataclass.
    """
    told, kind = {}, settings.__class__
    for field in _fields(kind):
        value = _plain(getattr(settings, field.name))
        if not field.silent and (field.chooses or value != field.default):
            told[field.name] = value
    return told


def silent_names(kind: type) -> frozenset[str]:
    """The settings of a kind that no number depends on."""
    return frozenset(field.name for field in _fields(kind) if field.silent)


def _is_settings(value: Any) -> bool:
    return isinstance(value, BaseModel) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if _is_settings(value):
        return decisive(value)
    if type(value) in _AS_THEY_ARE:
        return value
    return json.loads(_ANYTHING.dump_json(value))


@cache
def _fields(kind: type) -> tuple[_Field, ...]:
    """Read off the class once: a plan of runs asks for them at every look at every run."""
    hints, found = get_type_hints(kind, include_extras=True), []
    if issubclass(kind, BaseModel):
        for name, info in kind.model_fields.items():
            default = _MISSING if info.is_required() else _plain(info.get_default(call_default_factory=True))
            found.append((name, default, SILENT in info.metadata or _is_silent(hints[name])))
    else:
        for field in dataclasses.fields(kind):  # type: ignore[arg-type]
            default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
            default = _MISSING if default is dataclasses.MISSING else _plain(default)
            found.append((field.name, default, _is_silent(hints[field.name])))
    return tuple(_Field(*one, chooses=one[0] in ("kind", "method")) for one in found)


def _is_silent(hint: Any) -> bool:
    return get_origin(hint) is Annotated and SILENT in get_args(hint)[1:]


def assignment(text: str, option: str = "--set", expected: str = "key=value") -> tuple[str, str]:
    """`key=value` in two, blanks around either left out.

    Args:
        text: as given.
        option: of the command line that it was given to, for messages.
        expected: what it should look like.

    Raises:
        ConfigError: no `=`, or no key.
    """
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not key:
        raise ConfigError(f"{option} {text}: expected {expected}")
    return key, value


def setting(text: str, option: str = "--set", loader: type[yaml.SafeLoader] = yaml.SafeLoader) -> tuple[str, Any]:
    """The key of `key=value`, and its value read as YAML: `seed=3`, `data.subjects=[CSI1]`, `clip=null`.

    Args:
        text, option: see `assignment`.
        loader: of YAML; another than the plain one where words are to stay text.

    Raises:
        ConfigError: no `=`, no key, or a value that is no YAML.
    """
    key, value = assignment(text, option)
    try:
        return key, yaml.load(value, loader)
    except yaml.YAMLError as error:
        raise ConfigError(f"{option} {text}: the value cannot be read ({error}); quote it as YAML does") from error
