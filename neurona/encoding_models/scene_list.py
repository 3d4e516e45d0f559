"""Few scenes: where training shows only so many different ones, they are all the worlds there are.

Eight kinds of pictures, one at a time, are eight scenes. Their posterior is that of a class model (`class_model`), and every program
has its exact probability: the sum over the scenes in which it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from neurona.encoding_models.class_model import ClassModel, fit_class_model
from neurona.encoding_models.known_facts import KnownFacts
from neurona.encoding_models.worlds import Worlds, worlds_of
from neurona.scenes.scene_graph import Fact

MOST = 64
"""Different scenes that may be listed."""


def few_scenes(known: Sequence[KnownFacts]) -> bool:
    """Whether the training scenes are a few different ones, each seen twice or more and three times on average."""
    times = Counter(facts.true for facts in known)
    return 2 <= len(times) <= min(MOST, len(known) // 3) and min(times.values()) >= 2


@dataclass(frozen=True)
class SceneList:
    """All scenes there are.

    Attributes:
        scenes: facts of each.
        model: their posterior.
        table: the scenes as the worlds of one recording.
    """

    scenes: tuple[frozenset[Fact], ...]
    model: ClassModel
    table: Worlds

    @classmethod
    def fit(
        cls,
        known: Sequence[KnownFacts],
        features: Float[np.ndarray, "row feature"],
        concepts: tuple[str, ...],
        relations: tuple[str, ...],
        *,
        n_times: int = 1,
        seed: int = 0,
    ) -> SceneList:
        """Learn from training recordings, whose facts are known.

        Args:
            known: facts of each recording's scene.
            features: of each recording, channel by channel.
            concepts, relations: names for the worlds.
            n_times: time points a channel.
            seed: of the inner folds.
        """
        scenes = tuple(sorted({facts.true for facts in known}, key=lambda scene: sorted(map(repr, scene))))
        place = {scene: k for k, scene in enumerate(scenes)}
        classes = np.array([place[facts.true] for facts in known], dtype=np.int64)
        model = fit_class_model(features, classes, n_classes=len(scenes), n_times=n_times, seed=seed)
        table = worlds_of([[sorted(scene, key=repr) for scene in scenes]], concepts, relations)
        return cls(scenes, model, table)

    def posterior(
        self, features: Float[np.ndarray, "recording feature"] | None, recordings: int
    ) -> Float[np.ndarray, "recording scene"]:
        """How probable each scene is; beforehand where there are no features."""
        if features is None:
            return np.tile(np.exp(self.model.log_prior), (recordings, 1))
        return np.exp(self.model.log_posterior(features))
