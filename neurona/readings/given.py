"""A reading under a condition, as the source of a concept graph: what the rest of the scene would be, were a formula true.

    P(fact | recording, given) >= t    only if    P(fact | recording) >= t P(given | recording)

which says down to which probability facts must be looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurona.errors import QueryError
from neurona.graphs.source import Carriers, Said
from neurona.programs import Query, Vocabulary
from neurona.programs.facts import Fact

if TYPE_CHECKING:
    from neurona.readings.reading import Reading


@dataclass(frozen=True)
class Given:
    """What a reading says, given a formula (`graphs.source.Source`).

    Attributes:
        reading: that is asked.
        condition: a checked formula.
    """

    reading: Reading
    condition: Query

    @property
    def vocabulary(self) -> Vocabulary:
        return self.reading.vocabulary

    @property
    def things(self) -> tuple[str, ...]:
        return self.reading.things

    @property
    def dataset(self) -> str:
        return self.reading.about.dataset

    @property
    def decoder(self) -> str:
        return self.reading.about.decoder

    @property
    def simulated(self) -> bool:
        return self.reading.about.simulated

    @property
    def paired(self) -> bool:
        return self.reading.paired

    def ask_all(self, queries: Sequence[Query], recording: str) -> Said:
        """Probabilities given the condition.

        Raises:
            QueryError: no world of the recording holds it.
        """
        rows = np.repeat(self.reading.rows([recording]), len(queries))
        said = self.reading.ask_each(queries, rows, given=self.condition)
        if np.isnan(said.probability).any():
            raise QueryError(
                f"given: what is taken to be true holds in no scene that is thought possible of {recording}"
            )
        return Said(said.probability, np.nan_to_num(said.prior), np.nan_to_num(said.error))

    def likely_facts(self, recording: str, threshold: float) -> list[Fact]:
        """Facts that may have the threshold, given the condition."""
        rows = self.reading.rows([recording])
        share = float(self.reading.ask_each([self.condition], rows).probability[0])
        return self.reading.likely_facts(recording, threshold * share)

    def carriers(self, recording: str, words: Sequence[str]) -> Carriers | None:
        """Of the recording; what the condition does to a word is in `rest`."""
        return self.reading.carriers(recording, words)
