"""All that a recording may show, where that is little enough to list: one word of each exclusive category, or any of a few free concepts.

    face, house (exclusive)            face | house
    face, house (exclusive), old       face | house | an old face | an old house
    left, right (free)                 nothing | left | right | left and right

Answers of a recording say which of these worlds may lie behind it: p(answers | world) = product over answers of 1 - e where the program
answered so is true in the world, e where it is not, with a small rate e of mistaken answers. The share of worlds among training
recordings is that of largest likelihood (expectation maximisation: A. Dempster et al. 1977, J. Royal Statistical Society B 39:1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, combinations

import numpy as np
from jaxtyping import Float
from scipy.special import log_softmax, logsumexp, softmax

from neurona.errors import ConfigError
from neurona.execution import Worlds, truth
from neurona.programs import Query, Vocabulary
from neurona.programs.axioms import axioms_of, closed_axioms
from neurona.programs.facts import Fact
from neurona.programs.statements import answered
from neurona.questions import Asked
from neurona.worlds import labels_space

MOST = 4096
"""Worlds that are listed."""
MISTAKEN = 1e-3
"""e."""
_ROUNDS = 30


@dataclass(frozen=True)
class LabelWorlds:
    """K listed worlds, the same for all recordings.

    Attributes:
        worlds: with their share among training recordings.
        words: the concepts.
        holds: 1 where a concept holds of something in a world.
    """

    worlds: Worlds = field(repr=False)
    words: tuple[str, ...]
    holds: Float[np.ndarray, "world word"] = field(repr=False)

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> LabelWorlds:
        """All worlds of a vocabulary that its axioms allow, with equal shares.

        Raises:
            ConfigError: they are too many.
        """
        own = {word for members in axioms_of(vocabulary).exclusive for word in members}
        free = [word for word in vocabulary.concepts if word not in own]
        labels: Sequence[frozenset[Fact]] = labels_space(vocabulary) if own else [frozenset()]
        count = len(labels) * 2.0 ** len(free)
        if count > MOST:
            raise ConfigError(
                f"linear_evidence lists all that a recording may show, and {len(free)} concepts outside exclusive categories make "
                f"{count:.3g} worlds, more than {MOST}; name categories of which a recording shows one word under `exclusive`, or use "
                "decoder relational_evidence, which draws worlds"
            )
        some = list(chain.from_iterable(combinations(free, k) for k in range(len(free) + 1)))
        listed = [shown | {_said(word, shown) for word in more} for shown in labels for more in some]
        axioms = closed_axioms(vocabulary)
        worlds = Worlds.of_facts([listed], vocabulary.concepts, vocabulary.relations)
        if axioms:
            broken = (truth(worlds, axioms, np.zeros(len(axioms), np.int64)) == 0).any(axis=0)
            listed = [listed[k] for k in np.flatnonzero(~broken)]
            if not listed:
                raise ConfigError(
                    "the vocabulary's axioms rule out every world; see its axioms and exclusive categories"
                )
            worlds = Worlds.of_facts([listed], vocabulary.concepts, vocabulary.relations)
        holds = np.array(
            [[any(fact.name == word for fact in shown) for word in vocabulary.concepts] for shown in listed]
        )
        return cls(worlds, vocabulary.concepts, holds.astype(np.float64))

    @property
    def share(self) -> Float[np.ndarray, " world"]:
        """Of each world among training recordings."""
        found: np.ndarray = self.worlds.share[0]
        return found

    @cached_property
    def things(self) -> tuple[str, ...]:
        """Concepts that are things, in the vocabulary's order: what else is shown is said of them."""
        named = set(self.worlds.things[0])
        return tuple(word for word in self.words if word in named)

    def log_likelihood(
        self, asked: Asked, vocabulary: Vocabulary, n_recordings: int
    ) -> Float[np.ndarray, "recording world"]:
        """log p(a recording's answers | world); 0 for recordings that nothing is asked of.

        Args:
            asked: questions with their answers.
            vocabulary: defines words.
            n_recordings: that `asked.recording` counts.
        """
        place: dict[tuple[Query, str], int] = {}
        answers = asked.table.answer.to_numpy(dtype=str)
        of = np.array(
            [place.setdefault(pair, len(place)) for pair in zip(asked.queries, answers, strict=True)], np.int64
        )
        formulas = [answered(query, answer, vocabulary) for query, answer in place]
        known = [k for k, formula in enumerate(formulas) if formula is not None]
        log_p = np.zeros((len(place), self.worlds.n_worlds))
        if known:
            true = truth(self.worlds, [formulas[k] for k in known], np.zeros(len(known), np.int64))  # type: ignore[misc]
            log_p[known] = np.log(np.where(true > 0, 1 - MISTAKEN, MISTAKEN))
        found = np.zeros((n_recordings, self.worlds.n_worlds))
        np.add.at(found, asked.recording, log_p[of])
        return found

    def learned(self, log_likelihood: Float[np.ndarray, "row world"]) -> LabelWorlds:
        """The same worlds, with their share among some recordings; no world's is 0."""
        share = self.share
        for _ in range(_ROUNDS):
            total = softmax(log_likelihood + np.log(share), axis=1).sum(axis=0)
            share = (total + 0.5 / len(total)) / (total.sum() + 0.5)
        return replace(self, worlds=replace(self.worlds, share=share[None, :]))

    def shown(self, log_likelihood: Float[np.ndarray, "recording world"]) -> Float[np.ndarray, "recording word"]:
        """How probably each recording shows each word, by its answers alone."""
        found: np.ndarray = softmax(log_likelihood + np.log(self.share), axis=1) @ self.holds
        return found

    def loss(
        self, logits: Float[np.ndarray, "row word"], log_likelihood: Float[np.ndarray, "row world"]
    ) -> tuple[float, Float[np.ndarray, "row word"]]:
        """Mean of -log p(a recording's answers), where words add their logits to those of the worlds, and its slope by them."""
        log_share = log_softmax(logits @ self.holds.T + np.log(self.share), axis=1)
        both = log_share + log_likelihood
        total = logsumexp(both, axis=1, keepdims=True)
        slope = (np.exp(log_share) - np.exp(both - total)) @ self.holds
        return -float(total.mean()), slope / len(logits)


def _said(word: str, shown: frozenset[Fact]) -> Fact:
    """A free concept: of the thing that is shown, else a thing of its own."""
    things = [fact.name for fact in shown if not fact.arguments]
    return Fact(word, (things[0],)) if things else Fact(word)
