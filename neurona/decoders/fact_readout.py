"""From evidence of terms to evidence of facts: a few weights for facts of each number of arguments.

    evidence of a fact = sum over its parts of w_band s_part + c,      log odds of the fact, given its things = evidence + prior log odds

The weights are those that make what is known of recordings most probable: of all facts that there may be about a recording's things, some
are known to hold. What is unknown counts as not so, in the prior as here. Questions which word holds between two things teach the
weights of relations, too (a conditional logit).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from neurona.decoders.evidence_patterns import Terms
from neurona.encoding_models.bindings import (
    ATTRIBUTE,
    ATTRIBUTE_OBJECT,
    CONCEPT,
    RELATION,
    RELATION_OBJECT,
    RELATION_SUBJECT,
    Binding,
)
from neurona.encoding_models.known_facts import KnownFacts
from neurona.programs.literals import described
from neurona.programs.tree import Describe
from neurona.questions import Asked, Problem
from neurona.readings.choice import fit_choice, yes_or_no
from neurona.worlds import SceneSpace

BANDS = ((CONCEPT,), (ATTRIBUTE, ATTRIBUTE_OBJECT), (RELATION, RELATION_SUBJECT, RELATION_OBJECT))
"""The parts of a fact, by its number of arguments; the first is its own word."""


@dataclass(frozen=True)
class FactReadout:
    """Weights.

    Attributes:
        term: of each feature of facts, the term whose evidence it has; -1 for none.
        weight, constant: of each feature.
        slopes, constants: w of each band, and c of each band of words.
    """

    term: Int[np.ndarray, " feature"] = field(repr=False)
    weight: Float[np.ndarray, " feature"] = field(repr=False)
    constant: Float[np.ndarray, " feature"] = field(repr=False)
    slopes: Mapping[str, float]
    constants: Mapping[str, float]

    def support(self, scores: Float[np.ndarray, "recording term"]) -> Float[np.ndarray, "recording feature"]:
        """Evidence of features, which sums up over a fact's to the fact's."""
        return (_of_features(scores, self.term) * self.weight + self.constant).astype(np.float32)

    def of_words(self, names: Sequence[Binding]) -> tuple[Float[np.ndarray, " name"], Float[np.ndarray, " name"]]:
        """w and c of words."""
        return np.array([self.slopes[name.band] for name in names]), np.array(
            [self.constants[name.band] for name in names]
        )


class Lesson(NamedTuple):
    """What weights are learned from.

    Attributes:
        scores: evidence of terms in all recordings, of these from patterns that were estimated without them.
        asked: questions.
        known: what is known of each recording that they are about.
    """

    scores: Float[np.ndarray, "recording term"]
    asked: Asked
    known: Mapping[int, KnownFacts]


def fit_readout(space: SceneSpace, terms: Terms, lessons: Sequence[Lesson], problem: Problem) -> FactReadout:
    """Learn the weights from one lesson after another; what one taught is where the next begins, with the weight of a question.

    Args:
        space: of facts.
        terms: whose evidence the lessons score.
        lessons: each about other recordings.
        problem: whose questions these are.
    """
    place = terms.place
    term = np.array([place.get(feature, -1) for feature in space.bindings.features], np.int64)
    weights = [np.r_[np.ones(len(bands)), 0.0] for bands in BANDS]
    for scores, asked, known in lessons:
        of_features = _of_features(scores, term)
        named = _named(asked, problem, space)
        for arity, bands in enumerate(BANDS):
            facts, rows, holds = _possible(space, known, arity)
            signals = _signals(space, of_features, facts, rows, bands)
            items = yes_or_no(np.concatenate([signals, np.ones((len(holds), 1))], axis=1), holds)
            offset = np.concatenate([space.log_odds(facts), np.zeros(len(facts))])
            if arity == 2 and named:
                items, offset = _joined((*items, offset), _choices(space, of_features, named, bands))
            weights[arity] = fit_choice(*items, weights[arity], offset=offset)
    slopes = {
        band: float(w) for bands, of in zip(BANDS, weights, strict=True) for band, w in zip(bands, of, strict=False)
    }
    own = {bands[0]: float(of[-1]) for bands, of in zip(BANDS, weights, strict=True)}
    features = [feature.band for feature in space.bindings.features]
    return FactReadout(
        term,
        np.array([slopes.get(band, 0.0) for band in features]),
        np.array([own.get(band, 0.0) for band in features]),
        slopes,
        own,
    )


def _of_features(
    scores: Float[np.ndarray, "recording term"], term: Int[np.ndarray, " feature"]
) -> Float[np.ndarray, "recording feature"]:
    return np.where(term >= 0, scores[:, np.maximum(term, 0)], 0.0)


def _possible(
    space: SceneSpace, known: Mapping[int, KnownFacts], arity: int
) -> tuple[Int[np.ndarray, " fact"], Int[np.ndarray, " fact"], Bool[np.ndarray, " fact"]]:
    """All facts about the things of training recordings: number, recording, whether it is known to hold."""
    numbers, rows, holds = [], [], []
    for row, facts in known.items():
        true = [number for fact in facts.true if (number := space.number(fact)) is not None]
        things = np.unique(np.array([number for number in true if number < len(space.nouns)], np.int64))
        about = np.arange(len(space.nouns)) if arity == 0 else space.said_of(things)
        about = about[space.split(about)[0] == arity]
        numbers.append(about)
        rows.append(np.full(len(about), row))
        holds.append(np.isin(about, true))
    return np.concatenate(numbers), np.concatenate(rows), np.concatenate(holds)


def _named(asked: Asked, problem: Problem, space: SceneSpace) -> list[tuple[list[int], int, int]]:
    """Questions which word holds between two things: the words' facts, recording, place of the right one."""
    found = []
    for query, row, target, words in zip(
        asked.queries, asked.recording.tolist(), asked.target.tolist(), asked.words, strict=True
    ):
        if not isinstance(query, Describe) or len(query.terms) != 2:
            continue
        facts = [described(query, word, problem.things, problem.vocabulary) for word in words]
        numbers = [None if fact is None else space.number(fact) for fact in facts]
        kept = [number for number in numbers if number is not None]
        if numbers[target] is not None and len(kept) > 1:
            found.append((kept, row, kept.index(numbers[target])))
    return found


