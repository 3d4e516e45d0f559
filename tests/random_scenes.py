"""Random scenes for the tests. SIMULATED: nobody saw them.

Nouns are drawn unevenly. Each pair of nouns has relations of its own liking, so that nouns give relations away unless
questions are balanced; `liking` 0 draws relations blindly.
"""

import numpy as np

from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing

NOUNS = tuple(f"noun{k}" for k in range(24))
ATTRIBUTES = tuple(f"adjective{k}" for k in range(8))
RELATIONS = ("hold", "ride", "eat", "wear", "use", "on", "under", "_in", "beside", "in_front_of", "next_to")


def random_scenes(
    number: int, seed: int = 0, *, liking: float = 0.9, things: int = 6, links: int = 6, nouns: int = 24
) -> list[SceneGraph]:
    rng = np.random.default_rng(seed)
    taste = np.random.default_rng(99).integers(len(RELATIONS), size=(nouns, nouns))
    weights = 1 / (3 + np.arange(nouns))
    scenes = []
    for k in range(number):
        kinds = rng.choice(nouns, size=things, replace=False, p=weights / weights.sum())
        shown = tuple(
            Thing(
                NOUNS[kind], tuple(sorted({ATTRIBUTES[(kind + a) % len(ATTRIBUTES)] for a in rng.integers(3, size=2)}))
            )
            for kind in kinds
        )
        relationships = []
        for _ in range(links):
            a, b = rng.choice(things, 2, replace=False)
            liked = taste[kinds[a], kinds[b]]
            relation = liked if rng.random() < liking else rng.integers(len(RELATIONS))
            relationships.append(Relationship(int(a), RELATIONS[relation], int(b)))
        scenes.append(SceneGraph(f"image{k:05d}", shown, tuple(relationships)))
    return scenes
