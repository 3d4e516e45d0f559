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

from neurona.programs.facts import Fact
from neurona.scenes.facts import SceneFacts, swapped

ABSENT, ARGUMENT, PREDICATE, ROLES = "absent", "argument replaced", "predicate replaced", "roles swapped"
KINDS = (ABSENT, ARGUMENT, PREDICATE, ROLES)


def negative_kind(fact: Fact, scene: SceneFacts) -> str | None:
    """By what kind of change from something true the scene answers the question with no.

    None where it answers yes, where the answer is unknown, and where nothing near the fact holds.
    """
    if scene.holds(fact) is not False:
        return None
    kind = kind_of_denial(fact, scene)
    if not scene.complete:
        return kind
    nouns_there = [Fact(noun) in scene.true for noun in fact.arguments]
    if kind == ARGUMENT and all(nouns_there):
        return None  # the noun asked about is there, only elsewhere
    if len(fact.arguments) == 1 and not nouns_there[0]:
        return ABSENT if any(other.name == fact.name and other.arguments for other in scene.true) else None
    return kind


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