def _signals(
    space: SceneSpace,
    of_features: Float[np.ndarray, "recording feature"],
    facts: Int[np.ndarray, " fact"],
    rows: Int[np.ndarray, " fact"],
    bands: Sequence[str],
) -> Float[np.ndarray, "fact band"]:
    """Evidence of each fact's parts in a recording, band by band."""
    columns, values = space.rows(facts)
    padded = np.concatenate([of_features, np.zeros((len(of_features), 1))], axis=1)
    parts = padded[rows[:, None], columns] * values
    band = np.array([*(feature.band for feature in space.bindings.features), ""])[columns]
    return np.stack([np.where(band == name, parts, 0.0).sum(axis=1) for name in bands], axis=1)


def _choices(
    space: SceneSpace,
    of_features: Float[np.ndarray, "recording feature"],
    named: Sequence[tuple[list[int], int, int]],
    bands: Sequence[str],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Items of questions which word holds, and their log prior."""
    facts = np.array([number for numbers, *_ in named for number in numbers], np.int64)
    size = [len(numbers) for numbers, *_ in named]
    rows = np.repeat([row for _, row, _ in named], size)
    signals = _signals(space, of_features, facts, rows, bands)
    right = np.concatenate([np.arange(len(numbers)) == target for numbers, _, target in named])
    with_constant = np.concatenate([signals, np.zeros((len(facts), 1))], axis=1)
    return with_constant, np.repeat(np.arange(len(named)), size), right, space.log_odds(facts)


def _joined(first: tuple, second: tuple) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """Items of two lots of questions, and their offsets."""
    more = first[1].max(initial=-1) + 1
    parts = [first[0], second[0]], [first[1], second[1] + more], [first[2], second[2]], [first[3], second[3]]
    signals, question, right, offset = map(np.concatenate, parts)
    return (signals, question, right), offset
