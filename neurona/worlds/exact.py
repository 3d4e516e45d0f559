"""Programs on scenes whose facts do not compete: their exact probability, without worlds.

    a = there(a),    q(a) = there(a) & said(q, a),    r(a, b) = there(a) & there(b) & said(r, a, b)

with there(a) and said(...) independent, of probabilities sigmoid(lift) (`worlds.independent`). A program is expanded over the nouns, and its
probability computed as `neurona.execution.exact` says. What is too large for that has none here, and keeps the share of the worlds drawn; so have
programs on facts that an axiom keeps apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit

from neurona.execution.exact import Plan
from neurona.execution.expansion import Expansion
from neurona.execution.propositions import FALSE, Propositions, TooLarge
from neurona.programs.axioms import Axioms
from neurona.programs.facts import Fact
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import And, Count, Formula
from neurona.worlds.evidence import FactEvidence

_STEPS = 4_000
"""Sub-expressions of an expanded program; more take longer than worlds, which answer at once."""


class _Planned(NamedTuple):
    """A plan, and the numbers in the space of the facts that it takes."""

    plan: Plan
    facts: Int[np.ndarray, " fact"]


class ExactScenes:
    """Exact probabilities of programs.

    Args:
        evidence: without patterns.
        axioms: of the vocabulary.
    """

    def __init__(self, evidence: FactEvidence, axioms: Axioms):
        self._evidence, self._space = evidence, evidence.space
        self._sources: dict[str, list[str]] = {}
        for word, follows in axioms.implied.items():
            for implied in follows:
                self._sources.setdefault(implied, []).append(word)
        n = len(self._space.nouns)
        excludes = np.asarray(self._space.excludes[n:, n:].any(axis=1))
        self._noun = {noun: k for k, noun in enumerate(self._space.nouns)}
        self._rivals = {word for k, word in enumerate(self._space.attributes) if excludes[k]}
        self._said = frozenset(self._space.attributes)
        self._bound = bool(axioms.others)
        self._planned: dict[Formula | Count, _Planned | None] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Without plans, which are made of functions; they are made again when they are asked for."""
        return self.__dict__ | {"_planned": {}}

    def probability(
        self, formula: Formula, rows: Int[np.ndarray, " recording"]
    ) -> Float[np.ndarray, " recording"] | None:
        """That a program is true of some recordings; None where it is too large to be computed.

        Args:
            formula: in normal form, without defined words.
            rows: the recordings' places.
        """
        found = self._of(formula, rows)
        return None if found is None else found[:, 0]

    def probabilities(
        self, formulas: Sequence[Formula], rows: Int[np.ndarray, " question"], given: Formula | None = None
    ) -> Float[np.ndarray, " question"]:
        """Of one program a row; NaN where it is too large to be computed, or what is given is never true.

        Args:
            formulas: equal ones are the same object, whose identity is quicker than its hash.
            rows: the recordings' places.
            given: what is known to be true.
        """
        found, places_of = np.full(len(formulas), np.nan), dict[int, list[int]]()
        for k, formula in enumerate(formulas):
            places_of.setdefault(id(formula), []).append(k)
        for places in places_of.values():
            formula, about = formulas[places[0]], rows[places]
            joint = formula if given is None else normal_form(And((given, formula)))
            share = self.probability(joint, about)  # type: ignore[arg-type]
            whole = np.ones(len(places)) if given is None else self.probability(given, about)
            if share is not None and whole is not None:
                found[places] = np.divide(share, whole, out=np.full(len(places), np.nan), where=whole > 0)
        return found

    def numbers(self, query: Count, row: int) -> Float[np.ndarray, " number"] | None:
        """How probable each number of things is, 0 to the number of nouns; None where that is too large to be computed."""
        found = self._of(query, np.array([row]))
        return None if found is None else found[0]

    def _of(
        self, query: Formula | Count, rows: Int[np.ndarray, " recording"]
    ) -> Float[np.ndarray, "recording formula"] | None:
        if query not in self._planned:
            self._planned[query] = self._plan(query)
        planned = self._planned[query]
        if planned is None:
            return None
        columns, values = self._space.rows(planned.facts)
        support = np.pad(self._evidence.support[rows], ((0, 0), (0, 1)))
        lift = (support[:, columns] * values).sum(axis=2, dtype=np.float64) + self._space.log_odds(planned.facts)
        return np.clip(planned.plan(expit(lift)), 0.0, 1.0)

    def _plan(self, query: Formula | Count) -> _Planned | None:
        if self._bound:
            return None
        grounded = _Facts(self)
        things, holders = len(self._space.nouns), self.holders
        expansion = Expansion(things, grounded.atom, grounded.there, grounded.made, holders=holders, steps=_STEPS)
        try:
            if isinstance(query, Count):
                parts = [(part, 1) for part in expansion.instances(query.variable, query.body)]
                several = range(len(self._space.nouns) + 1)
                formulas = [grounded.made.tally(parts, number.__eq__) for number in several]
            else:
                formulas = [expansion.formula(query)]
            plan = Plan(grounded.made, formulas)
        except TooLarge:
            return None
        return _Planned(plan, np.array(grounded.numbers, np.int64)[list(plan.facts)])

    def holders(self, word: str) -> Sequence[int] | None:
        """The thing that a noun is, where it is said of no other; None of any other word, which may hold of all."""
        if word not in self._noun or word in self._sources or word in self._said:
            return None
        return (self._noun[word],)

    def base(self, word: str) -> Sequence[str]:
        """Words that make a thing have a word: itself, and those that it follows from."""
        return (word, *self._sources.get(word, ()))


class _Facts:
    """The facts of one program, numbered as they come up."""

    def __init__(self, scenes: ExactScenes):
        self._scenes, self._space, self.made = scenes, scenes._space, Propositions()
        self.numbers: list[int] = []
        self._place: dict[int, int] = {}

    def there(self, thing: int) -> int:
        return self._fact(thing)

    def atom(self, word: str, things: tuple[int, ...]) -> int:
        nouns = tuple(self._space.nouns[thing] for thing in things)
        if len(nouns) == 2:
            return self._said(Fact(word, nouns), things) if nouns[0] != nouns[1] else FALSE
        return self.made.any(
            self.there(things[0]) if base == nouns[0] else self._said(Fact(base, nouns), things)
            for base in self._scenes.base(word)
        )

    def _said(self, fact: Fact, things: tuple[int, ...]) -> int:
        number = self._space.number(fact) if len(things) == 2 or fact.name in self._scenes._said else None
        if number is None:
            return FALSE
        if fact.name in self._scenes._rivals:
            raise TooLarge(f"an axiom keeps {fact.name!r} apart from other words")
        return self.made.every([*map(self.there, things), self._fact(number)])

    def _fact(self, number: int) -> int:
        if number not in self._place:
            self._place[number] = len(self.numbers)
            self.numbers.append(number)
        return self.made.fact(self._place[number])
