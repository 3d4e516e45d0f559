"""The alternative to a scene that a question is about, as facts that go and facts that come.

A question asks whether a fact f holds. In the scene of a no, something near f holds instead (its kind of negative says
what), and the alternative is that scene with f in place of it:

    absent               object a:       a thing c, of a's class where there is one, is a: it is renamed, with all said of it
                         attribute q(a): q(a) comes; where there is no a, a thing c with q(c) is renamed a
    argument replaced    (a, r, b):      of (a, r, c) or (c, r, b), the thing c is renamed b or a
    predicate replaced   (a, r, b):      takes the place of (a, q, b), q of r's category where there is one
    roles swapped        (a, r, b):      takes the place of (b, r, a)

In the scene of a yes, f gives way to what stood near it in the scene of its contrary, the no of its pair: the same exchange
the other way round. Where a new name is in the scene already, only the relation or attribute passes to that thing; an
object's thing goes, with all said of it, where the contrary's scene has no other name to offer. A yes or no without a
contrary: f goes or comes alone. Describe: each other word of the category takes the place of the right one.

All else of the scene is equal, and known to the oracle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neurona.programs.facts import Fact
from neurona.scenes.facts import swapped
from neurona.scenes.names import NameTable
from neurona.scenes.negatives import ABSENT, ARGUMENT, PREDICATE, ROLES

Facts = frozenset[Fact]
Change = tuple[tuple[int, Fact], ...]
"""Facts that come (+1) and go (-1) from the true scene to an alternative."""


def near_facts(scene: Facts, fact: Fact, kind: str, table: NameTable, class_of: Mapping[str, str]) -> list[Fact]:
    """What holds in the scene of a no instead of the fact, the best first; empty where the fact would simply come.

    Args:
        scene: what the scene states.
        fact: which fails there.
        kind: of negative.
        table: inverse and symmetric relations, categories.
        class_of: class of each noun.
    """
    held = {form for stated in scene for form in table.forms(stated)}
    if kind == ROLES:
        return [swapped(fact)]
    if kind == PREDICATE:
        found = [other for other in held if other.arguments == fact.arguments]
    elif kind == ARGUMENT:
        found = [other for other in held if other.name == fact.name and _differ(other, fact) == 1]
        found = [other for other in found if Fact(_replaced(other, fact)[1]) not in scene]
    elif kind == ABSENT and not fact.arguments:
        found = [other for other in held if not other.arguments]
    elif kind == ABSENT and Fact(fact.arguments[0]) not in scene:
        found = [other for other in held if other.name == fact.name and len(other.arguments) == 1]
    else:
        found = []
    return sorted(found, key=lambda other: _unlike(other, fact, table, class_of))


def _unlike(other: Fact, fact: Fact, table: NameTable, class_of: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """Alike first: same class of noun, same category of relation; then by name."""
    names, words = other.arguments or (other.name,), fact.arguments or (fact.name,)
    far = sum(class_of.get(a) != class_of.get(b) for a, b in zip(words, names, strict=True))
    return far + (table.relations.get(fact.name) != table.relations.get(other.name)), (other.name, *names)


def exchanged(scene: Facts, old: Fact | None, new: Fact | None, table: NameTable) -> Facts:
    """The scene with one fact in place of another, in the words that the module's docstring defines.

    Args:
        scene: what the scene states.
        old: which holds there, in any of its forms; None where the new fact simply comes.
        new: None where the old fact simply goes.
        table: inverse and symmetric relations.
    """
    if old is not None and not old.arguments:
        free = new is not None and new not in scene
        return _rename(scene, {old.name: new.name}) if free and new else _without_thing(scene, old.name)
    if old is not None and new is not None and old.name == new.name and _differ(old, new) == 1:
        before, after = _replaced(old, new)
        if Fact(after) not in scene:
            return _rename(scene, {before: after})
    gone = frozenset() if old is None else frozenset(table.forms(old))
    if old is not None and new == swapped(old):
        # Said in the same word as before: `under` does not become `on`.
        new = swapped(next(iter(gone & scene)))
    come = frozenset() if new is None else frozenset([new, *(Fact(noun) for noun in new.arguments)])
    return (scene - gone) | come


def worded(scene: Facts, fact: Fact, words: Sequence[str], table: NameTable) -> dict[str, Facts]:
    """For each other word of a category, the scene in which it is the answer of a describe question.

    Args:
        scene: what the scene states.
        fact: which the right answer states.
        words: of the category.
        table: where the scene states the inverse of `fact`, the other words are stated by their inverses, if they have one.
    """
    said = {word: Fact(word, fact.arguments) for word in words if word != fact.name}
    if fact not in scene:
        said = {word: table.forms(other)[-1] for word, other in said.items()}
    return {word: scene - frozenset(table.forms(fact)) | {other} for word, other in said.items()}


def change(scene: Facts, other: Facts) -> Change:
    """From one scene to the other; sorted, so that sums of floats come out the same in every run."""
    come, go = (sorted(facts, key=lambda fact: (fact.name, fact.arguments)) for facts in (other - scene, scene - other))
    return tuple([(1, fact) for fact in come] + [(-1, fact) for fact in go])


def _differ(fact: Fact, other: Fact) -> int:
    """In how many arguments; -1 where one has more of them."""
    if len(fact.arguments) != len(other.arguments):
        return -1
    return sum(a != b for a, b in zip(fact.arguments, other.arguments, strict=True))


def _replaced(old: Fact, new: Fact) -> tuple[str, str]:
    return next((a, b) for a, b in zip(old.arguments, new.arguments, strict=True) if a != b)


def _rename(scene: Facts, names: Mapping[str, str]) -> Facts:
    return frozenset(
        Fact(fact.name, tuple(names.get(word, word) for word in fact.arguments))
        if fact.arguments
        else Fact(names.get(fact.name, fact.name))
        for fact in scene
    )


def _without_thing(scene: Facts, noun: str) -> Facts:
    return frozenset(fact for fact in scene if noun not in (fact.arguments or (fact.name,)))
