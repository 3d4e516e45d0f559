"""Worlds that can be listed: few different scenes, or labels.

Eight kinds of pictures, one at a time, are eight scenes. Their posterior is that of a class model (`class_model`), and every program
has its exact probability: the sum of the shares of the scenes in which it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from jaxtyping import Float, Int

from neurona.encoding_models.class_model import ClassModel, ClassModelSettings, fit_class_model
from neurona.encoding_models.known_facts import KnownFacts
from neurona.errors import DataError
from neurona.execution.worlds import Worlds
from neurona.programs import Vocabulary
from neurona.programs.axioms import axioms_of
from neurona.programs.facts import Fact
from neurona.scenes.names import NameTable

MOST = 64
"""Different scenes that may be listed."""
MOST_LABELS = 4096
"""Combinations of labels that may be listed."""


def few_scenes(known: Sequence[KnownFacts]) -> bool:
    """Whether the training scenes are a few different ones, each seen twice or more and three times on average."""
    times = Counter(facts.true for facts in known)
    return 2 <= len(times) <= min(MOST, len(known) // 3) and min(times.values()) >= 2


@dataclass(frozen=True)
class SceneList:
    """All scenes there are.

    Attributes:
        model: their posterior.
        before: the scenes as the worlds of one recording, with their prior shares.
        rows: of the recordings that it learned from.
    """

    model: ClassModel
    before: Worlds
    rows: Int[np.ndarray, " row"]

    @classmethod
    def of_known(
        cls,
        known: Sequence[KnownFacts],
        rows: Int[np.ndarray, " row"],
        features: Float[np.ndarray, "row feature"],
        vocabulary: Vocabulary,
        *,
        n_times: int = 1,
        settings: ClassModelSettings,
        seed: int = 0,
    ) -> SceneList:
        """Learn from training recordings, whose facts are known; scenes have nothing in common.

        Args:
            known: facts of each recording's scene.
            rows: of the recordings.
            features: of each recording, channel by channel.
            vocabulary: words of the worlds.
            n_times: time points a channel.
            settings: of the class model.
            seed: of the inner folds.
        """
        scenes = sorted({facts.true for facts in known}, key=lambda scene: sorted(map(repr, scene)))
        place = {scene: k for k, scene in enumerate(scenes)}
        classes = np.array([place[facts.true] for facts in known], dtype=np.int64)
        alone = np.arange(len(scenes))[:, None]
        model = fit_class_model(features, classes, words=alone, n_times=n_times, settings=settings, seed=seed)
        forms = NameTable.read().forms
        closed = [sorted(KnownFacts(scene).closed(forms), key=repr) for scene in scenes]
        share = np.exp(model.log_prior)[None, :]
        return cls(model, Worlds.of_facts([closed], vocabulary.concepts, vocabulary.relations, share), rows)

    def worlds(self, features: Float[np.ndarray, "recording feature"]) -> Worlds:
        """The scenes, with the share that each has given a recording."""
        return replace(self.before, share=np.exp(self.model.log_posterior(features)))

    def held_out(self) -> tuple[Worlds, Int[np.ndarray, " row"]]:
        """The same of the recordings that it learned from, by models that did not learn from them; and their rows."""
        known = ~np.isnan(self.model.held_out).any(axis=1)
        return replace(self.before, share=np.exp(self.model.held_out[known])), self.rows[known]


def labels_space(vocabulary: Vocabulary) -> list[frozenset[Fact]]:
    """All labels that a recording may have: one word of each exclusive category, all said of one thing.

    The word of the first category names the thing; those of others are said of it. Combinations that an axiom rules out are left out. A
    word that stands in several categories is said once, and goes with itself alone there: what is at rest has no side but `rest`.

    Raises:
        DataError: no exclusive category, or more combinations than can be listed.
    """
    axioms = axioms_of(vocabulary)
    groups = axioms.exclusive
    count = int(np.prod([len(words) for words in groups], dtype=np.float64)) if groups else 0
    if not 0 < count <= MOST_LABELS:
        raise DataError(
            f"labels: {count} combinations of the words of exclusive categories; there must be 1 to {MOST_LABELS}"
        )
    return [
        frozenset([Fact(words[0]), *(Fact(word, (words[0],)) for word in words[1:] if word != words[0])])
        for words in product(*groups)
        if not any(pair <= set(words) for pair in axioms.disjoint)
    ]
