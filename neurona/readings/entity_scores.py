"""The reading of decoders that score words on entities: programs are executed on the scores with a fuzzy logic.

    logit of yes = value of the program (`execution`),      probability = 1 / (1 + exp(-t logit))

with one temperature t for all programs (and one for words), fitted to validation questions, so that a denial keeps p(~a) = 1 - p(a).
Between programs the logic's own laws hold and no others. `prior` is the share of yes among the training questions of the program, drawn
to that of its form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import jax
import numpy as np
from jaxtyping import Int
from scipy.special import expit, log_softmax, softmax

from neurona.errors import QueryError
from neurona.execution import (
    Answers,
    Explanation,
    Hypothesis,
    Logic,
    ProgramBatch,
    Scores,
    compile_programs,
    execute,
    execute_and_trace,
    explain,
    slotted,
)
from neurona.programs import Query, Vocabulary
from neurona.programs.facts import Fact
from neurona.programs.tree import Count, Describe
from neurona.readings.asking import AskingModel
from neurona.readings.belief import Belief, log_odds, log_share
from neurona.readings.carriers import EntityEvidence
from neurona.readings.forms import form_of
from neurona.readings.rates import Rates
from neurona.readings.reading import About, Reading

_BLOCK = 128
"""Questions of one template at a time. The size never changes, so that one question gets the same bits as many."""


@dataclass(frozen=True)
class EntityScoreReading(Reading):
    """Scores of words on the entities of N recordings.

    Attributes:
        members: scores `[N, word, P]` of each member of an ensemble, whose probabilities are averaged; of one decoder, one.
        logic, hypothesis: meaning of connectives and of relations.
        temperature: t of yes/no questions, and of words.
        rates: how training questions were answered.
        entities: names of the P entities that are scored.
    """

    vocabulary: Vocabulary
    recordings: tuple[str, ...]
    members: tuple[Scores, ...] = field(repr=False)
    logic: Logic
    hypothesis: Hypothesis
    entities: tuple[str, ...] = ()
    about: About = field(default_factory=About)
    asking: AskingModel = field(default_factory=AskingModel)
    entity_evidence: EntityEvidence | None = field(default=None, repr=False)
    temperature: tuple[float, float] = (1.0, 1.0)
    rates: Rates = field(default_factory=Rates, repr=False)
    subjects: tuple[str, ...] = ()

    @property
    def things(self) -> tuple[str, ...]:
        """All concepts: such a decoder knows no nouns."""
        return self.vocabulary.concepts

    def believe(
        self, queries: Sequence[Query], rows: Int[np.ndarray, " question"], given: Query | None = None
    ) -> Belief:
        _refuse_given(given)
        things = frozenset(self.vocabulary.concepts)
        told = {
            query: (*form_of(query, self.vocabulary, things), self._choices(query)) for query in dict.fromkeys(queries)
        }
        form, sign, choices = (
            (tuple(part) for part in zip(*(told[query] for query in queries), strict=True)) if told else ((),) * 3
        )
        answers = self.answers(queries, rows)
        width = max(map(len, choices), default=0) or 1
        shape = (len(queries), width)
        probability, prior = np.full(shape, np.nan), np.full(shape, np.nan)
        signals, signs = np.zeros((*shape, 2)), np.array(sign, dtype=np.int64)
        yes = np.flatnonzero([not words for words in choices])
        logit = self.temperature[0] * np.asarray(answers.yes_no, np.float64)[yes]
        probability[yes, 0] = expit(logit)
        prior[yes, 0] = [self.rates.of_yes(queries[q], form[q], sign[q]) for q in yes.tolist()]
        signals[yes, 0] = signs[yes, None] * np.stack([logit, log_odds(prior[yes, 0])], axis=1)
        of_category: dict[str, list[int]] = {}
        for q, query in enumerate(queries):
            if isinstance(query, Describe):
                of_category.setdefault(query.category, []).append(q)
            elif isinstance(query, Count):
                # An expected number is no probability.
                probability[q, : len(choices[q])] = np.arange(len(choices[q])) == round(float(answers.yes_no[q]))
        for category, places in of_category.items():
            words = choices[places[0]]
            scores = self.temperature[1] * np.asarray(answers.describe[places, : len(words)], np.float64)
            shares = np.broadcast_to(self.rates.of_words(category, words), scores.shape)
            probability[places, : len(words)], prior[places, : len(words)] = softmax(scores, axis=1), shares
            found = np.stack([log_softmax(scores, axis=1), log_share(shares)], axis=2)
            signals[places, : len(words)] = found
        return Belief(choices, probability, prior, np.zeros(shape), form, signs, signals)

    def answers(self, queries: Sequence[Query], rows: Int[np.ndarray, " question"]) -> Answers:
        """Logits of yes (expected numbers of counts) `[Q]`, and scores of words `[Q, words]`, as NumPy arrays."""
        most = max([len(members) for members in self.vocabulary.categories.values()], default=1)
        yes_no, describe = np.zeros(len(queries), np.float32), np.full((len(queries), most), -np.inf, np.float32)
        groups: dict[Query, list[int]] = {}
        for q, query in enumerate(queries):
            groups.setdefault(slotted(query, self.vocabulary)[0], []).append(q)
        for places in groups.values():
            for start in range(0, len(places), _BLOCK):
                part = places[start : start + _BLOCK]
                padded = part + [part[-1]] * (_BLOCK - len(part))
                batch = compile_programs([queries[k] for k in padded], self.vocabulary, [int(rows[k]) for k in padded])
                found = averaged(
                    [jax.device_get(_execute(batch, scores, self.logic, self.hypothesis)) for scores in self._on_device]
                )
                yes_no[part] = found.yes_no[: len(part)]
                described = np.asarray(found.describe[: len(part)])
                describe[part, : described.shape[1]] = described
        return Answers(yes_no, describe)  # type: ignore[arg-type]

    def explain(self, query: str | Query, recording: str, *, given: str | Query | None = None) -> Explanation:
        """The value of every sub-expression on the entities; of an ensemble, its first member's."""
        _refuse_given(given)
        parsed = self.parse(query)
        row = int(self.rows([recording])[0])
        batch = compile_programs([parsed], self.vocabulary, [row])
        _, traces = execute_and_trace(batch, self._on_device[0], self.logic, self.hypothesis, evaluation=True)
        size = self.members[0].unary.shape[2]
        names = self.entities if len(self.entities) == size else ("the recording",) * size
        return explain(batch, traces, 0, parsed, self.vocabulary, names)

    def likely_facts(self, recording: str, threshold: float) -> list[Fact]:
        return [Fact(word) for word in self.vocabulary.concepts]

    def take(self, recordings: Sequence[str]) -> EntityScoreReading:
        rows = self.rows(recordings)
        members = tuple(_taken(scores, rows) for scores in self.members)
        evidence = self.entity_evidence.take(rows) if self.entity_evidence is not None else None
        subjects = tuple(self._people(rows) or ())
        return replace(self, recordings=tuple(recordings), members=members, entity_evidence=evidence, subjects=subjects)

    def _choices(self, query: Query) -> tuple[str, ...]:
        if isinstance(query, Describe):
            return tuple(self.vocabulary.categories[query.category])
        if isinstance(query, Count):
            return tuple(map(str, range(self.members[0].unary.shape[2] + 1)))
        return ()

    @cached_property
    def _on_device(self) -> tuple[Scores, ...]:
        return tuple(jax.device_put(scores) for scores in self.members)


