"""Splits that test combinations: unseen ones, and three kinds of systematicity.

Let F(s) be the facts of a scene with their inverse and symmetric forms; Tr, Va, Te the unions of F over training, validation
and test images, and S = Tr + Va. Test images are chosen so that some facts stand in Te alone; H, the *held combinations*, is
the set of those that fulfil the split's condition:

    unseen                H = {f in Te \\ S : arguments(f) != (), every noun of f in Tr, predicate of f used in Tr}
    argument swap         H = {(a, r, b) in Te \\ S : a != b, (b, r, a) in Tr}
    predicate transfer    H = {(a, r, b) in Te \\ S : some (a, r, b'), (a', r, b) and (a, q, b) in Tr}
    role transfer         H = {(a, r, n) in Te : some (n, r', b') in Tr, and no (a', r', n) in S}

Test questions are about H alone; no training image shows and no training question names a fact of H. So S and H are
disjoint at the level of scenes, for decoders that learn from scene graphs, and at that of questions.

The nouns of a describe question cannot help here, but they can mislead: the word that training knows for two nouns is never
the answer when that word is what is held out. Question-only answerers then fall below the most frequent answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from neurona.datasets.splits.split import Split
from neurona.errors import DataError
from neurona.programs.facts import Fact
from neurona.scenes.facts import scene_facts, swapped
from neurona.scenes.names import NameTable
from neurona.scenes.scene_graph import SceneGraph


class _Scenes:
    """Facts of scenes both ways: scene -> facts, fact -> scenes."""

    def __init__(self, scenes: Sequence[SceneGraph], table: NameTable):
        self.images = [scene.image for scene in scenes]
        self.facts = [scene.true for scene in scene_facts(scenes, table)]
        self.showing: dict[Fact, set[int]] = defaultdict(set)
        self.predicates: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self.as_object: dict[str, set[int]] = defaultdict(set)
        self.as_subject: dict[str, set[int]] = defaultdict(set)
        for k, facts in enumerate(self.facts):
            for fact in facts:
                self.showing[fact].add(k)
                if len(fact.arguments) == 2:
                    self.predicates[fact.arguments].add(fact.name)
                    self.as_subject[fact.arguments[0]].add(k)
                    self.as_object[fact.arguments[1]].add(k)

    def of(self, rows: Iterable[int]) -> set[Fact]:
        return set().union(*(self.facts[k] for k in rows))


class _Condition(NamedTuple):
    """What makes a combination one that is held out.

    Attributes:
        candidates: what may be held out, and the images that would go to the test side with it.
        possible: whether a candidate can still fulfil the condition, given whether any of some images is left to train.
        held: (Tr, S, Te) -> H.
        of_objects: the objects of H are no object in training.
    """

    candidates: list[tuple[Fact, set[int]]]
    possible: Callable[[Fact, Callable[[set[int]], bool]], bool]
    held: Callable[[set[Fact], set[Fact], set[Fact]], set[Fact]]
    of_objects: bool = False


@runtime_checkable
class CombinationSplit(Protocol):
    """What the four splits are called with."""

    def __call__(
        self,
        scenes: Sequence[SceneGraph],
        *,
        table: NameTable | None = None,
        test: float = 0.2,
        validation: float = 0.0,
        seed: int = 0,
    ) -> Split:
        """Draw candidates until their images make up the test share; then compute H from its definition.

        Args:
            scenes: normalised scene graphs.
            table: inverse and symmetric relations; the one that comes with Neurona when None.
            test, validation: about these shares of the images.
            seed: of the draws.

        Raises:
            DataError: no combination fulfils the condition.
        """
        ...


def _combination_split(condition_of: Callable[[_Scenes], _Condition]) -> CombinationSplit:
    """The split of a condition; it is named after the function that states it."""

    def split(
        scenes: Sequence[SceneGraph],
        *,
        table: NameTable | None = None,
        test: float = 0.2,
        validation: float = 0.0,
        seed: int = 0,
    ) -> Split:
        found = _Scenes(scenes, table or NameTable.read())
        return _split(condition_of.__name__, found, condition_of(found), test, validation, seed)

    # Not its `__wrapped__`, for that has another signature than what is called.
    split.__name__, split.__qualname__, split.__doc__ = (
        condition_of.__name__,
        condition_of.__qualname__,
        condition_of.__doc__,
    )
    return split


def _split(name: str, found: _Scenes, condition: _Condition, test: float, validation: float, seed: int) -> Split:
    """Draw the test side; see `CombinationSplit`."""
    rng = np.random.default_rng(seed)
    candidates = sorted(condition.candidates, key=lambda item: (item[0].name, item[0].arguments))
    tested: set[int] = set()
    for k in rng.permutation(len(candidates)):
        fact, images = candidates[k]
        more = tested | images
        # A frequent combination would take too many images along.
        if len(more) > test * len(found.images) or not condition.possible(fact, partial(_left, more)):
            continue
        tested = more
    rest = sorted(set(range(len(found.images))) - tested)
    order = rng.permutation(len(rest))
    chosen = sorted(rest[k] for k in order[: round(validation * len(found.images))])
    train = sorted(set(rest) - set(chosen))
    combinations = condition.held(found.of(train), found.of(rest), found.of(tested))
    # An image that shows none of them is no test image; it may be trained on.
    probing = {k for k in tested if found.facts[k] & combinations}
    train = sorted({*train, *(tested - probing)})
    combinations = condition.held(found.of(train), found.of([*train, *chosen]), found.of(probing))
    if not combinations:
        raise DataError(
            f"split {name!r}: no combination of these {len(found.images)} scenes fulfils its condition with {test:.0%} "
            "of the images; use more scenes, a larger test share, or fewer words"
        )
    trained, tests, validated = (tuple(found.images[k] for k in side) for side in (train, sorted(probing), chosen))
    split = Split(name, trained, tests, validated, frozenset(combinations))
    if condition.of_objects:
        return replace(split, held_objects=frozenset(fact.arguments[1] for fact in split.held))
    return split


def _left(taken: set[int], some: set[int]) -> bool:
    """Whether any of some images is not taken."""
    return bool(some - taken)


@_combination_split
def unseen(found: _Scenes) -> _Condition:
    """Combinations of a predicate (or attribute) and its arguments that training lacks, each word of which it has.

    H = {f in Te \\ S : arguments(f) != (), every noun of f in Tr, predicate of f used in Tr}
    """
    candidates = [(fact, images) for fact, images in found.showing.items() if fact.arguments]

    def held(train: set[Fact], shown: set[Fact], tested: set[Fact]) -> set[Fact]:
        used = {(fact.name, len(fact.arguments)) for fact in train}
        return {
            fact
            for fact in tested - shown
            if fact.arguments
            and (fact.name, len(fact.arguments)) in used
            and all(Fact(noun) in train for noun in fact.arguments)
        }

    return _Condition(candidates, lambda fact, left: True, held)


@_combination_split
def argument_swap(found: _Scenes) -> _Condition:
    """Who does it to whom, the other way round than in training.

    H = {(a, r, b) in Te \\ S : a != b, (b, r, a) in Tr}
    """
    candidates = [
        (fact, images)
        for fact, images in found.showing.items()
        if len(fact.arguments) == 2 and len(set(fact.arguments)) == 2 and swapped(fact) in found.showing
    ]

    def possible(fact: Fact, left: Callable[[set[int]], bool]) -> bool:
        return left(found.showing[swapped(fact)])

    def held(train: set[Fact], shown: set[Fact], tested: set[Fact]) -> set[Fact]:
        return {
            fact
            for fact in tested - shown
            if len(fact.arguments) == 2 and fact.arguments[0] != fact.arguments[1] and swapped(fact) in train
        }

    return _Condition(candidates, possible, held)


@_combination_split
def predicate_transfer(found: _Scenes) -> _Condition:
    """A predicate between two things that training shows with it apart, and together with other predicates.

    H = {(a, r, b) in Te \\ S : some (a, r, b'), (a', r, b) and (a, q, b) in Tr}
    """
    candidates = [
        (fact, images)
        for fact, images in found.showing.items()
        if len(fact.arguments) == 2 and len(found.predicates[fact.arguments]) > 1
    ]

    def possible(fact: Fact, left: Callable[[set[int]], bool]) -> bool:
        others = found.predicates[fact.arguments] - {fact.name}
        return any(left(found.showing[Fact(name, fact.arguments)]) for name in others)

    def held(train: set[Fact], shown: set[Fact], tested: set[Fact]) -> set[Fact]:
        relations = [fact for fact in train if len(fact.arguments) == 2]
        subjects = {(fact.arguments[0], fact.name) for fact in relations}
        objects = {(fact.name, fact.arguments[1]) for fact in relations}
        pairs = {fact.arguments for fact in relations}
        return {
            fact
            for fact in tested - shown
            if fact.arguments in pairs
            and (fact.arguments[0], fact.name) in subjects
            and (fact.name, fact.arguments[1]) in objects
        }

    return _Condition(candidates, possible, held)


@_combination_split
def role_transfer(found: _Scenes) -> _Condition:
    """Nouns that are subjects in training, never objects, as objects.

        H = {(a, r, n) in Te : some (n, r', b') in Tr, and no (a', r', n) in S}

    Where a relation has an inverse or symmetric form, its subject is an object as well.
    """
    candidates = [(Fact(noun), images) for noun, images in found.as_object.items() if noun in found.as_subject]

    def possible(fact: Fact, left: Callable[[set[int]], bool]) -> bool:
        return left(found.as_subject[fact.name])

    def held(train: set[Fact], shown: set[Fact], tested: set[Fact]) -> set[Fact]:
        nouns = _never_objects(train, shown)
        return {fact for fact in tested if len(fact.arguments) == 2 and fact.arguments[1] in nouns}

    return _Condition(candidates, possible, held, of_objects=True)


def _never_objects(train: Iterable[Fact], shown: Iterable[Fact]) -> set[str]:
    subjects = {fact.arguments[0] for fact in train if len(fact.arguments) == 2}
    return subjects - {fact.arguments[1] for fact in shown if len(fact.arguments) == 2}


COMBINATIONS: Mapping[str, CombinationSplit] = {
    "unseen": unseen,
    "argument_swap": argument_swap,
    "predicate_transfer": predicate_transfer,
    "role_transfer": role_transfer,
}
"""The splits by name."""
