"""Explanations: the trace of one question as a tree of its sub-expressions, each with its value.

The same tree for both forms of reading: on entity scores, values are logits over entities (`entity_trace.explain`); on possible worlds, shares
of worlds over things, with witnesses (`world_trace.trace_worlds`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from rich.markup import escape
from rich.tree import Tree


@dataclass(frozen=True)
class Explanation:
    """The value of one sub-expression, and those of its parts.

    Attributes:
        expression: in logic syntax.
        kind: `logit` (yes above 0), `number`, `weight` (how much of `the y. ...` lies on each entity), `word` (score of
            each word of a category) or `share` (of the worlds in which it is true; of words, normalised).
        variables: the variables that the value depends on, one axis each.
        values: an axis of entities or things for each variable; of words, one value for each word; else a single value.
        names: of every axis: entities, things, or words; empty for a single value.
        parts: sub-expressions, in reading order.
        witness: the things that make an existential true in the likeliest world in which it is.
        error: Monte Carlo standard error of each value, 0 where it is exact; None where nothing was drawn by chance.
    """

    expression: str
    kind: str
    variables: tuple[str, ...]
    values: Float[np.ndarray, ...]
    names: tuple[str, ...]
    parts: tuple[Explanation, ...]
    witness: tuple[str, ...] = ()
    error: Float[np.ndarray, ...] | None = None

    def tree(self, top: int = 3) -> Tree:
        """For the terminal: each value over entities or things by its highest few; witnesses in brackets."""
        witness = f"  ({', '.join(self.witness)})" if self.witness else ""
        branch = Tree(
            f"{escape(self.expression)}  [bold]{escape(self.summary(top))}[/bold]{escape(witness)}", highlight=True
        )
        for part in self.parts:
            branch.add(part.tree(top))
        return branch

    def to_dict(self) -> dict[str, Any]:
        """For JSON: every value in full."""
        return {
            "expression": self.expression,
            "kind": self.kind,
            "variables": list(self.variables),
            "names": list(self.names),
            "values": self.values.tolist(),
            "witness": list(self.witness),
            **({} if self.error is None else {"error": self.error.tolist()}),
            "parts": [part.to_dict() for part in self.parts],
        }

    def to_json(self) -> str:
        """Strict JSON."""
        return json.dumps(self.to_dict(), allow_nan=False)

    def summary(self, top: int = 3) -> str:
        """The value in a few words: `share .83`, `+1.20 (yes)`, the highest few things; of what was drawn by chance with its error, `share .83 ± .02`."""
        if self.values.ndim == 0:
            value = float(self.values)
            if self.kind == "number":
                return f"{value:.2f}{self._plus_minus(())}"
            if self.kind == "share":
                return f"share {_share(value)}{self._plus_minus(())}"
            return f"{value:+.2f} ({'yes' if value > 0 else 'no'})"
        if self.values.ndim > 1:
            return f"{' x '.join(map(str, self.values.shape))} values over {', '.join(self.variables)}"
        order = np.argsort(-self.values, kind="stable")[:top]
        if self.kind == "share":
            shown = [k for k in order if self.values[k] >= 0.005]
            each = [f"{self.names[k]} {_share(self.values[k])}{self._plus_minus(k)}" for k in shown]
            return f"share {', '.join(each) or '.00'}"
        sign = "+" if self.kind in ("logit", "word") else ""
        return ", ".join(f"{self.names[k]} {self.values[k]:{sign}.2f}" for k in order)

    def _plus_minus(self, place: int | tuple[()]) -> str:
        """The error, where there is one that shows in two digits."""
        error = 0.0 if self.error is None else float(self.error[place])
        return f" ± {_share(error)}" if error >= 0.005 else ""


def _share(value: float) -> str:
    """A probability in two digits: .83, 1.00."""
    return f"{value:.2f}".removeprefix("0")
