"""Array annotations say something: each names its axes in one string, and no axis is nameless."""

import ast
from pathlib import Path

import pytest

import neurona

SHAPED = {"Float", "Int", "UInt", "Bool", "Shaped", "Num", "Real", "Complex", "UInt8", "UInt64", "Inexact", "Key"}
FILES = sorted(Path(neurona.__file__).parent.rglob("*.py"))


def wrong(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in SHAPED):
            continue
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
        axes = parts[1].value if len(parts) == 2 and isinstance(parts[1], ast.Constant) else None
        if axes is ...:  # of any rank, as values of sub-expressions are
            continue
        nameless = not isinstance(axes, str) or any(not axis.strip("_*#?") and axis != "..." for axis in axes.split())
        if nameless:
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_shape_names_its_axes(path):
    assert wrong(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_check_finds_shapes_that_say_nothing():
    mangled = 'def f(a: Float[np.ndarray, (feature)], b: Float[np.ndarray, "_ _"], c: Int[np.ndarray, " row"]): ...'
    assert len(wrong(ast.parse(mangled))) == 2
