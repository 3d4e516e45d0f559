"""JSON, to the tree and back: every node an object whose `op` names its kind.

    {"op": "exists", "variable": "x", "body": {"op": "atom", "name": "face", "terms": [{"op": "variable", "name": "x"}]}}

The other keys are the node's fields (see `tree`).
"""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

from neurona.errors import QueryError, nearest_name
from neurona.programs import tree
from neurona.programs.json_places import Steps, offset_of
from neurona.programs.reader import Path, Place, Reading, line_and_column, refuse_long
from neurona.programs.tree import Compare, Count, Describe, Exists, Forall, Node, Not, Number, Query, The, Variable
from neurona.programs.vocabulary import RESERVED

MAX_CHARACTERS = 100_000
MAX_DEPTH = 100

KINDS: dict[str, type] = {
    kind.__name__.lower(): kind
    for kind in (
        *(tree.Atom, tree.And, tree.Or, tree.Implies, tree.Iff, Not, Exists, Forall, Compare, Count, Describe),
        *(The, Variable, Number),
    )
}
_FORMULA = ("atom", "not", "and", "or", "implies", "iff", "exists", "forall", "compare")
_TERM, _NUMBER = ("variable", "the"), ("count", "number")
_COMPARISONS = (">", "<", ">=", "<=", "=", "!=")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def to_json(node: Node) -> str:
    """Print a tree as JSON; `parse_json` reads it back to the same tree."""
    return json.dumps(_object(node))


def parse_json(text: str) -> Query:
    """Read a query from JSON.

    Raises:
        QueryError: not JSON, or not a query (with the path to the fault); with position.
    """
    return read_json(text).query


def read_json(text: str) -> Reading:
    """As `parse_json`, with the places of names."""
    refuse_long(text, MAX_CHARACTERS)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise QueryError(f"not JSON: {error.msg}", text, error.lineno, error.colno) from error
    except (RecursionError, ValueError) as error:
        raise QueryError("not a query: nested too deep, or a number too long", text) from error
    reader = _Reader()
    try:
        query = reader.node(value, (), (*_FORMULA, "count", "describe"))
    except _Fault as fault:
        where = line_and_column(text, offset_of(text, fault.steps))
        raise QueryError(f"{_written(fault.steps)}: {fault.reason}", text, *where) from None
    return Reading(query, lambda path: reader.place(text, query, path))


def _object(node: Node) -> dict[str, Any]:
    content: dict[str, Any] = {"op": type(node).__name__.lower()}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            content[field.name] = [_object(part) for part in value]
        else:
            content[field.name] = value if isinstance(value, str | int) else _object(value)
    return content


class _Fault(Exception):
    """What is wrong, and where."""

    def __init__(self, reason: str, steps: Steps):
        self.reason, self.steps = reason, steps


def _written(steps: Steps) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:40]}" for step in steps)
    return f"query{path}" if len(path) <= 80 else f"query ... {path[-80:]}"


class _Reader:
    """Builds the tree, and keeps where each node came from."""

    def __init__(self) -> None:
        self._steps: dict[int, Steps] = {}

    def place(self, text: str, query: Query, path: Path) -> Place:
        """Where the name in a node stands; where the node begins if it has none."""
        node: Node = query
        for k in path:
            node = tree.children(node)[k]
        steps = self._steps[id(node)]
        for name in ("name", "category"):
            if hasattr(node, name):
                steps = (*steps, name)
        return line_and_column(text, offset_of(text, steps))

    def node(self, value: Any, steps: Steps, allowed: tuple[str, ...], depth: int = 1) -> Any:
        if depth > MAX_DEPTH:
            raise _Fault(f"nested deeper than {MAX_DEPTH} levels", steps)
        if not isinstance(value, dict) or value.get("op") not in allowed:
            found = value.get("op") if isinstance(value, dict) else value
            raise _Fault(
                f"found {str(found)[:40]!r}, expected an object whose op is one of {', '.join(allowed)}", steps
            )
        kind = KINDS[value["op"]]
        names = [field.name for field in fields(kind)]
        for key in value:
            if key != "op" and key not in names:
                raise _Fault(f"unknown key {key[:40]!r}{nearest_name(key, names)}", (*steps, key))
        for name in names:
            if name not in value:
                raise _Fault(f"key {name!r} is missing", steps)
        made = kind(*(self._field(kind, name, value[name], (*steps, name), depth) for name in names))
        self._steps[id(made)] = steps
        return made

    def _field(self, kind: type, name: str, value: Any, steps: Steps, depth: int) -> Any:
        if name in ("terms", "parts"):
            allowed, least = (_TERM, kind is tree.Atom) if name == "terms" else (_FORMULA, 2)
            if not isinstance(value, list) or len(value) < least:
                raise _Fault(f"expected a list of {int(least)} or more", steps)
            return tuple(self.node(part, (*steps, k), allowed, depth + 1) for k, part in enumerate(value))
        if kind is Number:
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**6:
                raise _Fault(f"expected a whole number from 0 to 999999, found {str(value)[:40]!r}", steps)
            return value
        if name == "operator":
            if value not in _COMPARISONS:
                raise _Fault(f"expected one of {' '.join(_COMPARISONS)}, found {str(value)[:40]!r}", steps)
            return value
        if name in ("name", "variable", "category"):
            return _name(value, steps)
        return self.node(value, steps, _NUMBER if kind is Compare else _FORMULA, depth + 1)


def _name(value: Any, steps: Steps) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise _Fault(f"expected a name, found {str(value)[:40]!r}", steps)
    if value in RESERVED:
        raise _Fault(f"expected a name, found {value!r}, a word of the query language", steps)
    return value