def _refuse_given(given: str | Query | None) -> None:
    if given is not None:
        raise QueryError("given: conditions need possible worlds; this decoder scores entities, and has none")


@partial(jax.jit, static_argnums=(2, 3))
def _execute(batch: ProgramBatch, scores: Scores, logic: Logic, hypothesis: Hypothesis) -> Answers:
    return execute(batch, scores, logic, hypothesis, evaluation=True)


def averaged(answers: Sequence[Answers]) -> Answers:
    """Answers of several decoders -> logits and log scores of the mean of their probabilities; of one, its own."""
    if len(answers) == 1:
        return answers[0]
    yes = np.mean([expit(np.asarray(one.yes_no, np.float64)) for one in answers], axis=0)
    words = np.stack([np.asarray(one.describe, np.float64) for one in answers])
    listed = np.isfinite(words[0])
    shares = np.exp(log_softmax(np.where(listed.any(-1, keepdims=True), words, 0.0), axis=-1)).mean(axis=0)
    with np.errstate(divide="ignore"):
        return Answers(log_odds(yes, 1e-12), np.where(listed, np.log(shares), -np.inf))  # type: ignore[arg-type]


def _taken(scores: Scores, rows: Int[np.ndarray, " row"]) -> Scores:
    taken: Scores = jax.tree.map(lambda array: np.asarray(array)[rows], scores)
    return taken
