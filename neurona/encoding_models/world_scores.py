"""Programs on possible worlds: exactly what logic says of each, for all questions of one template and all worlds at once.

    P(yes | z) = sum over worlds of share x [the program holds in the world]

Worlds are packed, 64 in the bits of one word, so that one operation is that on 64 worlds; numbers alone have an axis of worlds.
A value has the axes question, word (or world), and one for each variable that is bound (v0, v1, ...), of size T where it depends on that variable
and 1 where not; a world's things are its individuals. `the y. b(y)` is Russell's: one-hot on the thing that alone has b,
else nothing, which makes the atom around it false and no more (`neurona.programs.worlds`, which the tests compare with).

Scores of the executor are not used here: its `the` is a softmax, which on two things of the same kind takes the mean, and all its
things exist, which is another meaning of `forall` and `count`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, UInt64
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
    children,
    walk,
)
from neurona.programs.worlds import COMPARISONS

_CELLS = 1 << 20
"""Words of one block of questions."""


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
    asker: list[int] = []
    column: list[int] = []
    for k, (query, choice) in enumerate(zip(queries, words, strict=True)):
        parts = [_with_word(query, word) for word in choice] if isinstance(query, Describe) else [query]
        asked += parts
        asker += [k] * len(parts)
        column += range(len(parts))
    owner, position = np.array(asker, dtype=np.int64), np.array(column, dtype=np.int64)
    rows = recording[owner]
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
    np.maximum.at(error, owner, spread)
    words_asked = np.array([isinstance(query, Describe) for query in queries], bool)[owner]
    numbers = np.array([isinstance(query, Count) for query in queries], bool)[owner]
    truths = ~(words_asked | numbers)
    yes_no[owner[numbers]] = mean[numbers]
    yes_no[owner[truths]] = logit(kept[truths])
    total = np.bincount(owner, kept, minlength=len(queries))
    described[owner[words_asked], position[words_asked]] = np.log(kept[words_asked] / total[owner[words_asked]])
    return WorldAnswers(yes_no, described, error)


def world_values(
    worlds: Worlds, queries: Sequence[Query], recording: Int[np.ndarray, " question"]
) -> Float[np.ndarray, "question world"]:
    """What each program is in each world of its recording: 1 or 0, or a number."""
    of_concept = {name: k for k, name in enumerate(worlds.concepts)}
    of_relation = {name: k for k, name in enumerate(worlds.relations)}
    groups: dict[tuple[Any, ...], list[int]] = {}
    names_of: list[list[str]] = []
    for k, query in enumerate(queries):
        key: list[Any] = []
        names: list[str] = []
        _flatten(query, {}, 0, key, names)
        groups.setdefault(tuple(key), []).append(k)
        names_of.append(names)
    number = worlds.present.shape[1]
    found = np.zeros((len(queries), number), np.float32)
    things, packed = worlds.present.shape[2], _Packed.of(worlds)
    for members in groups.values():
        shape, _ = template(queries[members[0]])
        levels = _levels(shape)
        binary = {int(node.name[1:]) for node in walk(shape) if isinstance(node, Atom) and len(node.terms) == 2}
        tables = [of_relation if slot in binary else of_concept for slot in range(len(names_of[members[0]]))]
        codes = [[table.get(name, -1) for table, name in zip(tables, names_of[k], strict=True)] for k in members]
        words = np.array(codes, dtype=np.int64).reshape(len(members), len(tables))
        rows = np.array(members)
        block = max(1, _CELLS // (packed.present.shape[1] * things ** (levels + 1)))
        for at in range(0, len(rows), block):
            part = slice(at, at + block)
            one = _Block(packed, number, recording[rows[part]], words[part], levels)
            value = one.value(shape)
            value = value if isinstance(shape, Count) else _unpacked(value, number)
            found[rows[part]] = value.reshape(len(rows[part]), number)
    return found


def _flatten(node: Any, bound: dict[str, int], depth: int, key: list[Any], names: list[str]) -> None:
    """A query's template as a flat key, and its words in the order of `template`, which takes longer than answering."""
    kind = type(node)
    key.append(kind)
    if kind is Variable:
        key.append(bound.get(node.name, node.name))
    elif kind is Atom:
        key.append(len(node.terms))
        for term in node.terms:
            _flatten(term, bound, depth, key, names)
        names.append(node.name)
    elif kind in (The, Exists, Forall, Count):
        _flatten(node.body, {**bound, node.variable: depth}, depth + 1, key, names)
    elif kind is Number:
        key.append(node.value)
    else:
        parts = children(node)
        key.append(node.operator if kind is Compare else len(parts))
        for part in parts:
            _flatten(part, bound, depth, key, names)


class _Packed(NamedTuple):
    """`Worlds` with 64 worlds a word; bits beyond the last world mean nothing."""

    present: UInt64[np.ndarray, "recording word thing"]
    unary: UInt64[np.ndarray, "recording concept word thing"]
    pairs: UInt64[np.ndarray, "recording relation word thing thing"]

    @classmethod
    def of(cls, worlds: Worlds) -> _Packed:
        return cls(_packed(worlds.present, 1), _packed(worlds.unary, 2), _packed(worlds.pairs, 2))


