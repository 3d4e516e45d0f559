"""The reading of decoders that decode scenes: weighted possible worlds, on which programs have exact truth values.

    P(program | recording) = sum over worlds of share x [the program is true in the world],       P(a | b) = P(a & b) / P(b)

`before` holds the worlds before the recording, and gives the prior. Where worlds are sampled, some facts hold in none of them. Such a
fact keeps its probability given each world (`worlds.evidence`), independently of other such facts, which makes one distribution over
scenes of which the sampled worlds are the strong part: a program that states such facts is evaluated in the worlds with and without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import expit
from threadpoolctl import threadpool_limits

from neurona.errors import QueryError
from neurona.execution import Explanation, Worlds, share_true, truth
from neurona.execution.forced import forced, held_facts
from neurona.programs import Query, Vocabulary, expand
from neurona.programs.axioms import axioms_of
from neurona.programs.facts import Fact
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import And, Count
from neurona.readings.asking import AskingModel
from neurona.readings.belief import Belief, log_odds, log_share
from neurona.readings.carriers import EntityEvidence
from neurona.readings.plans import Item, Plan, Plans
from neurona.readings.reading import About, Reading
from neurona.readings.scenes_where import MOST_UNHELD, cases, explained, scenes_where
from neurona.worlds import SampledScenes
from neurona.worlds.exact import ExactScenes


@dataclass(frozen=True, eq=False)
class WorldReading(Reading):
    """Possible worlds of N recordings.

    Attributes:
        worlds: of each recording; one table where all recordings have the same worlds.
        before: worlds before any recording, one row of shares.
        nouns: concepts that are things.
        sampled: where the worlds were sampled from; None where they are all there are.
    """

    vocabulary: Vocabulary
    recordings: tuple[str, ...]
    worlds: Worlds = field(repr=False)
    before: Worlds = field(repr=False)
    nouns: tuple[str, ...] = ()
    sampled: SampledScenes | None = field(default=None, repr=False)
    about: About = field(default_factory=About)
    asking: AskingModel = field(default_factory=AskingModel)
    entity_evidence: EntityEvidence | None = field(default=None, repr=False)
    subjects: tuple[str, ...] = ()

    @property
    def things(self) -> tuple[str, ...]:
        return self.nouns

    # The products are small: several threads of BLAS would wait for each other, at full speed.
    @threadpool_limits.wrap(limits=1, user_api="blas")
    def believe(
        self, queries: Sequence[Query], rows: Int[np.ndarray, " question"], given: Query | None = None
    ) -> Belief:
        plans = {query: self._plan(query) for query in dict.fromkeys(queries)}
        chosen = [plans[query] for query in queries]
        width = max([len(plan.items) or len(plan.choices) for plan in chosen], default=0) or 1
        shape = (len(chosen), width)
        probability, prior, error = (np.full(shape, np.nan) for _ in range(3))
        signals = np.zeros((*shape, 2 if self.sampled is None or self.sampled.alone is None else 5))
        of_items = [(q, k, item) for q, plan in enumerate(chosen) for k, item in enumerate(plan.items)]
        if of_items:
            q, k = (np.array(part, dtype=np.int64) for part in zip(*((q, k) for q, k, _ in of_items), strict=True))
            items, about = [item for _, _, item in of_items], np.asarray(rows, np.int64)[q]
            of_item, exact = self._exact(items, about, given)
            left = np.flatnonzero(~exact)
            drawn = [items[k] for k in left.tolist()]
            unheld = np.full(len(items), np.nan)
            unheld[left] = self._unheld(drawn, about[left])
            of_item[left] = self._probability(drawn, about[left], unheld[left], given)
            probability[q, k] = of_item
            prior[q, k] = self._prior(items, given)
            error[q, k] = np.where(exact, 0.0, self._error(of_item, about))
            signs = np.array([chosen[place].sign for place in q.tolist()], dtype=np.int64)
            signals[q, k] = self._signals(items, about, of_item, prior[q, k], np.where(exact, of_item, unheld), signs)
        choice = np.array([bool(plan.choices) for plan in chosen], dtype=bool)
        for place, query in enumerate(queries):
            if isinstance(query, Count):
                n, row = len(chosen[place].choices), int(rows[place])
                probability[place, :n], prior[place, :n], exact_too = self._numbers(query, row, n)
                error[place, :n] = 0.0 if exact_too else self._error(probability[place, :n], np.full(n, row))
        words = choice & np.array([bool(plan.items) for plan in chosen], dtype=bool)
        if words.any():
            probability[words], prior[words] = _normalised(probability[words]), _normalised(prior[words])
            # A word is chosen by logs of probabilities, not by their odds.
            for at, shares in enumerate((probability[words], prior[words])):
                signals[words, :, at] = self._logs_of_words(signals[words, :, at], shares)
        return Belief(
            tuple(plan.choices for plan in chosen),
            probability,
            prior,
            error,
            tuple(plan.form for plan in chosen),
            np.array([plan.sign for plan in chosen], dtype=np.int64),
            np.nan_to_num(signals),
        )

    def explain(self, query: str | Query, recording: str, *, given: str | Query | None = None) -> Explanation:
        """How probable each part of a query is, and which things make it so; given a formula, of the scenes in which that is true (`scenes_where.explained`)."""
        return explained(self, self.parse(query), int(self.rows([recording])[0]), self._condition(given))

    def scenes_where(self, recording: str, given: str | Query | None = None) -> list[tuple[float, Worlds]]:
        """The possible scenes of one recording; given a formula, those in which it is true (see `scenes_where.scenes_where`)."""
        return scenes_where(self, int(self.rows([recording])[0]), self._condition(given))

    def truths(self, query: Query) -> Bool[np.ndarray, "choice world"]:
        """In which worlds yes, or each choice of a question, is right; of listed worlds, which all recordings share.

        Raises:
            QueryError: the worlds are sampled, so that they are others for each recording.
        """
        if self.sampled is not None:
            raise QueryError(
                "worlds that are drawn by chance are others for each recording; only listed ones can be told apart beforehand"
            )
        plan, row = self._plan(query), np.zeros(1, np.int64)
        if isinstance(query, Count):
            number = truth(self.worlds, [expand(query, self.vocabulary)], row)
            return np.asarray(number == np.arange(len(plan.choices))[:, None])
        return np.asarray(
            truth(self.worlds, [item.formula for item in plan.items], np.zeros(len(plan.items), np.int64)) > 0
        )

    def likely_facts(self, recording: str, threshold: float) -> list[Fact]:
        row = int(self.rows([recording])[0])
        return sorted(self.held(row), key=lambda fact: (len(fact.arguments), fact.name, fact.arguments))

    def take(self, recordings: Sequence[str]) -> WorldReading:
        rows = self.rows(recordings)
        return replace(
            self,
            recordings=tuple(recordings),
            worlds=self.worlds.take(rows),
            sampled=self.sampled.take(rows) if self.sampled is not None else None,
            entity_evidence=self.entity_evidence.take(rows) if self.entity_evidence is not None else None,
            subjects=tuple(self._people(rows) or ()),
        )

    def _plan(self, query: Query) -> Plan:
        return self._plans.of(query, max(self.worlds.present.shape[1], self.before.present.shape[1]))

    @cached_property
    def _plans(self) -> Plans:
        return Plans(self.vocabulary, self.nouns)

    @cached_property
    def _without_worlds(self) -> ExactScenes | None:
        """Where sampled facts do not compete, most programs need no worlds."""
        if self.sampled is None or self.sampled.evidence.patterns is not None:
            return None
        return ExactScenes(self.sampled.evidence, axioms_of(self.vocabulary))

    def _exact(
        self, items: Sequence[Item], rows: Int[np.ndarray, " item"], given: Query | None
    ) -> tuple[Float[np.ndarray, " item"], Bool[np.ndarray, " item"]]:
        """Exact probabilities, and which items have one."""
        scenes = self._without_worlds
        if scenes is None:
            return np.full(len(items), np.nan), np.zeros(len(items), bool)
        condition = None if given is None else normal_form(given, self.vocabulary)
        found = scenes.probabilities([item.formula for item in items], rows, condition)  # type: ignore[arg-type]
        return found, ~np.isnan(found)

    def _unheld(self, items: Sequence[Item], rows: Int[np.ndarray, " item"]) -> Float[np.ndarray, " item"]:
        """Probability of the one fact that an item states or denies where no world holds it; else NaN."""
        found = np.full(len(items), np.nan)
        if self.sampled is None:
            return found
        alone: dict[int, dict[Fact, list[int]]] = {}
        for k, (item, row) in enumerate(zip(items, rows.tolist(), strict=True)):
            if item.literal is not None and item.literal[0] not in self.held(row):
                alone.setdefault(row, {}).setdefault(item.literal[0], []).append(k)
        for row, of in alone.items():
            given = self.sampled.given_worlds(row, list(of))
            for places, each in zip(of.values(), given, strict=True):
                found[places] = (each * self.worlds.share[row]).sum()
        return found

    def _probability(
        self,
        items: Sequence[Item],
        rows: Int[np.ndarray, " item"],
        unheld: Float[np.ndarray, " item"],
        given: Query | None,
    ) -> Float[np.ndarray, " item"]:
        if given is None:
            return self._shares(items, rows, unheld)
        condition = self._plans.item(normal_form(given, self.vocabulary))
        both = [self._plans.item(normal_form(And((condition.formula, item.formula)))) for item in items]
        conditions = [condition] * len(items)
        with np.errstate(divide="ignore", invalid="ignore"):
            joint = self._shares(both, rows, self._unheld(both, rows))
            return joint / self._shares(conditions, rows, self._unheld(conditions, rows))

    def _shares(
        self, items: Sequence[Item], rows: Int[np.ndarray, " item"], unheld: Float[np.ndarray, " item"]
    ) -> Float[np.ndarray, " item"]:
        denied = np.array([item.literal is not None and not item.literal[1] for item in items], dtype=bool)
        found = np.where(denied, 1 - unheld, unheld)
        # Items are made once each: their identity is quicker than a hash of the whole formula.
        held, partly = list[int](), dict[int, dict[int, list[int]]]()
        for k in np.flatnonzero(np.isnan(unheld)).tolist():
            item, row = items[k], int(rows[k])
            if self.sampled is None or item.literal is not None or self.held(row).issuperset(item.facts):
                held.append(k)
            else:
                partly.setdefault(row, {}).setdefault(id(item), []).append(k)
        # Shares that sum to 1 may sum to a little more in floating point.
        found[held] = np.minimum(share_true(self.worlds, [items[k].formula for k in held], rows[held]), 1.0)
        for row, places in partly.items():
            shares = self._with_unheld(row, [items[where[0]] for where in places.values()])
            for share, where in zip(shares, places.values(), strict=True):
                found[where] = share
        return found

    def _with_unheld(self, row: int, items: Sequence[Item]) -> Float[np.ndarray, " item"]:
        """Shares of programs that state facts which no world holds: over the worlds with and without each."""
        assert self.sampled is not None
        unheld = [[fact for fact in item.facts if fact not in self.held(row)] for item in items]
        share, facts = self.worlds.share[row], list(dict.fromkeys(chain.from_iterable(unheld)))
        given = dict(zip(facts, self.sampled.given_worlds(row, facts), strict=True))
        mean = {fact: float((each * share).sum()) for fact, each in given.items()}
        # Programs that are asked of the same worlds are asked together; each has its cases in an order of its own, so that its share does
        # not depend on the others, to the last bit.
        together: dict[tuple[Fact, ...], list[tuple[int, int, np.ndarray]]] = {}
        for k, missing in enumerate(unheld):
            for order, (added, weight) in enumerate(cases(missing, given, mean, share)):
                if weight.any():
                    together.setdefault(added, []).append((k, order, weight))
        shares = np.zeros((len(items), 2**MOST_UNHELD))
        for added, asked in together.items():
            worlds, at = (self.with_facts(row, added), 0) if added else (self.worlds, row)
            true = truth(worlds, [items[k].formula for k, *_ in asked], np.full(len(asked), at))
            for (k, order, weight), value in zip(asked, true, strict=True):
                shares[k, order] = (value * weight).sum()
        return shares.sum(axis=1)

    def with_facts(self, row: int, facts: Sequence[Fact]) -> Worlds:
        """The worlds of a recording with some facts in each of them."""
        assert self.sampled is not None
        forms = [form for fact in facts for form in self.sampled.forms(fact)]
        return forced(self.worlds, row, forms)

    def _prior(self, items: Sequence[Item], given: Query | None) -> Float[np.ndarray, " item"]:
        formulas: list[Any] = [item.formula for item in items]
        if given is not None:
            condition = normal_form(given, self.vocabulary)
            formulas = [normal_form(And((condition, formula))) for formula in formulas]  # type: ignore[arg-type]
        distinct = dict.fromkeys(formulas)
        missing = [formula for formula in distinct if formula not in self._known_prior]
        shares = np.minimum(share_true(self.before, missing, np.zeros(len(missing), np.int64)), 1.0)
        self._known_prior.update(zip(missing, shares.tolist(), strict=True))
        found = np.array([self._known_prior[formula] for formula in formulas])
        if given is None:
            return found
        whole = share_true(self.before, [condition], np.zeros(1, np.int64))[0]
        return found / whole if whole > 0 else np.full_like(found, np.nan)

    @cached_property
    def _known_prior(self) -> dict[Any, float]:
        return {}

    def _error(
        self, probability: Float[np.ndarray, " item"], rows: Int[np.ndarray, " item"]
    ) -> Float[np.ndarray, " item"]:
        """Standard error by the effective number of worlds; 0 where the worlds are all there are."""
        if self.sampled is None:
            return np.where(np.isnan(probability), np.nan, 0.0)
        return np.sqrt(np.clip(probability * (1 - probability), 0, None) / self.sampled.effective[rows])

    def _signals(
        self,
        items: Sequence[Item],
        rows: Int[np.ndarray, " item"],
        probability: Float[np.ndarray, " item"],
        prior: Float[np.ndarray, " item"],
        unheld: Float[np.ndarray, " item"],
        signs: Int[np.ndarray, " item"],
    ) -> Float[np.ndarray, "item signal"]:
        """What the asking model weighs: log odds of what is stated, after and before the recording.

        Sampled facts have better than their share of worlds: Rao-Blackwell probabilities, and a prior of combinations never seen; and, as
        where noise is strong most of a scene is below notice, evidence with all the rest of the scene integrated out.
        """
        if self.sampled is None:
            return signs[:, None] * np.stack([log_odds(probability, 1e-6), log_odds(prior, 1e-6)], axis=1)
        scenes = self.before.n_worlds
        smooth = (prior * scenes + 0.5) / (scenes + 1)
        found = signs[:, None] * np.stack([log_odds(probability, 1e-6), log_odds(smooth)], axis=1)
        if self.sampled.alone is not None:
            found = np.concatenate([found, np.zeros((len(found), 3))], axis=1)
        of_row: dict[int, list[int]] = {}
        for k, (item, row) in enumerate(zip(items, rows.tolist(), strict=True)):
            if item.literal is not None and self.sampled.knows(item.literal[0]):
                of_row.setdefault(row, []).append(k)
        for row, places in of_row.items():
            facts = [items[k].literal[0] for k in places]  # type: ignore[index]
            known = self.sampled.probability(row, facts)
            found[places, 0] = log_odds(np.where(np.isnan(known), unheld[places], known))
            found[places, 1] = self.sampled.prior_log_odds(facts)
            if self.sampled.alone is not None:
                found[places, 2:] = self.sampled.closed_form(row, facts)
        return found

    def _logs_of_words(
        self, odds: Float[np.ndarray, "question word"], shares: Float[np.ndarray, "question word"]
    ) -> Float[np.ndarray, "question word"]:
        """Log shares of words: of sampled scenes by what is known better of single facts than their share of worlds (`_signals`)."""
        if self.sampled is None:
            return log_share(shares)
        return log_share(_normalised(np.where(np.isnan(shares), np.nan, expit(odds))))

    def _numbers(
        self, query: Count, row: int, n: int
    ) -> tuple[Float[np.ndarray, " number"], Float[np.ndarray, " number"], bool]:
        """How probable each of n numbers is, after and before the recording; whether the first are exact."""
        asked: list[Any] = [expand(query, self.vocabulary)]
        first = truth(self.before, asked, np.zeros(1, np.int64))[0].astype(np.int64)
        prior = np.bincount(first, self.before.share[0], minlength=n)
        exact = None if self._without_worlds is None else self._without_worlds.numbers(asked[0], row)
        if exact is not None:
            return np.pad(exact, (0, max(0, n - len(exact))))[:n], prior, True
        after = truth(self.worlds, asked, np.array([row]))[0].astype(np.int64)
        return np.bincount(after, self.worlds.share[row], minlength=n), prior, False

    def held(self, row: int) -> frozenset[Fact]:
        """Facts that hold in some world of a recording, in all their forms."""
        at = int(self.worlds.row(np.array([row]))[0])
        if at not in self._held_facts:
            self._held_facts[at] = held_facts(self.worlds, at)
        return self._held_facts[at]

    @cached_property
    def _held_facts(self) -> dict[int, frozenset[Fact]]:
        return {}


def _normalised(shares: Float[np.ndarray, "question word"]) -> Float[np.ndarray, "question word"]:
    """Rows that sum to 1; equal shares where nothing is left to share."""
    total = np.nansum(shares, axis=1, keepdims=True)
    counted = (~np.isnan(shares)).sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, shares / total, np.where(np.isnan(shares), np.nan, 1 / np.maximum(counted, 1)))
