"""Facts: what is said of a scene without naming a particular thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

        Fact("bat")                          there is a bat
        Fact("red", ("ball",))               a ball is red
        Fact("hold", ("person", "bat"))      a person holds a bat

    Attributes:
        name: the noun, the attribute or the predicate.
        arguments: nouns; none, one, or two (subject, object).
    """

    name: str
    arguments: tuple[str, ...] = ()
