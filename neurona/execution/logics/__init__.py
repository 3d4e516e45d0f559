"""Logics, one file each: what connectives, quantifiers, `the` and `count` mean on scores."""

from importlib import import_module
from pkgutil import iter_modules

from neurona.execution.logics.logic import LAWS, LOGICS, Logic, get_logic, register_logic

for _module in iter_modules(__path__):  # a logic is registered by having a file here
    import_module(f"{__name__}.{_module.name}")

__all__ = ["LAWS", "LOGICS", "Logic", "get_logic", "register_logic"]
