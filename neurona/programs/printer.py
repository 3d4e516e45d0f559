"""One printer for all text surfaces: a surface is a table from the kind of a node to how it is written.

    STYLE.forms[Exists] = "exists {variable}. {body}"        {body}: as it is
    STYLE.forms[Not]    = "~{body_}"                         {body_}: in brackets where its kind needs them

`And` and `Or` are the words between their parts, `Atom` and `Describe` take `{terms}`, their terms with commas between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from neurona.programs.tree import And, Compare, Describe, Node, Or


@dataclass(frozen=True)
class Style:
    """How a surface writes its nodes.

    Attributes:
        forms: kind of node -> format string; the fields of the node are its names, `_` after a name asks for brackets.
        bare: kinds that never need brackets.
        comparisons: operator -> how it is written; itself where it is missing.
        name: how a name is written.
        no_terms: form of a `describe` without terms.
        special: a form for single nodes that takes precedence; returns None for all others.
    """

    forms: Mapping[type, str]
    bare: tuple[type, ...]
    no_terms: str
    comparisons: Mapping[str, str]
    name: Callable[[str], str] = str
    special: Callable[[Node], str | None] = lambda node: None


def write(node: Node, style: Style) -> str:
    """A node in the given style."""
    written = style.special(node)
    if written is not None:
        return written
    if isinstance(node, And | Or):
        return style.forms[type(node)].join(_bracketed(part, style) for part in node.parts)
    values: dict[str, str] = {}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            values[field.name] = ", ".join(write(term, style) for term in value)
        elif isinstance(value, int):
            values[field.name] = str(value)
        elif isinstance(value, str):
            known = isinstance(node, Compare)
            values[field.name] = style.comparisons.get(value, value) if known else style.name(value)
        else:
            values[field.name] = text = write(value, style)
            values[f"{field.name}_"] = text if isinstance(value, style.bare) else f"({text})"
    form = style.no_terms if isinstance(node, Describe) and not node.terms else style.forms[type(node)]
    return form.format(**values)


def _bracketed(node: Node, style: Style) -> str:
    text = write(node, style)
    return text if isinstance(node, style.bare) else f"({text})"
