"""What a scene may hold in place of a fact: the hypotheses that a question is decided between.

    object a                 a and its company                    against  nothing said
    attribute q(a)           a with q                             against  a without it; nothing said; q at another thing
    relation r(a, b)         a, b and r(a, b)                     against  another relation of a and b; b r a; a r something else;
                                                                           something else r b; neither a nor b

Each alternative gives one log-likelihood ratio. How they are weighed, and how often each occurs among the questions, is
learned from validation questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from neurona.encoding_models.bindings import (
    ATTRIBUTE_OBJECT,
    CONCEPT,
    RELATION,
    RELATION_OBJECT,
    RELATION_SUBJECT,
    Binding,
    Bindings,
    Row,
    sparse_rows,
)
from neurona.encoding_models.inversion import Inversion
from neurona.scenes.scene_graph import Fact

N_RATIOS = {0: 2, 1: 5, 2: 9}
"""Columns of `Alternatives.ratios` by the number of a fact's arguments."""


def summed(*rows: Row) -> Row:
    """The sum of some features."""
    total: Row = {}
    for row in rows:
        for column, value in row.items():
            total[column] = total.get(column, 0.0) + value
    return total


@dataclass
class Alternatives:
    """Hypotheses about facts, and their evidence.

    Attributes:
        bindings: features.
        inversion: their evidence.
        rate: how often each feature occurs in a training scene.
        scenes: how many training scenes there were.
    """

    bindings: Bindings
    inversion: Inversion
    rate: Float[np.ndarray, " feature"]
    scenes: int
    _rows: dict[Fact, tuple[list[Row], list[slice], Float[np.ndarray, " hypothesis"]]] = field(
        default_factory=dict, repr=False
    )
    _elsewhere: dict[tuple[str, str], Row] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        concepts = [k for k, one in enumerate(self.bindings.features) if one.band == CONCEPT]
        self.concepts = {self.bindings.features[k].words[0]: place for place, k in enumerate(concepts)}
        self.relations = [one.words[0] for one in self.bindings.features if one.band == RELATION]

    def company(self, noun: str) -> Row:
        """A concept with what is to be expected beside it."""
        place = self.concepts.get(noun)
        return {} if place is None else {self.inversion.columns + place: 1.0}

    def elsewhere(self, band: str, word: str) -> Row:
        """The word with another thing: the mean over the things that have it in training, in the band's place."""
        if (band, word) not in self._elsewhere:
            found = [
                (one.words[1], float(self.rate[k]))
                for k, one in enumerate(self.bindings.features)
                if one.band == band and one.words[0] == word
            ]
            total = sum(rate for _, rate in found) or 1.0
            mean: Row = {}
            for noun, rate in found:
                part = summed(self.company(noun), self._row(Binding(band, (word, noun))))
                mean = summed(mean, {column: value * rate / total for column, value in part.items()})
            self._elsewhere[band, word] = mean
        return self._elsewhere[band, word]

    def _row(self, binding: Binding) -> Row:
        column = self.bindings.place.get(binding)
        return {} if column is None else {column: 1.0}

    def hypotheses(self, fact: Fact) -> tuple[list[Row], list[slice], Float[np.ndarray, " hypothesis"]]:
        """Rows of hypotheses, the fact itself first; which of them make up each alternative; their log weights in it."""
        fact = self.bindings.canonical(fact)
        if fact not in self._rows:
            rows, parts = self._hypotheses(fact)
            weight = np.zeros(len(rows))
            if len(fact.arguments) == 2:
                others = self._others(fact)
                weight[1 : 1 + len(others)] = [self.log_rate(other) for other in others]
            for part in parts:
                weight[part] -= np.logaddexp.reduce(weight[part]) if part.stop > part.start else 0.0
            self._rows[fact] = rows, parts, weight
        return self._rows[fact]

    def _others(self, fact: Fact) -> list[Fact]:
        """Other relations between the same two things, either way round."""
        subject, object_ = fact.arguments
        pairs = ((subject, object_), (object_, subject))
        found = {self.bindings.canonical(Fact(word, pair)) for word in self.relations for pair in pairs}
        same = {fact, self.bindings.canonical(Fact(fact.name, pairs[1]))}
        return sorted(found - same, key=lambda other: (other.name, other.arguments))

    def _hypotheses(self, fact: Fact) -> tuple[list[Row], list[slice]]:
        row, company = self.bindings.row, self.company
        match fact.arguments:
            case ():
                return [company(fact.name)], []
            case (noun,):
                other = summed(
                    self._row(Binding("attribute", (fact.name,))), self.elsewhere(ATTRIBUTE_OBJECT, fact.name)
                )
                rows = [summed(company(noun), row(fact)), company(noun), other]
                return rows, [slice(1, 2), slice(2, 3)]
        a, b = fact.arguments
        both = summed(row(Fact(a)), row(Fact(b)))
        others = [summed(both, row(other)) for other in self._others(fact)]
        word = self._row(Binding(RELATION, (fact.name,)))
        of_a = summed(row(Fact(a)), word, self._row(Binding(RELATION_SUBJECT, (fact.name, a))))
        of_b = summed(row(Fact(b)), word, self._row(Binding(RELATION_OBJECT, (fact.name, b))))
        rest = [
            summed(both, row(Fact(fact.name, (b, a)))),
            summed(of_a, self.elsewhere(RELATION_OBJECT, fact.name)),
            summed(of_b, self.elsewhere(RELATION_SUBJECT, fact.name)),
            both,
            company(a),
            company(b),
        ]
        n = 1 + len(others)
        return [summed(both, row(fact)), *others, *rest], [slice(1, n), *(slice(k, k + 1) for k in range(n, n + 6))]

    def own(self, fact: Fact) -> Row:
        """The hypothesis that the fact holds."""
        fact = self.bindings.canonical(fact)
        if not fact.arguments:
            return self.company(fact.name)
        if len(fact.arguments) == 1:
            return summed(self.company(fact.arguments[0]), self.bindings.row(fact))
        return summed(*(self.bindings.row(one) for one in (fact, *map(Fact, fact.arguments))))

    def evidence(
        self, rows: list[Row], support: Float[np.ndarray, "recording column"], recording: Int[np.ndarray, " hypothesis"]
    ) -> Float[np.ndarray, " hypothesis"]:
        """Evidence for each hypothesis."""
        stated: csr_array = sparse_rows(rows, len(self.inversion.gram))
        return self.inversion.evidence(stated, support, recording)

    def ratios(
        self, facts: Sequence[Fact], support: Float[np.ndarray, "recording column"], recording: Int[np.ndarray, " fact"]
    ) -> list[Float[np.ndarray, "_ _"]]:
        """Log-likelihood ratios of facts of 0, 1 and 2 arguments, each in the order of the facts that have so many.

        The columns: the evidence for the fact; the fact against each alternative; the log rate of the fact in training.
        """
        rows: list[Row] = []
        where: list[tuple[int, list[slice], np.ndarray]] = []
        about: list[int] = []
        for fact, place in zip(facts, recording.tolist(), strict=True):
            mine, parts, weight = self.hypotheses(fact)
            where.append((len(rows), parts, weight))
            rows += mine
            about += [place] * len(mine)
        evidence = self.evidence(rows, support, np.array(about, dtype=np.int64))
        found: list[list[list[float]]] = [[], [], []]
        for fact, (start, parts, weight) in zip(facts, where, strict=True):
            own = evidence[start]
            weighed = evidence[start : start + len(weight)] + weight
            ratios = [
                own,
                *(own - np.logaddexp.reduce(weighed[part]) if part.stop > part.start else own for part in parts),
            ]
            if len(fact.arguments) == 1:
                ratios.append(evidence[start + 1])
            found[len(fact.arguments)].append([*ratios, self.log_rate(fact)])
        return [np.array(part, dtype=np.float64).reshape(-1, N_RATIOS[k]) for k, part in enumerate(found)]

    def log_rate(self, fact: Fact) -> float:
        """Log of how often the fact is to be expected in a scene that has its nouns: pairs as independent given the word."""

        def rate(band: str, *words: str) -> float:
            column = self.bindings.place.get(Binding(band, words))
            return float(self.rate[column]) if column is not None else 0.0

        floor = 1 / self.scenes
        fact = self.bindings.canonical(fact)
        match fact.arguments:
            case ():
                return float(np.log(rate(CONCEPT, fact.name) + floor))
            case (noun,):
                return float(
                    np.log((rate(ATTRIBUTE_OBJECT, fact.name, noun) + floor / 4) / (rate(CONCEPT, noun) + floor))
                )
        a, b = fact.arguments
        total = rate(RELATION, fact.name) + floor
        as_subject = (rate(RELATION_SUBJECT, fact.name, a) + floor / 4) / total
        as_object = (rate(RELATION_OBJECT, fact.name, b) + floor / 4) / total
        return float(np.log(total * as_subject * as_object))
