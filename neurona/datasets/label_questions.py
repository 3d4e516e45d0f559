"""Questions about recordings that carry labels.

From labels alone follow the answers of seven kinds of questions: is a concept there (`exists`), is it
not (`not`), two concepts at once (`and`), one of two (`or`), a defined concept (`defined`), a defined concept
without one of its parts (`and`), and which word of a category it is (`describe`). Where there are several exclusive categories, one word
of each is asked for at once, too (`and`: `exists x. left(x) & fist(x) & imagined(x)`).

A recording shows one thing, of which all its labels are said; where the vocabulary has no exclusive category that would name it, every
label is a thing of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from neurona.errors import DataError, nearest_name
from neurona.programs import Query, Vocabulary, World, expand, parse, value
from neurona.programs.tree import Describe, names

MOST_CONJUNCTIONS = 64
"""Where recordings show more combinations of words of exclusive categories, none is asked for."""
COLUMNS = ("question", "recording", "program", "answer", "type")


class Shown(NamedTuple):
    """What is known of a recording.

    Attributes:
        words: concepts that it shows; it shows no others ...
        unknown: ... but perhaps some of these.
    """

    words: frozenset[str]
    unknown: frozenset[str] = frozenset()


def questions_from_labels(
    ids: Sequence[str], labels: Sequence[str] | Sequence[Shown], vocabulary: Vocabulary
) -> pd.DataFrame:
    """Every question of the vocabulary about every recording, but for those whose answer is unknown, or the same for all recordings.

    Args:
        ids: recordings.
        labels: the concept that each recording shows, one of `vocabulary.concepts`; or all that is known of it.
        vocabulary: concepts, categories and definitions.

    Returns:
        Columns question (id), recording, program (logic syntax), answer (`yes`, `no` or a concept), type.

    Raises:
        DataError: an unknown label, or all recordings show the same.
    """
    shown = [Shown(frozenset([label])) if isinstance(label, str) else label for label in labels]
    for recording, one in zip(ids, shown, strict=True):
        for word in sorted(one.words - set(vocabulary.concepts)):
            raise DataError(f"recording {recording}: unknown label {word!r}{nearest_name(word, vocabulary.concepts)}")
    different = dict.fromkeys(shown)
    if len({one.words for one in different}) < 2:
        raise _one_class(sorted(set().union(*(one.words for one in different))))
    asked: list[tuple[str, str, dict[Shown, str | None]]] = []
    for kind, text in (*_programs(vocabulary), *_conjunctions(vocabulary, different)):
        query = expand(parse(text, vocabulary), vocabulary)
        answers = {one: _answer(query, one, vocabulary) for one in different}
        # What everything or nothing fulfils asks for no decoding.
        if len(set(answers.values()) - {None}) > 1:
            asked.append((kind, text, answers))
    rows = [
        (f"{recording}_q-{order:03d}", recording, text, answers[one], kind)
        for recording, one in zip(ids, shown, strict=True)
        for order, (kind, text, answers) in enumerate(asked)
        if answers[one] is not None
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def no_questions() -> pd.DataFrame:
    """Of recordings about which nothing is known."""
    return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})


def require_classes(labels: Sequence[str]) -> None:
    """Raise a DataError unless there are two labels or more."""
    if len(set(labels)) < 2:
        raise _one_class(sorted(set(labels)))


def _one_class(labels: list[str]) -> DataError:
    return DataError(f"labels: only {labels} found; decoding needs two classes or more")


def _programs(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Type and program."""
    concepts = vocabulary.concepts
    for concept in concepts:
        yield "exists", f"exists x. {concept}(x)"
        yield "not", f"~(exists x. {concept}(x))"
    for defined in vocabulary.definitions:
        yield "defined", f"exists x. {defined}(x)"
        for concept in _parts(vocabulary, defined):
            yield "and", f"exists x. {defined}(x) & ~{concept}(x)"
    for index, concept in enumerate(concepts if len(concepts) > 2 else concepts[:1]):
        if len(concepts) > 1:
            yield "or", f"exists x. {concept}(x) | {concepts[(index + 1) % len(concepts)]}(x)"
    for category, members in vocabulary.categories.items():
        if set(members) <= set(concepts):
            yield "describe", f"describe {category}"


def _conjunctions(vocabulary: Vocabulary, shown: Collection[Shown]) -> Iterator[tuple[str, str]]:
    """One word of each exclusive category, as some recording shows them."""
    groups = [vocabulary.categories[name] for name in vocabulary.exclusive]
    found = {tuple(dict.fromkeys(word for group in groups for word in group if word in one.words)) for one in shown}
    several = sorted(words for words in found if len(words) > 1)
    if len(groups) > 1 and len(several) <= MOST_CONJUNCTIONS:
        for words in several:
            yield "and", "exists x. " + " & ".join(f"{word}(x)" for word in words)


def _parts(vocabulary: Vocabulary, defined: str) -> list[str]:
    used = names(expand(parse(f"exists x. {defined}(x)", vocabulary), vocabulary))
    return [concept for concept in vocabulary.concepts if concept in used]


def _answer(query: Query, shown: Shown, vocabulary: Vocabulary) -> str | None:
    """None where it is unknown, or there is none."""
    if isinstance(query, Describe):
        members = set(vocabulary.categories[query.category])
        said = members & shown.words
        return min(said) if len(said) == 1 and not members & shown.unknown else None
    if set(names(query)) & shown.unknown:
        return None
    return "yes" if value(query, _world(shown, vocabulary)) else "no"


def _world(shown: Shown, vocabulary: Vocabulary) -> World:
    if vocabulary.exclusive:
        return World(1, frozenset((word, (0,)) for word in shown.words))
    return World(len(shown.words), frozenset((word, (k,)) for k, word in enumerate(sorted(shown.words))))
