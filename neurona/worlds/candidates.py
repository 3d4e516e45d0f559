"""Which facts of a recording are worth sampling, chosen from the recording alone.

The likeliest nouns, and what has most evidence among all that may be said of them. Evidence that takes the rest of the scene as noise
(`Screening`) chooses better than evidence that expects the rest to be explained.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from neurona.encoding_models.inversion import Inversion
from neurona.worlds.space import SceneSpace

_UNLIKELY = -6.0
"""Nouns of lower log odds are not considered."""


class Screening(NamedTuple):
    """Evidence of single facts, whatever else is in the scene.

    Attributes:
        support: of features, then of each noun with its company.
        gram: their products, so that a row's evidence is row . support - row . gram . row / 2.
    """

    support: Float[np.ndarray, "recording column"]
    gram: Float[np.ndarray, "column column"]

    @classmethod
    def of_inversion(cls, marginal: Inversion, features: Float[np.ndarray, "recording input"]) -> Screening:
        """By an inversion that takes all the rest of the scene as noise, its context that of the space's nouns in their order."""
        return cls(marginal.support(features), marginal.gram)

    def company(
        self, space: SceneSpace, recording: int, things: Int[np.ndarray, " thing"]
    ) -> Float[np.ndarray, " thing"]:
        """Evidence for nouns with what is to be expected beside them, in nats."""
        own = len(space.bindings) + things
        return self.support[recording, own] - self.gram[own, own] / 2


def choose(
    space: SceneSpace, screening: Screening, recording: int, *, nouns: int, candidates: int
) -> tuple[Int[np.ndarray, " thing"], Int[np.ndarray, " fact"]]:
    """The nouns, and the facts about them, that are worth sampling.

    Args:
        space: of facts.
        screening: evidence.
        recording: its place.
        nouns, candidates: at most so many nouns, and so many facts with them.
    """
    support, columns = screening.support[recording], len(space.bindings)
    everyone = np.arange(len(space.nouns))
    # A noun counts with its company.
    score = screening.company(space, recording, everyone) + space.log_odds(everyone)
    top = np.argsort(-score, kind="stable")[:nouns]
    # The likeliest noun stays, however unlikely: a scene has something in it.
    top = np.sort(top[score[top] >= min(score[top[0]], _UNLIKELY)])
    said = space.said_of(top)
    at, values = space.rows(said)
    alone = (np.append(support[:columns], np.float32(0.0))[at] * values).sum(axis=1)
    strength = alone - squares(screening.gram, np.minimum(at, columns - 1), values) / 2 + space.log_odds(said)
    best = np.argsort(-strength, kind="stable")[: max(candidates - len(top), 0)]
    return top, np.sort(said[best])


def squares(
    gram: Float[np.ndarray, "column column"], at: Int[np.ndarray, "fact entry"], values: Float[np.ndarray, "fact entry"]
) -> Float[np.ndarray, " fact"]:
    """row . gram . row of each fact."""
    used = np.flatnonzero(values.any(axis=0))
    at, values = at[:, used], values[:, used]
    return np.einsum("fij,fi,fj->f", gram[at[:, :, None], at[:, None, :]], values, values)
