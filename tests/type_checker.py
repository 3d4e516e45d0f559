"""Arrays' shapes are checked at run time, in every function, method and dataclass that states them.

Others are left as they are: a wrapper around each of them, and around each closure anew, took more time than the tests themselves.
"""

from __future__ import annotations

import ast
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path

from beartype import BeartypeConf, beartype
from jaxtyping import jaxtyped

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
"""An int counts as a float, as PEP 484 says."""

_DECORATOR = "__checks_shapes__"
"""What a module calls the decorator."""

_STATES = "jaxtyping"
"""Modules that do not say this word state no shape: Python loads them as ever."""


class _Decorated:
    """Decorates what states the shape of an array, in the statements of a module; expressions hold nothing to decorate."""

    def __init__(self, module: ast.Module):
        imported = [node for node in module.body if isinstance(node, ast.ImportFrom) and node.module == _STATES]
        self.kinds = {alias.asname or alias.name for node in imported for alias in node.names}
        self._in(module)

    def _in(self, node: ast.AST) -> None:
        for field in ("body", "orelse", "handlers", "finalbody"):
            for part in getattr(node, field, ()):
                self._statement(part)

    def _statement(self, node: ast.AST) -> None:
        self._in(node)
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            stated = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            if self._any([node.returns, *(one.annotation for one in stated if one is not None)]):
                # Nearest to the function: other decorators may hide its annotations.
                node.decorator_list.append(_decorator(node))
        elif isinstance(node, ast.ClassDef) and self._any(
            [line.annotation for line in node.body if isinstance(line, ast.AnnAssign)]
        ):
            # Outermost, so that a dataclass is one already.
            node.decorator_list.insert(0, _decorator(node))

    def _any(self, annotations: list[ast.expr | None]) -> bool:
        names = (part for one in annotations if one is not None for part in ast.walk(one))
        return any(isinstance(part, ast.Name) and part.id in self.kinds for part in names)


def _decorator(node: ast.FunctionDef | ast.ClassDef) -> ast.expr:
    return ast.copy_location(ast.Name(_DECORATOR, ast.Load()), node)


class _Loader(SourceFileLoader):
    def exec_module(self, module):
        setattr(module, _DECORATOR, jaxtyped(typechecker=checked))
        super().exec_module(module)

    def source_to_code(self, data, path, *, _optimize=-1):
        module = ast.parse(data, filename=path)
        _Decorated(module)
        return compile(module, path, "exec", dont_inherit=True, optimize=_optimize)

    def path_stats(self, path):
        raise OSError(f"{path}: compiled code of it is neither read nor kept")


class _Finder(MetaPathFinder):
    def __init__(self, package: str):
        self.package = package

    def find_spec(self, fullname, path=None, target=None):
        if fullname.split(".")[0] != self.package:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        loader = spec.loader if spec is not None else None
        if isinstance(loader, SourceFileLoader) and _STATES in Path(loader.path).read_text(encoding="utf-8"):
            spec.loader = _Loader(loader.name, loader.path)
        return spec


def check_shapes(package: str) -> None:
    """Check the shapes of all modules of a package that are imported from now on."""
    sys.meta_path.insert(0, _Finder(package))
