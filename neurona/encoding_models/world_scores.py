"""Programs on possible worlds: exactly what logic says of each, for all questions of one template and all worlds at once.

    P(yes | z) = sum over worlds of share x [the program holds in the world]

A value has the axes question, world, and one for each variable that is bound (v0, v1, ...), of size T where it depends on that variable
and 1 where not; a world's things are its individuals. `the y. b(y)` is Russell's: one-hot on the thing that alone has b,
else nothing, which makes the atom around it false and no more (`neurona.programs.worlds`, which the tests compare with).

Scores of the executor are not used here: its `the` is a softmax, which on two things of the same kind takes the mean, and all its
things exist, which is another meaning of `forall` and `count`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import logit

from neurona.encoding_models.worlds import Worlds
from neurona.programs import Query
from neurona.programs.expand import template
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Describe,
    Exists,
    Forall,
    Iff,
    Implies,
    Not,
    Number,
    Or,
    The,
    Variable,
    walk,
)
from neurona.programs.worlds import COMPARISONS

_CELLS = 1 << 25
"""Booleans of one block of questions."""


class WorldAnswers(NamedTuple):
    """Answers from worlds.

    Attributes:
        yes_no: logit of yes; the expected number for count questions; 0 for describe.
        describe: log probability of each word that it holds, normalised over the words; -inf beyond them.
        error: Monte Carlo standard error of the probability; 0 where the worlds are all there are.
    """

    yes_no: Float[np.ndarray, " question"]
    describe: Float[np.ndarray, "question word"]
    error: Float[np.ndarray, " question"]


def world_answers(
    worlds: Worlds,
    queries: Sequence[Query],
    words: Sequence[tuple[str, ...]],
    recording: Int[np.ndarray, " question"],
    shares: Float[np.ndarray, "recording world"] | None = None,
) -> WorldAnswers:
    """Answer questions.

    Args:
        worlds: of each recording; or of one only, then every recording has the same worlds.
        queries: programs without defined concepts (`neurona.programs.expand`).
        words: of each describe question, the words to choose from.
        recording: row of `worlds`, and of `shares`, of each question.
        shares: how probable each world is; equally probable draws when None.
    """
    asked: list[Query] = []
    about: list[int] = []
    start: list[int] = []
    for query, choice, place in zip(queries, words, recording.tolist(), strict=True):
        start.append(len(asked))
        parts = [_with_word(query, word) for word in choice] if isinstance(query, Describe) else [query]
        asked += parts
        about += [place] * len(parts)
    rows = np.array(about, dtype=np.int64)
    values = world_values(worlds, asked, rows if len(worlds.present) > 1 else np.zeros_like(rows))
    n_worlds = worlds.present.shape[1]
    if shares is None:
        mean = values.mean(axis=1)
        # One draw more for each side keeps a probability that K draws cannot tell from 0 or 1 away from both.
        kept = (mean * n_worlds + 0.5) / (n_worlds + 1)
        spread = values.std(axis=1) / np.sqrt(n_worlds)
    else:
        mean = (values * shares[rows]).sum(axis=1)
        kept, spread = np.clip(mean, 1e-9, 1 - 1e-9), np.zeros(len(mean))
    most = max([len(choice) for choice in words], default=0)
    yes_no, error = np.zeros(len(queries)), np.zeros(len(queries))
    described = np.full((len(queries), max(most, 1)), -np.inf)
    for k, (query, choice, at) in enumerate(zip(queries, words, start, strict=True)):
        error[k] = spread[at : at + max(len(choice), 1)].max()
        if isinstance(query, Describe):
            of_words = kept[at : at + len(choice)]
            described[k, : len(choice)] = np.log(of_words / of_words.sum())
        else:
            yes_no[k] = mean[at] if isinstance(query, Count) else logit(kept[at])
    return WorldAnswers(yes_no, described, error)


def world_values(
    worlds: Worlds, queries: Sequence[Query], recording: Int[np.ndarray, " question"]
) -> Float[np.ndarray, "question world"]:
    """What each program is in each world of its recording: 1 or 0, or a number."""
    of_concept = {name: k for k, name in enumerate(worlds.concepts)}
    of_relation = {name: k for k, name in enumerate(worlds.relations)}
    groups: dict[Query, list[int]] = {}
    codes: list[list[int]] = []
    shapes: dict[int, tuple[Query, list[int]]] = {}
    for k, query in enumerate(queries):
        if id(query) not in shapes:
            shape, names = _template(query)
            binary = {int(node.name[1:]) for node in walk(shape) if isinstance(node, Atom) and len(node.terms) == 2}
            known = [(of_relation if i in binary else of_concept).get(name, -1) for i, name in enumerate(names)]
            shapes[id(query)] = shape, known
        shape, known = shapes[id(query)]
        groups.setdefault(shape, []).append(k)
        codes.append(known)
    found = np.zeros((len(queries), worlds.present.shape[1]), np.float32)
    things = worlds.present.shape[2]
    for shape, members in groups.items():
        levels = _levels(shape)
        block = max(1, _CELLS // (found.shape[1] * things ** (levels + 1)))
        rows = np.array(members)
        words = np.array([codes[k] for k in members], dtype=np.int64).reshape(len(members), -1)
        for at in range(0, len(rows), block):
            part = slice(at, at + block)
            one = _Block(worlds, recording[rows[part]], words[part], levels)
            found[rows[part]] = one.value(shape).reshape(len(rows[part]), found.shape[1])
    return found


@lru_cache(maxsize=1 << 17)
def _template(query: Query) -> tuple[Query, tuple[str, ...]]:
    """Kept, as naming slots takes longer than answering."""
    return template(query)


def _with_word(query: Describe, word: str) -> Query:
    """The formula that a word holds of the terms; with no terms, that it holds of something."""
    if not query.terms:
        return Exists("x", Atom(word, (Variable("x"),)))
    return Atom(word, query.terms)


def _levels(shape: Query) -> int:
    return 1 + max([int(node.variable[1:]) for node in walk(shape) if hasattr(node, "variable")], default=-1)


class _Block:
    """Questions of one template; axes question, world, v0, v1, ..."""

    def __init__(self, worlds: Worlds, recording: Int[np.ndarray, " q"], words: Int[np.ndarray, "q slot"], levels: int):
        self.worlds, self.recording, self.words, self.levels = worlds, recording, words, levels
        self.present = worlds.present[recording]

    def value(self, node: Any) -> np.ndarray:
        """Booleans, or numbers."""
        match node:
            case Atom(name, (term,)):
                return self.concept(int(name[1:]), term)
            case Atom(name, (subject, object_)):
                return self.relation(int(name[1:]), subject, object_)
            case Not(body):
                return ~self.value(body)
            case And(parts):
                return _fold(np.logical_and, [self.value(part) for part in parts])
            case Or(parts):
                return _fold(np.logical_or, [self.value(part) for part in parts])
            case Implies(left, right):
                return ~self.value(left) | self.value(right)
            case Iff(left, right):
                return self.value(left) == self.value(right)
            case Exists(variable, body):
                return (self.value(body) & self.there(variable)).any(axis=_axis(variable), keepdims=True)
            case Forall(variable, body):
                return (self.value(body) | ~self.there(variable)).all(axis=_axis(variable), keepdims=True)
            case Count(variable, body):
                return (self.value(body) & self.there(variable)).sum(axis=_axis(variable), keepdims=True)
            case Number(whole):
                return np.full((1,) * (2 + self.levels), whole)
            case Compare(operator, left, right):
                return COMPARISONS[operator](self.value(left), self.value(right))  # type: ignore[return-value, arg-type]
        raise TypeError(f"no meaning for {type(node).__name__}")

    def there(self, variable: str) -> Bool[np.ndarray, ...]:
        """Which things there are, along the variable's axis."""
        return self.along(self.present, variable)

    def along(self, rows: np.ndarray, variable: str) -> np.ndarray:
        shape = [*rows.shape[:2], *(1,) * self.levels]
        shape[_axis(variable)] = rows.shape[2]
        return rows.reshape(shape)

    def concept(self, slot: int, term: Any) -> np.ndarray:
        word = self.words[:, slot]
        rows = self.worlds.unary[self.recording, word] & (word >= 0)[:, None, None]
        if isinstance(term, Variable):
            return self.along(rows, term.name)
        named = self.named(term)
        return (named & rows.reshape(*rows.shape[:2], *(1,) * self.levels, rows.shape[2])).any(axis=-1)

    def named(self, term: The) -> np.ndarray:
        """The thing that a term names, one-hot on a further, last axis; nothing where it names none or several."""
        body = self.value(term.body) & self.there(term.variable)
        only = body.sum(axis=_axis(term.variable), keepdims=True) == 1
        return np.swapaxes((body & only)[..., None], _axis(term.variable), -1)

    def relation(self, slot: int, subject: Any, object_: Any) -> np.ndarray:
        word = self.words[:, slot]
        pairs = self.worlds.pairs[self.recording, word] & (word >= 0)[:, None, None, None]
        size = pairs.shape[2]
        full = pairs.reshape(*pairs.shape[:2], *(1,) * self.levels, size, size)
        if isinstance(object_, The):
            of_subjects = (full & self.named(object_)[..., None, :]).any(axis=-1)
        else:
            of_subjects = self.placed(np.swapaxes(full, -1, -2), object_.name)
        # Axes now: question, world, variables, subject.
        if isinstance(subject, The):
            return (of_subjects & self.named(subject)).any(axis=-1)
        return self.placed(of_subjects[..., None, :].swapaxes(-1, -2), subject.name)[..., 0]

    def placed(self, values: np.ndarray, variable: str) -> np.ndarray:
        """The last axis but one on the variable's own; the diagonal where values depend on that one already."""
        axis = _axis(variable)
        if values.shape[axis] == 1:
            return np.swapaxes(values, axis, -2)[..., 0, :]
        return np.moveaxis(np.diagonal(values, axis1=axis, axis2=values.ndim - 2), -1, axis)


def _fold(operation: Any, values: list[np.ndarray]) -> np.ndarray:
    found = values[0]
    for value in values[1:]:
        found = operation(found, value)
    return found


def _axis(variable: str) -> int:
    return 2 + int(variable[1:])
