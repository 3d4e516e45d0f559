"""Describe questions (which word of a category holds between two nouns?) whose words do not tell the answer.

Let n(p, w) be the number of questions of program p with answer w in one part of the data. For each category there is one
word w0, and the questions are chosen in two steps:

1. The core: in every part and for every program n(p, w) <= n(p, w0). Whatever an answerer g makes of the program, it
   answers sum_p n(p, g(p)) <= sum_p n(p, w0) questions rightly: no more than always saying w0. Programs with a
   single answer, or never answered by w0, are not in the core.
2. The others are added, the least predictable first, as long as the question-only answerers, fitted on one part and
   asked in another, stay within `margin` of the most frequent answer's share (or of one half). On scenes in which the nouns say nothing about
   the word, all are added; where the nouns determine it, none.

Predictability is p(answer | program) - p(w0 | program) by the words answerer, cross-fitted over halves of the scenes, so that
it filters all parts alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from neurona.programs.facts import Fact
from neurona.scenes.facts import SceneFacts, describe_program
from neurona.scenes.names import NameTable
from neurona.scenes.question_only import answers_from_questions, word_probabilities

_SHARES = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.02, 0.0)
"""Shares of the questions outside the core that are tried, the largest first."""

_MOST = 0.5
"""Share of one word above which it counts as given away; in the core no word has more."""


class DescribeQuestion(NamedTuple):
    """Scene, category, and the fact whose predicate is the answer."""

    scene: int
    category: str
    fact: Fact

    @property
    def program(self) -> str:
        return describe_program(self.category, *self.fact.arguments)


def describe_candidates(
    number: int, scene: SceneFacts, allowed: frozenset[Fact], table: NameTable
) -> list[DescribeQuestion]:
    """The describe questions about a scene: two nouns between which exactly one word of a category holds.

    Args:
        number: of the scene.
        scene: all that holds in it.
        allowed: the facts that may be answers.
        table: categories.
    """
    found: dict[tuple[str, tuple[str, ...]], list[Fact]] = defaultdict(list)
    for fact in scene.true:
        category = table.relations.get(fact.name)
        if category and len(fact.arguments) == 2 and fact.arguments[0] != fact.arguments[1]:
            found[category, fact.arguments].append(fact)
    single = [(name, facts[0]) for (name, _), facts in found.items() if len(facts) == 1 and facts[0] in allowed]
    return [DescribeQuestion(number, name, fact) for name, fact in sorted(single, key=lambda item: _order(item[1]))]


def balanced(
    candidates: Sequence[DescribeQuestion],
    part_of: Sequence[str],
    rng: np.random.Generator,
    margin: float = 0.02,
) -> list[DescribeQuestion]:
    """Those of the candidates whose words do not tell the answer.

    Args:
        candidates: questions.
        part_of: part of each scene; where there is one part only, halves of the scenes stand in for two.
        rng: draws among equals.
        margin: how far the answerers may rise above the most frequent answer.
    """
    half = rng.permutation(len(part_of)) % 2
    chosen: list[DescribeQuestion] = []
    for category in sorted({question.category for question in candidates}):
        asked = [question for question in candidates if question.category == category]
        asked = [asked[k] for k in rng.permutation(len(asked))]
        word, core = _core(asked, part_of)
        outside = [question for k, question in enumerate(asked) if k not in core]
        within = [asked[k] for k in sorted(core)]
        outside = _by_predictability(outside, asked, half, word)
        for share in _SHARES:
            kept = within + outside[: round(share * len(outside))]
            if share == 0 or _rise(kept, part_of, half) <= margin:
                break
        chosen += kept
    return chosen


def _core(asked: Sequence[DescribeQuestion], part_of: Sequence[str]) -> tuple[str, set[int]]:
    """w0 and the places of the core's questions."""
    places: dict[tuple[str, tuple[str, ...]], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for k, question in enumerate(asked):
        places[part_of[question.scene], question.fact.arguments][question.fact.name].append(k)
    size: Counter[str] = Counter()
    for words in places.values():
        for word in words:
            size[word] += sum(_quota(words, word).values())
    best = max(size, key=lambda word: (size[word], word))
    core: set[int] = set()
    for words in places.values():
        for word, quota in _quota(words, best).items():
            core.update(words[word][:quota])
    return best, core


def _quota(words: Mapping[str, Sequence[int]], first: str) -> dict[str, int]:
    """How many questions of each word, so that none outnumbers `first`."""
    others = max((len(places) for word, places in words.items() if word != first), default=0)
    most = min(len(words.get(first, ())), others)
    return {word: min(len(places), most) for word, places in words.items()} if most else {}


def _by_predictability(
    outside: list[DescribeQuestion], asked: Sequence[DescribeQuestion], half: np.ndarray, word: str
) -> list[DescribeQuestion]:
    excess = np.zeros(len(outside))
    for side in (0, 1):
        fitted = [question for question in asked if half[question.scene] == side]
        rows = [k for k, question in enumerate(outside) if half[question.scene] != side]
        if not fitted or not rows:
            continue
        probability, classes = word_probabilities(
            [question.program for question in fitted],
            [question.fact.name for question in fitted],
            [outside[k].program for k in rows],
        )
        column = {name: k for k, name in enumerate(classes)}
        padded = np.column_stack([probability, np.zeros(len(rows))])  # the last column: words never seen
        answer = np.array([column.get(outside[k].fact.name, -1) for k in rows])
        excess[rows] = padded[np.arange(len(rows)), answer] - padded[:, column.get(word, -1)]
    return [outside[k] for k in np.argsort(excess, kind="stable")]


def _rise(kept: Sequence[DescribeQuestion], part_of: Sequence[str], half: np.ndarray) -> float:
    """How far the best answerer rises above the most frequent answer, on any part that it was not fitted on."""
    parts = sorted(set(part_of))
    label = list(part_of) if len(parts) > 1 else [f"half {side}" for side in half]
    source = "train" if "train" in parts else label[0]
    fitted = [question for question in kept if label[question.scene] == source]
    rise = 0.0
    for part in sorted(set(label) - {source}):
        tested = [question for question in kept if label[question.scene] == part]
        if not tested or not fitted:
            continue
        truth = np.array([question.fact.name for question in tested], dtype=object)
        given = answers_from_questions(
            [question.program for question in fitted],
            [question.fact.name for question in fitted],
            [question.program for question in tested],
        )
        most = min(max(Counter(truth).values()) / len(truth), _MOST)
        rise = max(rise, *(float((answers == truth).mean()) - most for answers in given.values()))
    return rise


def _order(fact: Fact) -> tuple[str, ...]:
    return (fact.name, *fact.arguments)
