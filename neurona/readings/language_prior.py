"""The language prior: what a question alone says of its answer, whatever was recorded.

    p(answer | program) = (n(program, answer) + k p(answer | words)) / (n(program) + k)

with n counted in training and p(. | words) of `WordModel`. Yes/no questions, and each category of describe questions, are learned apart. Programs
are counted in normal form, and a denial as what it denies: equal programs have equal priors, and p(~a) = 1 - p(a).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float

from neurona.programs import Query, Vocabulary, to_logic
from neurona.programs.affirmed import affirmed
from neurona.programs.expand import rebuild
from neurona.programs.tree import Atom, Count, Describe, Term, The, Variable
from neurona.scenes.word_model import WordModel

_LEAST = 1e-6


@dataclass(frozen=True)
class AskedBefore:
    """Training questions of one group.

    Attributes:
        words: what their words say.
        counted: program -> how often it had each of the answers of `words`.
    """

    words: WordModel = field(repr=False)
    counted: Mapping[str, tuple[int, ...]] = field(repr=False)


@dataclass(frozen=True)
class LanguagePrior:
    """What was answered to training questions.

    Attributes:
        groups: of yes/no questions under "", else of each category.
        vocabulary: defines words.
        pull: k, questions that the words' probability weighs against the counts of the same program.
    """

    groups: Mapping[str, AskedBefore] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    pull: float = 5.0

    @classmethod
    def fit(
        cls, queries: Sequence[Query], answers: Sequence[str], vocabulary: Vocabulary, pull: float = 5.0
    ) -> LanguagePrior:
        """Learn from questions and their answers: yes, no, or a word."""
        members: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for query, answer in zip(queries, answers, strict=True):
            text, sign = stated(query, vocabulary)
            members[_group(query)].append((text, answer if sign > 0 else {"yes": "no", "no": "yes"}[answer]))
        groups = {}
        for name, asked in members.items():
            words = WordModel.fit([text for text, _ in asked], [answer for _, answer in asked])
            times = Counter(asked)
            counted = {text: tuple(times[text, answer] for answer in words.answers) for text, _ in times}
            groups[name] = AskedBefore(words, counted)
        return cls(groups, vocabulary, pull)

    def logits(
        self, queries: Sequence[Query], choices: Sequence[tuple[str, ...]]
    ) -> Float[np.ndarray, "question answer"]:
        """Log odds of yes in column 0; log probability of each choice; NaN beyond them, and of counts.

        Args:
            queries: checked programs.
            choices: what each chooses from; none for yes/no.
        """
        found = np.full((len(queries), max(map(len, choices), default=0) or 1), np.nan)
        places = defaultdict(list)
        for q, query in enumerate(queries):
            places[query].append(q)
        for query, at in places.items():
            words = choices[at[0]]
            if isinstance(query, Count):
                continue
            text, sign = stated(query, self.vocabulary)
            log_p = self._log(_group(query), text, words or ("no", "yes"))
            found[at, : len(words) or 1] = log_p if words else sign * (log_p[1] - log_p[0])
        return found

    def _log(self, group: str, text: str, answers: tuple[str, ...]) -> Float[np.ndarray, " answer"]:
        known = self.groups.get(group)
        if known is None:
            return np.full(len(answers), -np.log(len(answers)))
        column = {name: k for k, name in enumerate(known.words.answers)}
        by_words, seen = known.words([text])[0], known.counted.get(text, (0,) * len(column))
        p = [(seen[column[word]] + self.pull * by_words[column[word]]) if word in column else 0.0 for word in answers]
        return np.asarray(np.log(np.maximum(np.array(p) / (sum(seen) + self.pull), _LEAST)))


def _group(query: Query) -> str:
    return query.category if isinstance(query, Describe) else ""


@lru_cache(maxsize=1 << 15)
def stated(query: Query, vocabulary: Vocabulary) -> tuple[str, int]:
    """What a program affirms, as text, and -1 where it denies it (`programs.affirmed`)."""
    found, sign = affirmed(query, vocabulary)
    return _text(found), sign


def _text(query: Query) -> str:
    """A program whose `the` are told apart by the place that they fill: subject and object are roles of words."""

    def placed(node: Any) -> Any:
        if not isinstance(node, Atom | Describe):
            return node
        return replace(node, terms=tuple(_bound_to(term, f"a{place}") for place, term in enumerate(node.terms)))

    return to_logic(rebuild(query, placed))


def _bound_to(term: Term, name: str) -> Term:
    if not isinstance(term, The):
        return term
    body = rebuild(term.body, lambda node: Variable(name) if node == Variable(term.variable) else node)
    return The(name, body)
