"""What a thing evokes beside itself: a dog may bring a bone to mind that is nowhere in the picture.

    f(scene) -> f(scene) + e sum over things a of w_b(a),      b(a) one of the three associates of a, drawn anew for each image and subject

Associates are fixed nouns, drawn once; e is `associates`. Nobody is told what was evoked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from neurona.scenes.scene_graph import SceneGraph
from neurona.simulation.ontology import Ontology
from neurona.simulation.patterns import Patterns

_EACH = 3


def evoked(
    scenes: Sequence[SceneGraph], ontology: Ontology, patterns: Patterns, subjects: int, rng: np.random.Generator
) -> Float[np.ndarray, "subject scene component"]:
    """The response to what is evoked.

    Args:
        scenes: seen.
        ontology: of nouns.
        patterns: planted.
        subjects: who see them; each has thoughts of their own.
        rng: of associates and of what comes to mind.
    """
    place = {noun: k for k, noun in enumerate(ontology.nouns)}
    number = len(place)
    away = np.argsort(rng.random((number, number - 1)), axis=1)[:, :_EACH] + 1
    associates = (np.arange(number)[:, None] + away) % number
    found = np.zeros((subjects, len(scenes), patterns.word.shape[1]), np.float32)
    for k, scene in enumerate(scenes):
        things = [place[fact.name] for fact in sorted(scene.facts, key=repr) if not fact.arguments]
        drawn = rng.integers(associates.shape[1], size=(subjects, len(things)))
        found[:, k] = patterns.word[associates[things, drawn]].sum(axis=1)
    return found
