"""JSON, to the tree and back: every node an object whose `op` names its kind.

    {"op": "exists", "variable": "x", "body": {"op": "atom", "name": "face", "terms": [{"op": "variable", "name": "x"}]}}

The other keys are the node's fields (see `tree`).
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from neurona.errors import QueryError, nearest_name
from neurona.programs import tree
from neurona.programs.tree import Compare, Count, Describe, Exists, Forall, Node, Not, Number, Query, The, Variable

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


def to_json(node: Node) -> str:
    """Print a tree as JSON; `parse_json` reads it back to the same tree."""
    return json.dumps(_object(node))


def parse_json(text: str) -> Query:
    """Read a query from JSON.

    Raises:
        QueryError: not JSON (with its position), or not a query (with the path to the fault).
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"the query has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise QueryError(f"not JSON: {error.msg}", text, error.lineno, error.colno) from error
    except (RecursionError, ValueError) as error:
        raise QueryError("not a query: nested too deep, or a number too long", text) from error
    return _node(value, "query", (*_FORMULA, "count", "describe"), 1)


def _object(node: Node) -> dict[str, Any]:
    content: dict[str, Any] = {"op": type(node).__name__.lower()}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            content[field.name] = [_object(part) for part in value]
        else:
            content[field.name] = value if isinstance(value, str | int) else _object(value)
    return content


def _node(value: Any, path: str, allowed: tuple[str, ...], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise QueryError(f"{path[:80]}: nested deeper than {MAX_DEPTH} levels")
    if not isinstance(value, dict) or value.get("op") not in allowed:
        found = value.get("op") if isinstance(value, dict) else value
        raise QueryError(
            f"{path}: found {str(found)[:40]!r}, expected an object whose op is one of {', '.join(allowed)}"
        )
    kind = KINDS[value["op"]]
    names = [field.name for field in fields(kind)]
    for key in value:
        if key != "op" and key not in names:
            raise QueryError(f"{path}: unknown key {key[:40]!r}{nearest_name(key, names)}")
    for name in names:
        if name not in value:
            raise QueryError(f"{path}: key {name!r} is missing")
    return kind(*(_field(kind, name, value[name], f"{path}.{name}", depth) for name in names))


def _field(kind: type, name: str, value: Any, path: str, depth: int) -> Any:
    if name in ("terms", "parts"):
        allowed, least = (_TERM, kind is tree.Atom) if name == "terms" else (_FORMULA, 2)
        if not isinstance(value, list) or len(value) < least:
            raise QueryError(f"{path}: expected a list of {int(least)} or more")
        return tuple(_node(part, f"{path}[{k}]", allowed, depth + 1) for k, part in enumerate(value))
    if kind is Number:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**6:
            raise QueryError(f"{path}: expected a whole number from 0 to 999999, found {str(value)[:40]!r}")
        return value
    if name == "operator":
        if value not in _COMPARISONS:
            raise QueryError(f"{path}: expected one of {' '.join(_COMPARISONS)}, found {str(value)[:40]!r}")
        return value
    if name in ("name", "variable", "category"):
        if not isinstance(value, str) or not value.isidentifier():
            raise QueryError(f"{path}: expected a name, found {str(value)[:40]!r}")
        return value
    return _node(value, path, _NUMBER if kind is Compare else _FORMULA, depth + 1)
