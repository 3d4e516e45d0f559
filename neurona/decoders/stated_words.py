"""What answers say of words: which concepts and relations hold somewhere in a recording, and what nobody said.

    exists x. a(x) & r(x, the y. b(y))   yes: a, r and b hold.   no: one of them fails, or they do not belong together
    exists x. a(x)                       no: a does not hold
    describe Action(the x. a(x), the y. b(y))   the answer, a and b hold

A word that no answer says anything of is unknown, not false.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float

from neurona.decoders.answer_arrays import programs
from neurona.decoders.problem import Asked
from neurona.programs import Query, Vocabulary, expand
from neurona.programs.tree import And, Atom, Describe, Exists, Not, Or, The, walk


def stated(query: Query, answer: str) -> tuple[tuple[str, bool], ...]:
    """Words that an answer states to hold (True) or not to (False) somewhere in the recording.

    Args:
        query: without defined words.
        answer: yes, no, or a word.
    """
    if isinstance(query, Describe):
        return ((answer, True), *((node.name, True) for node in walk(query) if isinstance(node, Atom)))
    return tuple(_stated(query, answer == "yes")) if answer in ("yes", "no") else ()


def _stated(node: object, holds: bool) -> Iterable[tuple[str, bool]]:
    match node:
        case Not(body):
            yield from _stated(body, not holds)
        case Exists(_, body) | The(_, body):
            yield from _stated(body, holds)
        case Atom(name, terms):
            described = [term for term in terms if isinstance(term, The)]
            # A relation that fails between two described terms may hold elsewhere.
            if holds or not described:
                yield name, holds
            if holds:
                for term in described:
                    yield from _stated(term, True)
        case And(parts) if holds:
            for part in parts:
                if not isinstance(part, Not):
                    yield from _stated(part, True)
        case Or(parts) if not holds:
            for part in parts:
                yield from _stated(part, False)


def stated_words(
    asked: Asked, vocabulary: Vocabulary, n_recordings: int, words: Sequence[str] | None = None
) -> Float[np.ndarray, "recording word"]:
    """1 where a word is said to hold, 0 where it is said not to, NaN where it is unknown; a yes outweighs a no.

    Args:
        asked: questions with their answers.
        vocabulary: defines words.
        n_recordings: rows.
        words: columns; the concepts and then the relations of the vocabulary when None.
    """
    column = {word: k for k, word in enumerate(words or (*vocabulary.concepts, *vocabulary.relations))}
    found = np.full((n_recordings, len(column)), np.nan, np.float32)
    answers = asked.table.answer.to_numpy(dtype=str)
    for _, places in programs(asked):
        query = expand(asked.queries[places[0]], vocabulary)
        for answer in np.unique(answers[places]):
            rows = asked.recording[places[answers[places] == answer]]
            for word, holds in stated(query, str(answer)):
                if word in column:
                    cell = found[rows, column[word]]
                    found[rows, column[word]] = 1.0 if holds else np.where(np.isnan(cell), 0.0, cell)
    return found


def names_of(query: Query) -> tuple[str, ...]:
    """The words of a program, each once, in reading order."""
    return tuple(dict.fromkeys(node.name for node in walk(query) if isinstance(node, Atom)))
