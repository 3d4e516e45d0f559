"""What a run found: all that its metrics and plots are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from neurona.decoders import Grounded
from neurona.evaluation import Accuracy, CarrierTest
from neurona.evaluation.groundings.backing import Backing
from neurona.experiments.runs.backing import backing_of
from neurona.experiments.runs.carriers import carriers_of
from neurona.experiments.runs.folds import Fitted
from neurona.experiments.runs.tested_people import used_of_tested_people
from neurona.experiments.schema import Config
from neurona.experiments.study import Study


@dataclass(frozen=True)
class Findings:
    """What a run found.

    Attributes:
        config: of the run.
        study: its data.
        fitted: the folds with their decoders.
        predictions: the test questions of all folds with their answers.
        accuracy: of them, see `accuracy_table`.
        unit: what is independent of each other among them, see `unit_of`.
        baselines: accuracies of classical decoders on the same folds.
    """

    config: Config
    study: Study
    fitted: Sequence[Fitted]
    predictions: pd.DataFrame
    accuracy: Mapping[str, Accuracy]
    unit: str = "image"
    baselines: Mapping[str, Accuracy] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What stands over its tables and plots."""
        return title_of(self.config)

    @property
    def used_of_tested_people(self) -> str:
        """Nothing, recordings without labels, or labelled ones."""
        return used_of_tested_people(
            [one.fold for one in self.fitted], self.study.dataset.recordings, self.config.align
        )

    @property
    def simulated(self) -> bool:
        """Whether nobody measured its data."""
        return self.study.dataset.simulated

    @property
    def groundings(self) -> pd.DataFrame | None:
        """How strongly each entity carries each word, `word x entity`, by the decoder of the first fold; None for decoders that cannot say.

        Words that a decoder knows nothing of (NaN) are left out.
        """
        first = self.fitted[0]
        if not isinstance(first.decoder, Grounded):
            return None
        words, scores = first.decoder.groundings()
        entities = list(first.problem.entities.names)
        return pd.DataFrame(np.asarray(scores, np.float64), index=list(words), columns=entities).dropna()

    @cached_property
    def carriers(self) -> CarrierTest:
        """Which entities of the first fold carry which words, whatever the decoder says.

        Raises:
            DataError: the data do not allow to tell (`carrier_test`).
        """
        return carriers_of(self.fitted[0], self.study, self.config.seed)

    @cached_property
    def backing(self) -> tuple[pd.DataFrame, Backing]:
        """Predictions, some of them where there are many, and whether evidence in the right place backs them."""
        return backing_of(self.fitted, self.predictions, self.study, self.config.seed)


def title_of(config: Config) -> str:
    """What a run is, in a line: name, decoder, what it learned from, and whatever makes its numbers others than those of a plain run."""
    said = [f"learned from {config.decoder.supervision}"]
    if config.align is not None:
        said.append(config.align.does)
    if config.training.selection == "test":
        said.append("epoch chosen on test questions")
    if config.evaluation.shuffle:
        said.append("recordings shuffled")
    return f"{config.name}: {config.decoder.kind}, {', '.join(said)}"
