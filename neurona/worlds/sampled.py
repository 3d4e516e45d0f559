"""Sampled scenes with the evidence that they were sampled by, so that facts that no sampled world holds keep their probability, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from neurona.errors import DataError
from neurona.execution import Worlds, truth
from neurona.programs import Vocabulary
from neurona.programs.axioms import axioms_of
from neurona.programs.facts import Fact
from neurona.worlds.evidence import FactEvidence
from neurona.worlds.posterior import ScenePosterior


@dataclass(frozen=True, eq=False)
class SampledScenes:
    """The posterior over scenes of N recordings.

    Attributes:
        evidence: for all facts of the space.
        drawn: worlds, in numbers of facts.
        alone: evidence that takes the rest of the scene as noise, for facts one at a time; its columns are the features, and then each noun
            with its company. None where facts do not compete.
    """

    evidence: FactEvidence
    drawn: ScenePosterior
    alone: FactEvidence | None = None

    def given_worlds(self, row: int, facts: Sequence[Fact]) -> Float[np.ndarray, "fact world"]:
        """P(fact, its things included | the rest of each world); 0 for facts of words that training never had.

        Args:
            row: the recording's place.
            facts: in any form.
        """
        numbers = [self.evidence.space.number(fact) for fact in facts]
        known = [k for k, number in enumerate(numbers) if number is not None]
        found = np.zeros((len(facts), self.drawn.share.shape[1]))
        if known:
            of = np.array([numbers[k] for k in known], dtype=np.int64)
            found[known] = self.evidence.conditional(row, of, self.drawn.states(self.evidence, row))
        return found

    def knows(self, fact: Fact) -> bool:
        """Whether training had the fact's words."""
        return self.evidence.space.number(fact) is not None

    def forms(self, fact: Fact) -> tuple[Fact, ...]:
        """The fact in all its forms (`on` and `under`)."""
        return tuple(self.evidence.space.bindings.forms(fact))

    def probability(self, row: int, facts: Sequence[Fact]) -> Float[np.ndarray, " fact"]:
        """Rao-Blackwell probability of facts, over all that the chains saw; NaN for those that were no candidates."""
        place = {number: k for k, number in enumerate(self.drawn.facts[row].tolist()) if number >= 0}
        at = [place.get(self.evidence.space.number(fact), -1) for fact in facts]
        return np.append(np.asarray(self.drawn.probability[row], np.float64), np.nan)[at]

    def prior_log_odds(self, facts: Sequence[Fact]) -> Float[np.ndarray, " fact"]:
        """Log odds of facts beforehand, given that their things are there."""
        numbers = np.array([self.evidence.space.number(fact) for fact in facts], dtype=np.int64)
        return self.evidence.space.log_odds(numbers)

    def closed_form(self, row: int, facts: Sequence[Fact]) -> Float[np.ndarray, "fact 3"]:
        """What evidence says of facts one at a time, the rest of the scene integrated out; 0 where facts do not compete.

        Returns:
            Log odds of the fact, given its things; then evidence for its first and for its second thing, each with the company that is to be
            expected beside it (of an object, for itself; 0 where there is no second).
        """
        found = np.zeros((len(facts), 3))
        if self.alone is None:
            return found
        space = self.evidence.space
        numbers = np.array([space.number(fact) for fact in facts], dtype=np.int64)
        found[:, 0] = self.alone.by_itself(row, numbers)
        arity, word, a, b = space.split(numbers)
        for k, thing in enumerate((np.where(arity == 0, word, a), b), start=1):
            own = len(space.bindings) + np.maximum(thing, 0)
            company = self.alone.support[row, own] - self._company_power[np.maximum(thing, 0)] / 2
            found[:, k] = np.where(thing >= 0, company, 0.0)
        return found

    @cached_property
    def _company_power(self) -> Float[np.ndarray, " noun"]:
        assert self.alone is not None
        assert self.alone.patterns is not None
        return (np.asarray(self.alone.patterns[len(self.evidence.space.bindings) :], np.float64) ** 2).sum(axis=1)

    @property
    def effective(self) -> Float[np.ndarray, " recording"]:
        """Effective number of worlds."""
        return self.drawn.effective

    def take(self, rows: Int[np.ndarray, " row"]) -> SampledScenes:
        """Of some recordings."""
        drawn = replace(
            self.drawn, **{one.name: np.asarray(getattr(self.drawn, one.name))[rows] for one in fields(self.drawn)}
        )
        evidence, alone = (
            None if part is None else replace(part, support=np.asarray(part.support)[rows])
            for part in (self.evidence, self.alone)
        )
        assert evidence is not None
        return SampledScenes(evidence, drawn, alone)

    def to_worlds(self, vocabulary: Vocabulary) -> Worlds:
        """The worlds as execution reads them: every fact in all its forms, and what the axioms make of a thing's words.

        A world that breaks another axiom than those of disjoint and implied words is given no share.

        Raises:
            DataError: no world of a recording fulfils the vocabulary's axioms.
        """
        space, count, axioms = self.evidence.space, self.drawn.share.shape[1], axioms_of(vocabulary)
        table, holds = [], []
        for row in range(len(self.drawn.share)):
            states = self.drawn.states(self.evidence, row)
            facts: dict[Fact, np.ndarray] = {}
            held = states.holds.any(axis=1)
            for fact, where in zip(space.facts(states.facts[held]), states.holds[held], strict=True):
                owner = (fact.arguments or (fact.name,))[:1]
                follows = axioms.follows(fact.name) if len(fact.arguments) < 2 else ()
                for one in (*self.forms(fact), *(Fact(word, owner) for word in sorted(follows))):
                    facts[one] = facts[one] | where if one in facts else where
            table.append(tuple(facts))
            holds.append(np.stack(list(facts.values())) if facts else np.zeros((0, count), bool))
        share = self.drawn.share / self.drawn.share.sum(axis=1, keepdims=True)
        worlds = Worlds.of_table(table, holds, vocabulary.concepts, vocabulary.relations, share)
        rows = np.arange(len(share))
        for axiom in axioms.others:
            share = share * truth(worlds, [axiom] * len(rows), rows)
        total = share.sum(axis=1, keepdims=True)
        if (total <= 0).any():
            row = int(np.flatnonzero(total[:, 0] <= 0)[0])
            raise DataError(
                f"recording {row}: no sampled scene fulfils the axioms {list(vocabulary.axioms)}; mend the vocabulary"
            )
        return replace(worlds, share=share / total) if axioms.others else worlds
