"""Random worlds, and the same worlds as the reference semantics of programs read them."""

import numpy as np

from neurona.execution.worlds import Worlds
from neurona.programs import World
from neurona.programs.facts import Fact

WORDS = ("face", "cat", "hold", "_in", "next_to", "notes", "theory")
"""The words of `programs/queries.py`, each a concept and a relation."""


def random_worlds(seed: int, recordings: int, count: int, things: int) -> Worlds:
    """Worlds with a random part of the things, of which a random part of all facts holds; some have no thing."""
    rng = np.random.default_rng(seed)
    names = ["face", "cat", "t2", "t3", "t4"][:things]

    def one() -> list[Fact]:
        there = [name for name in names if rng.random() < 0.6]
        said = [Fact(word, (a,)) for word in WORDS for a in there if rng.random() < 0.5]
        pairs = [Fact(word, (a, b)) for word in WORDS for a in there for b in there if rng.random() < 0.4]
        return [*map(Fact, there), *said, *pairs]

    share = rng.random((recordings, count)) + 0.01
    facts = [[one() for _ in range(count)] for _ in range(recordings)]
    return Worlds.of_facts(facts, WORDS, WORDS, share / share.sum(axis=1, keepdims=True))


def as_world(worlds: Worlds, recording: int, number: int) -> World:
    """The things numbered without gaps."""
    facts = worlds.facts(recording, number)
    things = {name: k for k, name in enumerate(sorted(fact.name for fact in facts if not fact.arguments))}
    found = {(fact.name, tuple(things[noun] for noun in fact.arguments)) for fact in facts if fact.arguments}
    found |= {(name, (k,)) for name, k in things.items() if name in worlds.concepts}
    return World(len(things), frozenset(found))
