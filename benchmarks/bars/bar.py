"""A bar: what was measured, and what it had to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Figures: TypeAlias = Mapping[str, Any] | None


@dataclass(frozen=True)
class Bar:
    """One line of the report.

    Attributes:
        name: what is measured.
        measured: as it is printed.
        bar: what it had to be; empty where it is for information.
        met: whether it is; None where there is no bar, or nothing was measured.
        figures: further numbers for the JSON file.
    """

    name: str
    measured: str
    bar: str = ""
    met: bool | None = None
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """met, MISSED, or nothing."""
        return "" if self.met is None else "met" if self.met else "MISSED"


def at_least(name: str, value: float, bound: float, digits: int = 3, figures: Figures = None) -> Bar:
    """A number that must not be lower; what is printed decides."""
    met = bool(round(value, digits) >= round(bound, digits))
    return Bar(name, _text(value, digits), f">= {_text(bound, digits)}", met, _of(value, figures))


def at_most(name: str, value: float, bound: float, digits: int = 3, figures: Figures = None) -> Bar:
    """A number that must not be higher."""
    return Bar(name, _text(value, digits), f"<= {_text(bound, digits)}", bool(value <= bound), _of(value, figures))


def below(name: str, value: float, bound: float, digits: int = 3, figures: Figures = None) -> Bar:
    """A number that must be lower."""
    return Bar(name, _text(value, digits), f"< {_text(bound, digits)}", bool(value < bound), _of(value, figures))


def between(name: str, value: float, low: float, high: float, digits: int = 3, figures: Figures = None) -> Bar:
    """A number that must lie in a range."""
    bar = f"{_text(low, digits)} to {_text(high, digits)}"
    return Bar(name, _text(value, digits), bar, bool(low <= value <= high), _of(value, figures))


def nothing_of(name: str, count: int, of: int, figures: Figures = None) -> Bar:
    """A count that must be 0."""
    return Bar(name, f"{count} of {of:,}", "0", count == 0 and of > 0, {"value": count, "of": of} | dict(figures or {}))


def told(name: str, text: str, figures: Figures = None) -> Bar:
    """For information, or the reason why nothing was measured."""
    return Bar(name, text, figures=dict(figures or {}))


def _text(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def _of(value: float, figures: Figures) -> dict[str, Any]:
    return {"value": float(value)} | dict(figures or {})
