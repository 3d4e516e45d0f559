"""Every name that a function looks up is there: linters cannot tell, for shapes of arrays are strings to them."""

from __future__ import annotations

import builtins
import dis
import importlib.util
import pkgutil
import types

import pytest

import neurona

MODULES = [one.name for one in pkgutil.walk_packages(neurona.__path__, "neurona.") if not one.name.endswith("__main__")]


def looked_up(code: types.CodeType) -> set[str]:
    """Globals that the code, and the code inside it, loads; a class's body knows its own names besides."""
    steps = list(dis.get_instructions(code))
    loaded = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    loaded -= {step.argval for step in steps if step.opname == "STORE_NAME"}
    return loaded.union(*(looked_up(inner) for inner in code.co_consts if isinstance(inner, types.CodeType)))


@pytest.mark.parametrize("room", sorted({".".join(name.split(".")[:2]) for name in MODULES}))
def test_no_name_is_missing(room):
    for name in MODULES:
        if name != room and not name.startswith(f"{room}."):
            continue
        module = importlib.import_module(name)
        source = importlib.util.find_spec(name).loader.get_code(name)
        inner = [code for code in source.co_consts if isinstance(code, types.CodeType)]
        known = {*vars(module), *vars(builtins), "__module__", "__qualname__", "__classcell__", "__annotations__"}
        assert not set().union(*map(looked_up, inner)) - known, name
