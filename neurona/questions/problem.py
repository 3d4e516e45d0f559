"""What a decoder learns from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Int

from neurona.programs import Vocabulary
from neurona.questions.asked import Asked
from neurona.questions.things import things_of
from neurona.recordings.entities import Entities
from neurona.scenes.facts import SceneFacts


@dataclass(frozen=True)
class Problem:
    """What a decoder learns from.

    Attributes:
        entities: features of all N recordings and the entity of each feature; a decoder looks at the rows that `train` and
            `validation` ask about, and no others.
        vocabulary: of the questions.
        train: questions to learn from.
        validation: questions to choose settings by; about other recordings than `train`, perhaps none.
        facts: what holds in the scene of each recording, where the data set has scene graphs; None where the answers say all.
        seed: of everything that is drawn.
        simulated: whether nobody measured the recordings.
        groups: of each recording, which folds that settings are chosen by keep whole: what the split leaves out, else the run.
        dataset: name of the data set.
        subjects: whose each recording is, where several people were recorded.
        columns: what is said of each recording beside its label, by column: subject, session, sex, ...
    """

    entities: Entities = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    train: Asked
    validation: Asked
    facts: tuple[SceneFacts, ...] | None = field(default=None, repr=False)
    seed: int = 0
    simulated: bool = False
    groups: tuple[str, ...] | None = field(default=None, repr=False)
    dataset: str = ""
    subjects: tuple[str, ...] | None = field(default=None, repr=False)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def learning(self) -> Asked:
        """Questions to train on and to choose by, for decoders that choose by folds of their own."""
        return self.train.join(self.validation)

    @cached_property
    def things(self) -> frozenset[str]:
        """Concepts that are things: of scene graphs their nouns, else by what the training questions ask."""
        if self.facts is None:
            return things_of(self.train.queries, self.vocabulary)
        rows = self.train_rows.tolist()
        return frozenset(fact.name for row in rows for fact in self.facts[row].true if not fact.arguments)

    @property
    def train_rows(self) -> Int[np.ndarray, " row"]:
        """Recordings to learn from."""
        return np.unique(self.train.recording)
