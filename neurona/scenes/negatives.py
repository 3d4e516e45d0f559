"""Negative questions: which scenes answer a question with no, and by what kind of change from something true.

A question about a fact f is negative in a scene where f fails, though something near it holds:

    absent               object, attribute: the noun is not there; the noun is there without the attribute, or the
                         attribute at another noun
    argument replaced    f = (a, r, b); (a, r, c) or (c, r, b) holds, and b or a is not in the scene
    predicate replaced   (a, q, b) holds
    roles swapped        (b, r, a) holds; this kind goes first where two apply

Presence of the words answers the first two kinds; the third needs the predicate, the last the roles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from neurona.programs.facts import Fact
from neurona.scenes.facts import SceneFacts, swapped

ABSENT, ARGUMENT, PREDICATE, ROLES = "absent", "argument replaced", "predicate replaced", "roles swapped"
KINDS = (ABSENT, ARGUMENT, PREDICATE, ROLES)


class NegativeIndex:
    """Finds scenes that answer a question with no, by kind.

    Args:
        scenes: all of one part of the data.
    """

    def __init__(self, scenes: Sequence[SceneFacts]):
        self.scenes = scenes
        self.true: dict[Fact, list[int]] = defaultdict(list)
        # Of complete scenes: noun or attribute -> scenes; (a, r) -> ...; (r, b) -> ...; (a, b) -> ...
        self._near: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._denied: dict[tuple[Fact, str], list[int]] = defaultdict(list)
        self._complete = [k for k, scene in enumerate(scenes) if scene.complete]
        self.unclassified = 0
        for k, scene in enumerate(scenes):
            for fact in scene.true:
                self.true[fact].append(k)
            if scene.complete:
                for key in {key for fact in scene.true for key in _keys(fact)}:
                    self._near[key].append(k)
                continue
            for fact in scene.false:
                kind = kind_of_denial(fact, scene)
                self.unclassified += kind is None
                if kind:
                    self._denied[fact, kind].append(k)

    def near(self, fact: Fact, kind: str) -> Sequence[int]:
        """Scenes that may answer the question with no by that kind; `fits` says which do."""
        denied = self._denied.get((fact, kind), [])
        match kind, fact.arguments:
            case ("absent", ()):
                return self._complete + denied if denied else self._complete
            case ("absent", (noun,)):
                return [*self._near.get(("noun", noun), ()), *self._near.get(("attribute", fact.name), ()), *denied]
            case ("argument replaced", (a, b)):
                return [
                    *self._near.get(("subject", a, fact.name), ()),
                    *self._near.get(("object", fact.name, b), ()),
                    *denied,
                ]
            case ("predicate replaced", (a, b)):
                return [*self._near.get(("pair", a, b), ()), *denied]
            case ("roles swapped", (a, b)) if a != b:
                return [k for k in self.true.get(swapped(fact), ()) if self.scenes[k].complete] + denied
        return denied

    def fits(self, fact: Fact, kind: str, k: int) -> bool:
        """Whether scene k answers the question with no, by that kind."""
        scene = self.scenes[k]
        if fact in scene.true:
            return False
        if not scene.complete:
            return fact in scene.false and kind_of_denial(fact, scene) == kind
        if kind in (ABSENT, ROLES):
            return True
        a, b = fact.arguments
        if kind == ARGUMENT:
            return Fact(a) not in scene.true or Fact(b) not in scene.true
        return swapped(fact) not in scene.true


def kind_of_denial(fact: Fact, scene: SceneFacts) -> str | None:
    """The kind of a denied fact, by what holds in its scene; None where nothing near it does."""
    if len(fact.arguments) < 2:
        return ABSENT
    a, b = fact.arguments
    if a != b and swapped(fact) in scene.true:
        return ROLES
    held = [other for other in scene.true if len(other.arguments) == 2]
    if any(other.arguments == (a, b) for other in held):
        return PREDICATE
    near = any(other.name == fact.name and (other.arguments[0] == a or other.arguments[1] == b) for other in held)
    return ARGUMENT if near else None


def _keys(fact: Fact) -> tuple[tuple[str, ...], ...]:
    match fact.arguments:
        case ():
            return (("noun", fact.name),)
        case (_,):
            return (("attribute", fact.name),)
        case (a, b):
            return (("subject", a, fact.name), ("object", fact.name, b), ("pair", a, b))
    return ()


def draw(candidates: Sequence[int], most: int, rng: np.random.Generator) -> Sequence[int]:
    """At most that many of the candidates."""
    if len(candidates) <= most:
        return candidates
    return [candidates[k] for k in rng.integers(len(candidates), size=most)]
