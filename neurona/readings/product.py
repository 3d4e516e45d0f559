"""Two readings of the same recordings, multiplied: what both say counts twice, the prior once.

    logit P(q | recording) = sum over members of (logit P_m(q | recording) - logit P_m(q)) + logit P(q)

with P the prior of the first member. The asking model weighs this, and what each further member brought (G. Hinton 2002, Training
products of experts by minimizing contrastive divergence, Neural Computation 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Int
from scipy.special import expit, logsumexp

from neurona.execution import Explanation
from neurona.programs import Query, Vocabulary
from neurona.programs.facts import Fact
from neurona.readings.asking import AskingModel
from neurona.readings.belief import Belief, log_odds, log_share
from neurona.readings.carriers import EntityEvidence
from neurona.readings.reading import About, Reading


@dataclass(frozen=True, eq=False)
class ProductReading(Reading):
    """Readings of the same recordings, multiplied.

    Attributes:
        members: readings of the same recordings in the same order.
    """

    vocabulary: Vocabulary
    recordings: tuple[str, ...]
    members: tuple[Reading, ...] = field(repr=False)
    about: About = field(default_factory=About)
    asking: AskingModel = field(default_factory=AskingModel)
    entity_evidence: EntityEvidence | None = None
    subjects: tuple[str, ...] = ()

    @property
    def things(self) -> tuple[str, ...]:
        """Those of the first member that tells nouns from other concepts."""
        return min((member.things for member in self.members), key=len)

    def believe(
        self, queries: Sequence[Query], rows: Int[np.ndarray, " question"], given: Query | None = None
    ) -> Belief:
        beliefs = [member.believe(queries, rows, given) for member in self.members]
        first, choice = beliefs[0], beliefs[0].is_choice[:, None]
        width = min(belief.probability.shape[1] for belief in beliefs)
        probability, prior = (np.stack([b[:, :width] for b in part]) for part in _pairs(beliefs))
        logs = np.where(choice, log_share(probability), log_odds(probability))
        before = np.where(choice, log_share(prior), log_odds(prior))
        # A member without a prior of this question brings no evidence apart from it.
        total = np.nansum(logs - before, axis=0) + before[0]
        words = np.exp(total - logsumexp(np.where(np.isnan(total), -np.inf, total), axis=1, keepdims=True))
        signals = [belief.signals[:, :width] for belief in beliefs]
        # Of a question that denies its form for one member and states it for another, all signals are of what the first states.
        turned = [(first.sign * belief.sign)[:, None, None] for belief in beliefs[1:]]
        others = [sign * (part[:, :, :1] - part[:, :, 1:2]) for sign, part in zip(turned, signals[1:], strict=True)]
        product = signals[0][:, :, :1] + np.sum(others, axis=0)
        return Belief(
            tuple(words[:width] for words in first.choices),
            np.where(choice, words, expit(total)),
            prior[0],
            np.sqrt(np.nansum([belief.error[:, :width] ** 2 for belief in beliefs], axis=0)),
            first.form,
            first.sign,
            np.concatenate([product, signals[0][:, :, 1:], *others], axis=2),
        )

    def explain(self, query: str | Query, recording: str, *, given: str | Query | None = None) -> Explanation:
        """By the first member."""
        return self.members[0].explain(query, recording, given=given)

    def likely_facts(self, recording: str, threshold: float) -> list[Fact]:
        found = [fact for member in self.members for fact in member.likely_facts(recording, threshold)]
        return list(dict.fromkeys(found))

    def take(self, recordings: Sequence[str]) -> ProductReading:
        members, subjects = (
            tuple(member.take(recordings) for member in self.members),
            self._people(self.rows(recordings)),
        )
        return replace(self, recordings=tuple(recordings), members=members, subjects=tuple(subjects or ()))


def _pairs(beliefs: Sequence[Belief]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    return [belief.probability for belief in beliefs], [belief.prior for belief in beliefs]
