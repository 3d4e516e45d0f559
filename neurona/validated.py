"""What people write (settings, cards, tables, scenes), checked by pydantic; errors that name place, value and what was expected.

FILE: scenes[0].things[2].name: should be a valid string (found True); YAML reads a bare on, off, yes or no so: quote it ("on")
FILE: unknown key 'training.epoch'; did you mean 'epochs'?
"""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from neurona.errors import DataError, NeuronaError, nearest_name

CHOOSING = ("kind", "method")
"""Keys whose value tells which of several kinds of settings these are."""


class Section(BaseModel):
    """Keys and values of which every key is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Section = TypeVar("_Section", bound=BaseModel)


def validated(kind: Any, tree: Any, source: object, raises: type[NeuronaError] = DataError) -> Any:
    """What plain keys and values are as a pydantic model, a dataclass or another type.

    Args:
        kind: the type.
        tree: as YAML or JSON holds it.
        source: file or place where it came from, for messages.
        raises: the error.

    Raises:
        NeuronaError: of the type `raises`: an unknown key (the nearest is named), a missing one, or a value that does not fit; a line for each.
    """
    try:
        return _adapter(kind).validate_python(tree)
    except ValidationError as error:
        raise raises("\n".join(f"{source}: {_told(one, kind)}" for one in error.errors())) from error


def read_yaml_as(kind: type[_Section], path: Path, raises: type[NeuronaError] = DataError) -> _Section:
    """A YAML file as a pydantic model.

    Raises:
        NeuronaError: of the type `raises`: it is missing, no YAML, or does not fit (see `validated`).
    """
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise raises(f"{path}: cannot be read as text ({error})") from error
    except yaml.YAMLError as error:
        raise raises(f"{path}: not YAML: {error}") from error
    if not isinstance(tree, dict):
        raise raises(f"{path}: expected keys and values, found {type(tree).__name__}")
    found: _Section = validated(kind, tree, path, raises)
    return found


_WORDS = {
    **dict.fromkeys(("dict_type", "model_type", "dataclass_type", "mapping_type"), "should be keys and values"),
    **dict.fromkeys(("list_type", "tuple_type"), "should be a list"),
}
_adapter = lru_cache(maxsize=None)(TypeAdapter)


def _told(error: Any, kind: Any) -> str:
    """Place, what is wrong there, and how to mend it. Unions put the name of the chosen kind into the place, which is no key."""
    keys: list[str | int] = []
    for key in error["loc"]:
        fields = _fields(kind)
        if key in fields:
            kind = fields[key]
        elif chosen := _member(kind, str(key)):
            kind = chosen
            continue
        keys.append(key)
    where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
    found = error["input"]
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"unknown key {where!r}{nearest_name(str(keys[-1]), _fields(kind))}"
    if error["type"] == "union_tag_invalid":
        key, tag, tags = (str(error["ctx"][name]) for name in ("discriminator", "tag", "expected_tags"))
        nearest = nearest_name(tag, tags.replace("'", "").split(", "))
        what = next((name for name in reversed(keys) if isinstance(name, str)), "settings")
        return f"{where}: no {what} of {key.strip(chr(39))} {tag!r}{nearest}"
    if error["type"] in ("missing", "missing_argument"):
        said = (
            f"is missing (found {', '.join(map(str, found)) or 'nothing'})" if isinstance(found, dict) else "is missing"
        )
    else:
        said = _WORDS.get(error["type"], error["msg"]).removeprefix("Value error, ")
        said = re.sub(r"^[A-Z]\w* (?=should )|(?<=item)( after validation|s after validation), not .*", "", said)
        if error["loc"] or not isinstance(found, dict):
            shown = "keys and values" if isinstance(found, dict) else repr(found)
            said += f" (found {shown if len(shown) <= 80 else f'{shown[:77]}...'})"
    hint = (
        '; YAML reads a bare on, off, yes or no so: quote it ("on")'
        if error["type"] == "string_type" and isinstance(found, bool)
        else ""
    )
    return f"{where}: {said}{hint}" if where else said


def _fields(kind: Any) -> dict[str, Any]:
    for one in (kind, *_members(kind)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return {name: field.annotation for name, field in one.model_fields.items()}
        if isinstance(one, type) and dataclasses.is_dataclass(one):
            hints = get_type_hints(one, include_extras=True)
            return {field.name: hints[field.name] for field in dataclasses.fields(one)}
    return {}


def _members(kind: Any) -> list[Any]:
    return [part for one in get_args(kind) for part in (one, *_members(one))]


def _member(kind: Any, name: str) -> Any:
    """The member of a union that a discriminating value, or the name of its class, chooses."""
    for one in (kind, *_members(kind)):
        if isinstance(one, type) and (one.__name__ == name or any(name in _values(one, key) for key in CHOOSING)):
            return one
    return None


def _values(model: type, key: str) -> tuple[Any, ...]:
    if issubclass(model, BaseModel) and key in model.model_fields:
        return get_args(model.model_fields[key].annotation)
    if dataclasses.is_dataclass(model):
        return tuple(field.default for field in dataclasses.fields(model) if field.name == key)
    return ()
