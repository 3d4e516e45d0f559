"""The reading of decoders that score words on entities: programs are executed on the scores with a fuzzy logic.

    logit of yes = value of the program (`execution`),      probability = 1 / (1 + exp(-t logit))

with one temperature t for all programs (and one for words), fitted to validation questions, so that a denial keeps p(~a) = 1 - p(a).
Between programs the logic's own laws hold and no others. `prior` is the share of yes among the training questions of the program, drawn
to that of its form.
"""

from __future__ import annotations

from collections import deque
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
    looked_at,
    numbered,
    one_template,
    slotted,
)
from neurona.graphs.source import Carriers
from neurona.programs import Query, Vocabulary
from neurona.programs.facts import Fact
from neurona.programs.tree import Count, Describe
from neurona.readings.asking import AskingModel
from neurona.readings.belief import Belief, log_odds, log_share
from neurona.readings.carriers import EntityEvidence, Strongest
from neurona.readings.forms import all_concepts, form_of
from neurona.readings.rates import Rates
from neurona.readings.reading import About, Reading

_BLOCK = 128
"""Questions of one template at a time. The size never changes, so that one question gets the same bits as many."""
_UNDER_WAY = 16
"""Blocks that wait for a device, or are on it."""


@dataclass(frozen=True)
class EntityScoreReading(Reading):
    """Scores of words on the entities of N recordings.

    Attributes:
        members: scores `[N, word, P]` of each member of an ensemble, whose probabilities are averaged; of one decoder, one.
        logic, hypothesis: meaning of connectives and of relations.
        temperature: t of yes/no questions, and of words.
        rates: how training questions were answered.
        entities: names of the P entities that are scored.
        added: what each entity adds to each word's logit, or what it follows from; None where the decoder cannot say.
    """

    vocabulary: Vocabulary
    recordings: tuple[str, ...]
    members: tuple[Scores, ...] = field(repr=False)
    logic: Logic
    hypothesis: Hypothesis
    entities: tuple[str, ...] = ()
    about: About = field(default_factory=About)
    asking: AskingModel = field(default_factory=AskingModel)
    added: EntityEvidence | Strongest | None = field(default=None, repr=False)
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
        distinct, number = numbered(queries)
        things, of_query = all_concepts(self.vocabulary), number.tolist()
        forms = [form_of(query, self.vocabulary, things) for query in distinct]
        choices = [self._choices(query) for query in distinct]
        answers = self._answers(distinct, number, rows)
        width = max(map(len, choices), default=0) or 1
        shape = (len(queries), width)
        probability, prior = np.full(shape, np.nan), np.full(shape, np.nan)
        signals, signs = np.zeros((*shape, 2)), np.array([sign for _, sign in forms], np.int64)[number]
        yes = np.flatnonzero(np.array([not words for words in choices], bool)[number])
        rate = [
            np.nan if words else self.rates.of_yes(query, *form)
            for query, form, words in zip(distinct, forms, choices, strict=True)
        ]
        logit = self.temperature[0] * np.asarray(answers.yes_no, np.float64)[yes]
        probability[yes, 0] = expit(logit)
        prior[yes, 0] = np.array(rate)[number[yes]]
        signals[yes, 0] = signs[yes, None] * np.stack([logit, log_odds(prior[yes, 0])], axis=1)
        alike: dict[str, list[int]] = {}
        for k, query in enumerate(distinct):
            if choices[k]:
                alike.setdefault(query.category if isinstance(query, Describe) else "", []).append(k)
        for category, of in alike.items():
            places, words = np.flatnonzero(np.isin(number, of)), choices[of[0]]
            n = len(words)
            if not category:
                # An expected number is no probability.
                expected = np.rint(np.asarray(answers.yes_no, np.float64)[places])
                probability[places, :n] = np.arange(n) == expected[:, None]
                continue
            scores = self.temperature[1] * np.asarray(answers.describe[places, :n], np.float64)
            shares = np.broadcast_to(self.rates.of_words(category, words), scores.shape)
            probability[places, :n], prior[places, :n] = softmax(scores, axis=1), shares
            signals[places, :n] = np.stack([log_softmax(scores, axis=1), log_share(shares)], axis=2)
        return Belief(
            tuple(choices[k] for k in of_query),
            probability,
            prior,
            np.zeros(shape),
            tuple(forms[k][0] for k in of_query),
            signs,
            signals,
        )

    def answers(self, queries: Sequence[Query], rows: Int[np.ndarray, " question"]) -> Answers:
        """Logits of yes (expected numbers of counts) `[Q]`, and scores of words `[Q, words]`, as NumPy arrays."""
        return self._answers(*numbered(queries), rows)

    def _answers(
        self, distinct: Sequence[Query], number: Int[np.ndarray, " question"], rows: Int[np.ndarray, " question"]
    ) -> Answers:
        """`answers` to questions that are each one of some different queries."""
        most = max([len(members) for members in self.vocabulary.categories.values()], default=1)
        yes_no, describe = np.zeros(len(number), np.float32), np.full((len(number), most), -np.inf, np.float32)
        told = [slotted(query, self.vocabulary) for query in distinct]
        shapes, shape_of = numbered([shape for shape, _ in told])
        asked, pending = shape_of[number], deque[tuple[np.ndarray, list[Answers]]]()

        def fetch() -> None:
            part, members = pending.popleft()
            found = averaged(jax.device_get(members))
            yes_no[part] = found.yes_no[: len(part)]
            described = np.asarray(found.describe[: len(part)])
            describe[part, : described.shape[1]] = described

        for k, shape in enumerate(shapes):
            own = np.flatnonzero(shape_of == k)
            words, place = np.array([told[one][1] for one in own.tolist()], np.int32), np.searchsorted(own, number)
            of = np.flatnonzero(asked == k)
            for start in range(0, len(of), _BLOCK):
                part = of[start : start + _BLOCK]
                padded = np.pad(part, (0, _BLOCK - len(part)), mode="edge")
                batch, *own_words = one_template(shape, words[place[padded]], self.vocabulary)
                blocks = [looked_at(scores, np.asarray(rows)[padded], *own_words) for scores in self.members]
                pending.append((part, [_execute(batch, block, self.logic, self.hypothesis) for block in blocks]))
                # Some are under way at any time, so that the device does not wait, and no more, lest their scores fill its memory.
                if len(pending) > _UNDER_WAY:
                    fetch()
        while pending:
            fetch()
        return Answers(yes_no, describe)  # type: ignore[arg-type]

    @cached_property
    def entity_evidence(self) -> EntityEvidence | None:
        """See `Reading`; shares are worked out when they are first asked for, as most readings are asked for answers alone."""
        if not isinstance(self.added, Strongest):
            return self.added
        unary = [np.asarray(scores.unary) for scores in self.members]
        return self.added.evidence(self.vocabulary.concepts, unary, self.temperature[0])

    def carriers(self, recording: str, words: Sequence[str]) -> Carriers | None:
        self.rows([recording])
        # Of the one recording, lest the shares of all be worked out.
        evidence = self.take([recording]).entity_evidence
        return None if evidence is None else evidence.of(0, tuple(words))

    def explain(self, query: str | Query, recording: str, *, given: str | Query | None = None) -> Explanation:
        """The value of every sub-expression on the entities; of an ensemble, its first member's."""
        _refuse_given(given)
        parsed = self.parse(query)
        row = int(self.rows([recording])[0])
        batch = compile_programs([parsed], self.vocabulary, [0])
        scores: Scores = jax.device_put(_taken(self.members[0], np.array([row])))
        _, traces = execute_and_trace(batch, scores, self.logic, self.hypothesis, evaluation=True)
        size = self.members[0].unary.shape[2]
        names = self.entities if len(self.entities) == size else ("the recording",) * size
        return explain(batch, traces, 0, parsed, self.vocabulary, names)

    def likely_facts(self, recording: str, threshold: float) -> list[Fact]:
        return [Fact(word) for word in self.vocabulary.concepts]

    def take(self, recordings: Sequence[str]) -> EntityScoreReading:
        rows = self.rows(recordings)
        members = tuple(_taken(scores, rows) for scores in self.members)
        added = self.added.take(rows) if isinstance(self.added, EntityEvidence) else self.added
        subjects = tuple(self._people(rows) or ())
        return replace(self, recordings=tuple(recordings), members=members, added=added, subjects=subjects)

    def _choices(self, query: Query) -> tuple[str, ...]:
        if isinstance(query, Describe):
            return tuple(self.vocabulary.categories[query.category])
        if isinstance(query, Count):
            return tuple(map(str, range(self.members[0].unary.shape[2] + 1)))
        return ()


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
