"""What a set of questions says of its own words: types of questions, vocabulary, and what training cannot teach.

The vocabulary of a converted data set comes from its training questions alone. A test question with a word that no
training question holds cannot be answered by anyone who learned from training; it is set apart, counted and reported.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from neurona.errors import DataError, QueryError
from neurona.programs import Vocabulary, parse
from neurona.programs.tree import And, Atom, Compare, Count, Describe, Forall, Not, Or, Query, walk

YES_NO = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Asked(NamedTuple):
    """What matters of one program.

    Attributes:
        type: `exists`, `not`, `and`, `or`, `forall`, `compare`, `relation`, `count` or `describe`.
        words: its words, each with its number of arguments.
        category: of a describe question.
        arity: arguments of the words that a describe question chooses from.
    """

    type: str
    words: tuple[tuple[str, int], ...]
    category: str | None = None
    arity: int = 0


@lru_cache(maxsize=200_000)
def asked(program: str) -> Asked:
    """Read a program on any surface of the query language.

    Raises:
        QueryError: it is none, or a word in it has more than two arguments.
    """
    query = parse(program)
    words = tuple(dict.fromkeys((part.name, len(part.terms)) for part in walk(query) if isinstance(part, Atom)))
    for word, arity in words:
        if arity > 2:
            raise QueryError(f"{word!r} has {arity} arguments; concepts have one, relations two", program)
    if isinstance(query, Describe):
        return Asked("describe", words, query.category, max(1, len(query.terms)))
    return Asked(_type(query, words), words)


def _type(query: Query, words: tuple[tuple[str, int], ...]) -> str:
    body = getattr(query, "body", query)
    kinds = ((Count, "count"), (Compare, "compare"), (Not, "not"), (Forall, "forall"))
    for kind, name in kinds:
        if isinstance(query, kind):
            return name
    if any(arity == 2 for _, arity in words):
        return "relation"
    return "and" if isinstance(body, And) else "or" if isinstance(body, Or) else "exists"


def plain_answer(answer: Any, question: Asked) -> str:
    """An answer in our words: `yes`, `no`, a name, or a whole number.

    Raises:
        DataError: it is not of the question's kind.
    """
    if isinstance(answer, np.generic):
        answer = answer.item()
    text = str(answer).strip()
    if question.type == "describe":
        if not _NAME.fullmatch(text):
            raise DataError(f"answer {answer!r}; a describe question is answered by a word (letters, digits and _)")
        if text.lower() in YES_NO:
            raise DataError(
                f"answer {answer!r} to a describe question; it answers other questions: call the word {text + '_'!r}"
            )
        return text
    if question.type == "count":
        if isinstance(answer, bool) or not re.fullmatch(r"[0-9]{1,6}", text):
            raise DataError(f"answer {answer!r}; a count question is answered by a whole number")
        return text
    if text.lower() not in YES_NO:
        raise DataError(f"answer {answer!r}; expected yes or no (or True, False)")
    return YES_NO[text.lower()]


def whole_number(value: Any) -> int:
    """A whole number, which a table may write as `2` or `2.0`.

    Raises:
        DataError: it is none.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not number.is_integer():
        raise DataError(f"found {value!r}, expected a whole number")
    return int(number)


class QuestionWords:
    """Collects the words of questions, and makes the vocabulary of those of training."""

    def __init__(self) -> None:
        self._training: Counter[tuple[str, int]] = Counter()
        self._test: Counter[tuple[str, int]] = Counter()
        self._categories: dict[str, Counter[str]] = {}
        self._arity: dict[str, Counter[int]] = {}

    def add(self, program: str, answer: str, split: str) -> None:
        """Take in one question; everything but the split `test` counts as training."""
        question = asked(program)
        words = list(question.words)
        if question.category is not None:
            words.append((answer, question.arity))
            if split != "test":
                self._categories.setdefault(question.category, Counter())[answer] += 1
                self._arity.setdefault(question.category, Counter())[question.arity] += 1
        (self._test if split == "test" else self._training).update(words)

    def vocabulary(self) -> Vocabulary:
        """Concepts, relations and categories of the training questions, in alphabetical order."""
        arity = self._arities()
        categories = {}
        for category, answers in sorted(self._categories.items()):
            kind = self._arity[category].most_common(1)[0][0]
            members = tuple(sorted(word for word in answers if arity[word] == kind))
            if len(members) > 1:
                categories[category] = members
        concepts = tuple(sorted(word for word, count in arity.items() if count == 1))
        relations = tuple(sorted(word for word, count in arity.items() if count == 2))
        return Vocabulary(concepts, relations, categories)

    def _arities(self) -> dict[str, int]:
        """Training word -> its number of arguments, the more frequent one where a word is used both ways."""
        arity: dict[str, int] = {}
        for word, count in sorted(self._training, key=lambda key: (-self._training[key], key)):
            arity.setdefault(word, count)
        return arity

    @property
    def only_in_test(self) -> tuple[str, ...]:
        """Words of test questions that no training question holds, as that kind of word."""
        return tuple(sorted({word for word, _ in set(self._test) - set(self._training)}))

    def notes(self) -> list[str]:
        """What a user should know of the words, one sentence each."""
        both = sorted({word for word, _ in self._training if {(word, 1), (word, 2)} <= set(self._training)})
        alone = sorted(set(self._categories) - set(self.vocabulary().categories))
        found = []
        if both:
            found.append(
                f"{len(both)} word(s) are used as concept and as relation: {_some(both)}; the rarer use is left out"
            )
        if alone:
            found.append(f"categories of one word in training, nothing to choose from: {_some(alone)}; left out")
        if self.only_in_test:
            found.append(
                f"{len(self.only_in_test)} word(s) only in test questions, left out: {_some(self.only_in_test)}"
            )
        return found


def why_left_out(program: str, answer: str, vocabulary: Vocabulary) -> str | None:
    """Why nobody can answer a question with the words of training; None where they suffice."""
    question = asked(program)
    for word, arity in question.words:
        known = vocabulary.arity(word)
        if known is None:
            return "a word only in test"
        if known != arity:
            return "a word used as concept and as relation"
    if question.category is None:
        return None
    members = vocabulary.categories.get(question.category)
    if members is None:
        return "a category of one word, or only in test"
    if vocabulary.arity(members[0]) != question.arity:
        return "a word used as concept and as relation"
    return None if answer in members else "an answer only in test"


def _some(words: Iterable[str], most: int = 8) -> str:
    names = list(words)
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
