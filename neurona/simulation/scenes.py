"""Scenes from a stochastic grammar over the ontology.

    scene          -> locale, things, relationships
    things         -> n ~ U{least .. most} different nouns of the locale; the noun of rank k has weight 1 / (k + 2)
    adjectives     -> at each thing, one of each kind at most
    relationships  -> between pairs of things, drawn by plausibility; one of each category at most for two things

All things of a scene have different nouns, so that a fact never holds of one and fails of another: what the scene
graph does not state is false.
"""

from __future__ import annotations

import numpy as np

from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing
from neurona.simulation.ontology import Ontology
from neurona.simulation.settings import SimulationSettings


def make_scenes(ontology: Ontology, settings: SimulationSettings, rng: np.random.Generator) -> tuple[SceneGraph, ...]:
    """`settings.images` scenes, named `image00000` and so on."""
    locales = [nouns for nouns in ontology.locales.values() if len(nouns) >= settings.things_least]
    return tuple(
        _scene(f"image{number:05d}", locales[rng.integers(len(locales))], ontology, settings, rng)
        for number in range(settings.images)
    )


def _scene(
    image: str, locale: tuple[str, ...], ontology: Ontology, settings: SimulationSettings, rng: np.random.Generator
) -> SceneGraph:
    size = min(int(rng.integers(settings.things_least, settings.things_most + 1)), len(locale))
    weights = 1 / (2.0 + np.arange(len(locale)))
    nouns = [locale[k] for k in rng.choice(len(locale), size, replace=False, p=weights / weights.sum())]
    things = tuple(
        Thing(noun, _adjectives(noun, ontology, rng.poisson(settings.adjectives_a_thing), rng)) for noun in nouns
    )
    wanted = rng.poisson(settings.relationships_a_thing * size)
    return SceneGraph(image, things, _relationships(nouns, ontology, wanted, rng))


def _adjectives(noun: str, ontology: Ontology, wanted: int, rng: np.random.Generator) -> tuple[str, ...]:
    fitting = ontology.fitting_adjectives(noun)
    chosen: dict[str, str] = {}
    for k in rng.permutation(len(fitting)):
        if len(chosen) < wanted:
            chosen.setdefault(ontology.kind_of[fitting[k]], fitting[k])
    return tuple(sorted(chosen.values()))


def _relationships(
    nouns: list[str], ontology: Ontology, wanted: int, rng: np.random.Generator
) -> tuple[Relationship, ...]:
    """Gumbel's trick: the `wanted` best of log plausibility + Gumbel noise are a draw without replacement."""
    place = [ontology.nouns.index(noun) for noun in nouns]
    plausible = ontology.plausibility[:, place][:, :, place].copy()
    plausible[:, np.arange(len(nouns)), np.arange(len(nouns))] = 0
    with np.errstate(divide="ignore"):
        score = np.log(plausible) + rng.gumbel(size=plausible.shape)
    found: dict[tuple[str, frozenset[int]], Relationship] = {}
    for flat in np.argsort(-score, axis=None):
        relation, subject, object_ = (int(k) for k in np.unravel_index(flat, score.shape))
        if len(found) >= wanted or plausible[relation, subject, object_] == 0:
            break
        name = ontology.relations[relation]
        key = (ontology.category_of[name], frozenset((subject, object_)))
        found.setdefault(key, Relationship(subject, name, object_))
    return tuple(found.values())
