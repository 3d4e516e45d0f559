"""The logit of a fact, and the probabilities of words, from a recording: ratios weighed with margins.

    recordings, facts -> ratios (alternatives) -> readout -> logit  \\
                      -> margins (scene_search)                      -> margin readout -> answer
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from neurona.encoding_models.alternatives import Alternatives
from neurona.encoding_models.calibration import Readout, fit_readout
from neurona.encoding_models.fact_questions import FactQuestions
from neurona.encoding_models.margin_readout import MarginReadout, fit_margin_readout, parts_of
from neurona.encoding_models.scene_search import SceneSearch
from neurona.scenes.scene_graph import Fact

Features = Float[np.ndarray, "recording feature"]


@dataclass
class FactEvidence:
    """What recordings say of facts.

    Attributes:
        alternatives: hypotheses and their evidence.
        readout: how ratios are weighed.
        search: of the rest of the scene; None where it counts as noise.
        margins: how ratios and margins are weighed.
    """

    alternatives: Alternatives
    readout: Readout
    search: SceneSearch | None = None
    margins: MarginReadout = field(default_factory=MarginReadout)

    @classmethod
    def fit(
        cls, alternatives: Alternatives, search: SceneSearch | None, features: Features, on: FactQuestions
    ) -> FactEvidence:
        """Weigh evidence on validation questions.

        Args:
            alternatives, search: evidence.
            features: of all recordings.
            on: the questions.
        """
        rows = np.unique(np.concatenate([on.recording, on.words_recording])).astype(np.int64)
        place = np.full(len(features), -1)
        place[rows] = np.arange(len(rows))
        of_facts, of_words = place[on.recording], place[on.words_recording]
        support = alternatives.inversion.support(features[rows])
        readout = fit_readout(alternatives, support, on.facts, of_facts, on.holds, on.words, of_words, on.words_target)
        found = cls(alternatives, readout, search)
        if search is not None and len(rows):
            parts = found._parts(features[rows], support, on.facts, of_facts, on.words, of_words)
            arity = np.array([len(fact.arguments) for fact in on.facts], dtype=np.int64)
            found.margins = fit_margin_readout(parts[0], arity, on.holds, parts[1], on.words_target)
        return found

    def answers(
        self,
        features: Features | None,
        facts: Sequence[Fact],
        recording: Int[np.ndarray, " fact"],
        words: Sequence[Sequence[Fact]],
        words_recording: Int[np.ndarray, " question"],
    ) -> tuple[Float[np.ndarray, " fact"], list[Float[np.ndarray, " word"]]]:
        """Logits of facts, and log probabilities of the words of each question.

        Args:
            features: of recordings; None for what is known without any.
            facts, recording: facts, and the row that each is asked of.
            words, words_recording: the facts that each question's words make, and the row that it is asked of.
        """
        if features is None:
            last = int(max([*recording.tolist(), *words_recording.tolist()], default=0)) + 1
            support = np.zeros((last, len(self.alternatives.inversion.gram)), np.float32)
        else:
            support = self.alternatives.inversion.support(features)
        if features is None or self.search is None:
            return self._ratios(support, facts, recording, words, words_recording, features is None)
        parts, of_words = self._parts(features, support, facts, recording, words, words_recording)
        arity = np.array([len(fact.arguments) for fact in facts], dtype=np.int64)
        return self.margins.logits(parts, arity), self.margins.words(of_words)

    def loss(self, features: Features, on: FactQuestions) -> float:
        """Mean cross-entropy of the answers, in nats."""
        logits, words = self.answers(features, on.facts, on.recording, on.words, on.words_recording)
        yes_no = np.logaddexp(0, np.where(on.holds, -logits, logits))
        of_words = [-scores[target] for scores, target in zip(words, on.words_target, strict=True)]
        return float(np.mean([*yes_no, *of_words]))

    def _ratios(
        self,
        support: np.ndarray,
        facts: Sequence[Fact],
        recording: np.ndarray,
        words: Sequence[Sequence[Fact]],
        words_recording: np.ndarray,
        prior_only: bool,
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        found = self.readout.logits(self.alternatives, facts, support, recording, prior_only)
        return found, self.readout.words(self.alternatives, words, support, words_recording, prior_only)

    def _parts(
        self,
        features: Features,
        support: np.ndarray,
        facts: Sequence[Fact],
        recording: np.ndarray,
        words: Sequence[Sequence[Fact]],
        words_recording: np.ndarray,
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """What `MarginReadout` weighs."""
        assert self.search is not None
        logits, of_words = self._ratios(support, facts, recording, words, words_recording, False)
        number = self.search.inventory.number
        stated = [number(fact) for fact in facts]
        chosen = [[number(fact) for fact in row] for row in words]
        asked: list[set[int]] = [set() for _ in features]
        for row, one in [
            *zip(recording, stated, strict=True),
            *((r, k) for r, of in zip(words_recording, chosen, strict=True) for k in of),
        ]:
            if one is not None:
                asked[row].add(one)
        found = self.search.find(features, [sorted(of) for of in asked])

        def parts(row: int, numbers: Sequence[int | None], before: np.ndarray) -> np.ndarray:
            unknown = (np.nan, np.nan)
            margins = [unknown if k is None else found[row][k] for k in numbers]
            return parts_of(before, *np.array(margins, dtype=np.float64).reshape(-1, 2).T)

        of_facts = [
            parts(row, [k], logits[i : i + 1])
            for i, (row, k) in enumerate(zip(recording.tolist(), stated, strict=True))
        ]
        return (
            np.concatenate(of_facts) if of_facts else np.zeros((0, 3)),
            [parts(row, k, before) for row, k, before in zip(words_recording.tolist(), chosen, of_words, strict=True)],
        )
