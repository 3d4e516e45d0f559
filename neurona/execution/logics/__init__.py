"""Logics, one file each: what connectives, quantifiers, `the` and `count` mean on scores."""

from neurona.execution.logics.logic import LAWS, LOGICS, Logic, get_logic, register_logic

__all__ = ["LAWS", "LOGICS", "Logic", "get_logic", "register_logic"]