def _packed(values: Bool[np.ndarray, ...], axis: int = 1) -> UInt64[np.ndarray, ...]:
    """The axis of worlds in words."""
    octets = np.moveaxis(np.packbits(values, axis=axis, bitorder="little"), axis, -1)
    whole = np.zeros((*octets.shape[:-1], -(-octets.shape[-1] // 8) * 8), np.uint8)
    whole[..., : octets.shape[-1]] = octets
    return np.ascontiguousarray(np.moveaxis(whole.view(np.uint64), -1, axis))


def _unpacked(words: UInt64[np.ndarray, ...], number: int) -> np.ndarray:
    """0 or 1 for each world, on axis 1."""
    octets = np.ascontiguousarray(np.moveaxis(words, 1, -1)).view(np.uint8)
    return np.moveaxis(np.unpackbits(octets, axis=-1, count=number, bitorder="little"), -1, 1)


def _with_word(query: Describe, word: str) -> Query:
    """The formula that a word holds of the terms; with no terms, that it holds of something."""
    if not query.terms:
        return Exists("x", Atom(word, (Variable("x"),)))
    return Atom(word, query.terms)


def _levels(shape: Query) -> int:
    return 1 + max([int(node.variable[1:]) for node in walk(shape) if hasattr(node, "variable")], default=-1)


class _Block:
    """Questions of one template; axes question, word, v0, v1, ..."""

    def __init__(
        self,
        worlds: _Packed,
        number: int,
        recording: Int[np.ndarray, " q"],
        words: Int[np.ndarray, "q slot"],
        levels: int,
    ):
        self.worlds, self.number, self.recording, self.words, self.levels = worlds, number, recording, words, levels
        self.present = worlds.present[recording]

    def value(self, node: Any) -> np.ndarray:
        """Worlds in words; or numbers, one a world."""
        match node:
            case Atom(name, (term,)):
                return self.concept(int(name[1:]), term)
            case Atom(name, (subject, object_)):
                return self.relation(int(name[1:]), subject, object_)
            case Not(body):
                return ~self.value(body)
            case And(parts):
                return _fold(np.bitwise_and, [self.value(part) for part in parts])
            case Or(parts):
                return _fold(np.bitwise_or, [self.value(part) for part in parts])
            case Implies(left, right):
                return ~self.value(left) | self.value(right)
            case Iff(left, right):
                return ~(self.value(left) ^ self.value(right))
            case Exists(variable, body):
                return _any(self.value(body) & self.there(variable), _axis(variable), keepdims=True)
            case Forall(variable, body):
                return ~_any(~self.value(body) & self.there(variable), _axis(variable), keepdims=True)
            case Count(variable, body):
                each = _unpacked(self.value(body) & self.there(variable), self.number)
                return each.sum(axis=_axis(variable), keepdims=True, dtype=np.int32)
            case Number(whole):
                return np.full((1,) * (2 + self.levels), whole)
            case Compare(operator, left, right):
                compared: Any = COMPARISONS[operator](self.value(left), self.value(right))  # type: ignore[arg-type]
                every = (len(self.recording), self.number, *compared.shape[2:])
                return _packed(np.broadcast_to(compared, every))
        raise TypeError(f"no meaning for {type(node).__name__}")

    def there(self, variable: str) -> UInt64[np.ndarray, ...]:
        """Which things there are, along the variable's axis."""
        return self.along(self.present, variable)

    def along(self, rows: np.ndarray, variable: str) -> np.ndarray:
        shape = [*rows.shape[:2], *(1,) * self.levels]
        shape[_axis(variable)] = rows.shape[2]
        return rows.reshape(shape)

    def concept(self, slot: int, term: Any) -> np.ndarray:
        word = self.words[:, slot]
        rows = np.where((word >= 0)[:, None, None], self.worlds.unary[self.recording, word], np.uint64(0))
        if isinstance(term, Variable):
            return self.along(rows, term.name)
        named = self.named(term)
        return _any(named & rows.reshape(*rows.shape[:2], *(1,) * self.levels, rows.shape[2]), -1)

    def named(self, term: The) -> np.ndarray:
        """The thing that a term names, one-hot on a further, last axis; nothing where it names none or several."""
        body = self.value(term.body) & self.there(term.variable)
        one_by_one = np.moveaxis(body, _axis(term.variable), 0)
        once, twice = np.zeros_like(one_by_one[0]), np.zeros_like(one_by_one[0])
        for thing in one_by_one:
            twice |= once & thing
            once |= thing
        return np.swapaxes((body & ~np.expand_dims(twice, _axis(term.variable)))[..., None], _axis(term.variable), -1)

    def relation(self, slot: int, subject: Any, object_: Any) -> np.ndarray:
        word = self.words[:, slot]
        pairs = np.where((word >= 0)[:, None, None, None], self.worlds.pairs[self.recording, word], np.uint64(0))
        size = pairs.shape[2]
        full = pairs.reshape(*pairs.shape[:2], *(1,) * self.levels, size, size)
        if isinstance(object_, The):
            of_subjects = _any(full & self.named(object_)[..., None, :], -1)
        else:
            of_subjects = self.placed(np.swapaxes(full, -1, -2), object_.name)
        # Axes now: question, word, variables, subject.
        if isinstance(subject, The):
            return _any(of_subjects & self.named(subject), -1)
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


def _any(values: UInt64[np.ndarray, ...], axis: int, *, keepdims: bool = False) -> UInt64[np.ndarray, ...]:
    found: np.ndarray = np.bitwise_or.reduce(values, axis=axis)
    return np.expand_dims(found, axis) if keepdims else found


def _axis(variable: str) -> int:
    return 2 + int(variable[1:])
