"""Arrays' shapes are checked at run time, in every function, method and dataclass that states them.

Others are left as they are: a wrapper around each of them, and around each closure anew, took more time than the tests themselves.
"""

from __future__ import annotations

import ast
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
"""An int counts as a float, as PEP 484 says."""

_DECORATOR = "__import__('jaxtyping').jaxtyped(typechecker=__import__('type_checker').checked)"


class _States(ast.NodeTransformer):
    """Decorates what states the shape of an array."""

    def __init__(self, module: ast.Module):
        imported = [
            node for node in ast.walk(module) if isinstance(node, ast.ImportFrom) and node.module == "jaxtyping"
        ]
        self.kinds = {alias.asname or alias.name for node in imported for alias in node.names}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        arguments = node.args
        stated = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        if self._any([node.returns, *(one.annotation for one in stated if one is not None)]):
            # Nearest to the function: other decorators may hide its annotations.
            node.decorator_list.append(_decorator(node))
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.generic_visit(node)
        if self._any([line.annotation for line in node.body if isinstance(line, ast.AnnAssign)]):
            # Outermost, so that a dataclass is one already.
            node.decorator_list.insert(0, _decorator(node))
        return node

    def _any(self, annotations: list[ast.expr | None]) -> bool:
        names = (part for one in annotations if one is not None for part in ast.walk(one))
        return any(isinstance(part, ast.Name) and part.id in self.kinds for part in names)


def _decorator(node: ast.FunctionDef | ast.ClassDef) -> ast.expr:
    made = ast.parse(_DECORATOR, mode="eval").body
    for part in ast.walk(made):
        ast.copy_location(part, node)
    return made


class _Loader(SourceFileLoader):
    def source_to_code(self, data, path, *, _optimize=-1):
        module = ast.parse(data, filename=path)
        return compile(_States(module).visit(module), path, "exec", dont_inherit=True, optimize=_optimize)

    def path_stats(self, path):
        raise OSError(f"{path}: compiled code of it is neither read nor kept")


class _Finder(MetaPathFinder):
    def __init__(self, package: str):
        self.package = package

    def find_spec(self, fullname, path=None, target=None):
        if fullname.split(".")[0] != self.package:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def check_shapes(package: str) -> None:
    """Check the shapes of all modules of a package that are imported from now on."""
    sys.meta_path.insert(0, _Finder(package))
