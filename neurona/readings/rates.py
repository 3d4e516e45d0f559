"""How training questions were answered: the prior of decoders that know no scenes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from neurona.programs import Query, Vocabulary, to_logic
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import Not
from neurona.questions import Asked
from neurona.readings.forms import all_concepts, form_of

_PULL = 5.0
"""Questions that the rate of a form weighs against a program's own."""


@dataclass(frozen=True)
class Rates:
    """Counts of answers.

    Attributes:
        programs: program or its denial, in normal form -> (how often it is true, questions).
        forms: form -> (how often what it states is true, questions).
        words: category -> word -> how often it was the answer.
    """

    programs: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    forms: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: Asked, vocabulary: Vocabulary) -> Rates:
        """Of training questions."""
        things = all_concepts(vocabulary)
        programs: Counter[tuple[str, bool]] = Counter()
        forms: Counter[tuple[str, bool]] = Counter()
        words: dict[str, Counter[str]] = {}
        for query, choices, target in zip(asked.queries, asked.words, asked.target.tolist(), strict=True):
            if choices:
                words.setdefault(query.category, Counter())[choices[target]] += 1  # type: ignore[union-attr]
                continue
            form, sign = form_of(query, vocabulary, things)
            text, side = _stated(query)
            programs[text, (target == 1) == (side > 0)] += 1
            forms[form, (target == 1) == (sign > 0)] += 1
        return cls(_pairs(programs), _pairs(forms), {name: dict(found) for name, found in words.items()})

    def of_yes(self, query: Query, form: str, sign: int) -> float:
        """Share of yes among questions with this program, drawn to that of its form; 1/2 where none is known."""
        stated, n_form = self.forms.get(form, (0, 0))
        rate = (stated + 1) / (n_form + 2)
        rate = rate if sign > 0 else 1 - rate
        text, side = _stated(query)
        true, n = self.programs.get(text, (0, 0))
        yes = true if side > 0 else n - true
        return (yes + _PULL * rate) / (n + _PULL)

    def of_words(self, category: str, words: Sequence[str]) -> Float[np.ndarray, " word"]:
        """Share of each word among the category's answers."""
        counts = np.array([self.words.get(category, {}).get(word, 0) for word in words], np.float64) + 0.5
        return counts / counts.sum()


def _pairs(counts: Counter[tuple[str, bool]]) -> dict[str, tuple[int, int]]:
    names = dict.fromkeys(name for name, _ in counts)
    return {name: (counts[name, True], counts[name, True] + counts[name, False]) for name in names}


@lru_cache(maxsize=1 << 15)
def _stated(query: Query) -> tuple[str, int]:
    """The same text for a program and its denial, however they are written, and -1 for the one that denies it."""
    found, denied = (to_logic(normal_form(one)) for one in (query, Not(query)))  # type: ignore[arg-type]
    return (found, 1) if found <= denied else (denied, -1)
