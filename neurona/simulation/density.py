"""Patterns that are not where one expects them: spread over the whole brain, or in other parcels than those recordings tell of.

    w -> sqrt(1 - d) w + sqrt(d) u,      u a smooth field over all components, of unit length;  d = `density`

for words, and for nouns in roles likewise. Where concepts are planted in a parcellation of their own, a parcel of the recordings is said to carry
a word if more than half of its components lie in planted parcels, or more of them than in any other parcel.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from neurona.simulation.brain import Brain
from neurona.simulation.patterns import Patterns, one_name, smoothing, unit
from neurona.simulation.settings import SimulationSettings


def spread_out(patterns: Patterns, brain: Brain, settings: SimulationSettings, rng: np.random.Generator) -> Patterns:
    """Patterns of which a share lies anywhere."""
    smooth, share = smoothing(brain.distances, settings.smoothness_mm), settings.density

    def mixed(planted: Float[np.ndarray, "word component"], field: np.ndarray) -> Float[np.ndarray, "word component"]:
        found: np.ndarray = unit(np.sqrt(1 - share) * planted + np.sqrt(share) * unit(field @ smooth.T))
        return found.astype(np.float32)

    nouns, size = len(patterns.subject), len(smooth)
    others = one_name(patterns.words[nouns:])
    of_words = rng.standard_normal((len(patterns.words), size))
    of_words[nouns:] = of_words[nouns:][others]
    in_roles = rng.standard_normal((2, nouns, size))
    return replace(
        patterns,
        word=mixed(patterns.word, of_words),
        subject=mixed(patterns.subject, in_roles[0]),
        object=mixed(patterns.object, in_roles[1]),
    )


def told_by(patterns: Patterns, planted_in: Brain, brain: Brain) -> Patterns:
    """The same patterns, with what carries them said in the parcels that recordings tell of."""
    member = np.eye(len(brain.parcels))[brain.parcel_of_component]
    inside = patterns.planted[:, planted_in.parcel_of_component] @ member / member.sum(axis=0)
    return replace(patterns, planted=(inside > 0.5) | (inside == inside.max(axis=1, keepdims=True)))
