"""What is planted: a pattern over components for every word, confined to a few parcels.

A smooth field is white noise seen through a Gaussian kernel: `z = K e`, so that its values at components x mm apart correlate
by `exp(-x^2 / 2 l^2)`. Kin share: a field of noun a of class A is `sqrt(1 - k) z_a + sqrt(k) z_A`.

    w_a     noun: kin field within a's parcels, which are among the favourite parcels of its class, of unit length
    w_r     adjective, relation: smooth field within its parcels, of unit length
    S_a     noun in the role of subject: sqrt(1 - rho^2) m_a + rho s_a, within a's parcels, of unit length
    O_a     noun in the role of object:  sqrt(1 - rho^2) m_a + rho o_a, likewise (m, s, o: kin fields)
    g^S_a   gate of a as subject over all components: 1 + tanh(2 (sqrt(1 - rho^2) m'_a + rho s'_a)), between 0 and 2
    g^O_a   gate of a as object, likewise with o'_a
    g_a     gate of a for its adjectives: 1 + tanh(2 n_a)

With rho = 0 a noun does the same as subject and as object. A relation and its inverse (`on`, `under`) are one word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from neurona.scenes.names import NameTable
from neurona.simulation.brain import Brain
from neurona.simulation.ontology import Ontology
from neurona.simulation.settings import SimulationSettings

_SPARE_PARCELS = 2
"""A class has this many favourite parcels more than a noun uses."""


@dataclass(frozen=True)
class Patterns:
    """Patterns and gates, float32.

    Attributes:
        words: nouns, adjectives, relations.
        planted: which parcels carry which word.
        word: pattern w of each word, of unit length.
        subject, object: patterns S, O of each noun in a role.
        gate, subject_gate, object_gate: gates of each noun.
    """

    words: tuple[str, ...]
    planted: Bool[np.ndarray, "word parcel"]
    word: Float[np.ndarray, "word component"]
    subject: Float[np.ndarray, "noun component"]
    object: Float[np.ndarray, "noun component"]
    gate: Float[np.ndarray, "noun component"]
    subject_gate: Float[np.ndarray, "noun component"]
    object_gate: Float[np.ndarray, "noun component"]


def plant(brain: Brain, ontology: Ontology, settings: SimulationSettings, rng: np.random.Generator) -> Patterns:
    """Draw the patterns of all words."""
    nouns, others = ontology.nouns, (*ontology.adjectives, *ontology.relations)
    classes = sorted(set(ontology.class_of.values()))
    kin = np.array([classes.index(ontology.class_of[noun]) for noun in nouns])
    smooth = smoothing(brain.distances, settings.smoothness_mm)
    spread = min(settings.spread, len(brain.parcels))
    favourites = _choose(len(classes), np.ones((len(classes), len(brain.parcels)), bool), spread + _SPARE_PARCELS, rng)
    of_nouns = _choose(len(nouns), favourites[kin], spread, rng)
    same_name = one_name(others)
    of_others = _choose(len(others), np.ones((len(others), len(brain.parcels)), bool), spread, rng)[same_name]

    def fields(number: int) -> np.ndarray:
        return rng.standard_normal((number, len(smooth))) @ smooth.T

    def kin_fields() -> np.ndarray:
        own, shared = fields(len(nouns)), fields(len(classes))
        return np.sqrt(1 - settings.kinship) * own + np.sqrt(settings.kinship) * shared[kin]

    def in_role(common: np.ndarray, special: np.ndarray) -> np.ndarray:
        return np.sqrt(1 - settings.roles**2) * common + settings.roles * special

    within = of_nouns[:, brain.parcel_of_component]
    of_noun = unit(kin_fields() * within)
    of_other = unit(fields(len(others))[same_name] * of_others[:, brain.parcel_of_component])
    common, as_subject, as_object = (kin_fields() for _ in range(3))
    gate_common, gate_subject, gate_object, gate = (kin_fields() for _ in range(4))
    return Patterns(
        words=(*nouns, *others),
        planted=np.concatenate([of_nouns, of_others]),
        word=np.concatenate([of_noun, of_other]).astype(np.float32),
        subject=unit(in_role(common, as_subject) * within).astype(np.float32),
        object=unit(in_role(common, as_object) * within).astype(np.float32),
        gate=_gate(gate),
        subject_gate=_gate(in_role(gate_common, gate_subject)),
        object_gate=_gate(in_role(gate_common, gate_object)),
    )


def smoothing(
    distances: Float[np.ndarray, "component component"], smoothness_mm: float
) -> Float[np.ndarray, "component component"]:
    """K: rows of unit length, so that white noise keeps its variance; fields correlate by exp(-x^2 / 2 l^2)."""
    kernel = gaussian(distances, smoothness_mm / np.sqrt(2))
    return kernel / np.linalg.norm(kernel, axis=1, keepdims=True)


def gaussian(distances: Float[np.ndarray, "place other"], width: float) -> Float[np.ndarray, "place other"]:
    """exp(-x^2 / 2 width^2), exactly 0 below 1e-12: denormal numbers would slow every product with it down tenfold."""
    kernel = np.exp(-0.5 * (distances / width) ** 2)
    return np.where(kernel < 1e-12, 0.0, kernel)


def _choose(
    number: int, allowed: Bool[np.ndarray, "word parcel"], spread: int, rng: np.random.Generator
) -> Bool[np.ndarray, "word parcel"]:
    """`spread` of the allowed parcels for each word."""
    order = np.argsort(np.where(allowed, rng.random(allowed.shape), np.inf), axis=1)
    chosen = np.zeros_like(allowed)
    chosen[np.arange(number)[:, None], order[:, :spread]] = True
    return chosen


def one_name(words: Sequence[str]) -> list[int]:
    """Place of the name that stands for each word: `on` and `under` say the same of the same two things, and are one pattern."""
    opposite = NameTable.read().opposite
    names = [min(word, opposite.get(word, word)) for word in words]
    return [words.index(name) if name in words else k for k, name in enumerate(names)]


def unit(fields: Float[np.ndarray, "word component"]) -> Float[np.ndarray, "word component"]:
    """Fields of unit length."""
    return fields / np.linalg.norm(fields, axis=1, keepdims=True)


def _gate(field: Float[np.ndarray, "noun component"]) -> Float[np.ndarray, "noun component"]:
    return (1 + np.tanh(2 * field)).astype(np.float32)


def planted_grounding(patterns: Patterns, names: Sequence[str]) -> Bool[np.ndarray, "word parcel"]:
    """Which parcels carry each of the named words, in their order."""
    return patterns.planted[[patterns.words.index(name) for name in names]]
