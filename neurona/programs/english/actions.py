"""What each rule of the English grammar means as a tree.

What is said of a thing is a function from the thing (a term) and the variables not yet used to a formula; it is called
once the sentence is whole, so that variables are given out in reading order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, count
from typing import Any, TypeAlias

from lark import Token, v_args

from neurona.errors import QueryError
from neurona.programs.english.tokens import OPERATORS
from neurona.programs.english.words import singular
from neurona.programs.reader import TreeActions, place_of
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Describe,
    Exists,
    Forall,
    Formula,
    Implies,
    Not,
    Number,
    Or,
    The,
    Variable,
)
from neurona.programs.vocabulary import RESERVED, Vocabulary

Fresh: TypeAlias = Iterator[str]
Said: TypeAlias = Callable[[Any, Fresh], Formula]
"""What is said of a thing: (term, variables not yet used) -> formula."""
Thing: TypeAlias = Callable[[Fresh], The]
"""A noun phrase inside: variables not yet used -> the term."""


def fresh_variables() -> Fresh:
    """The variables of noun phrases, in reading order."""
    return chain(("x", "y", "z", "u", "v", "w"), (f"x{k}" for k in count(6)))


@v_args(inline=True)
class EnglishActions(TreeActions):
    """Rule name -> node, or what is said of a thing."""

    def __init__(self, vocabulary: Vocabulary | None = None) -> None:
        super().__init__()
        self.known: frozenset[str] = frozenset()
        self.categories: tuple[str, ...] = ()
        if vocabulary is not None:
            self.known = frozenset((*vocabulary.concepts, *vocabulary.definitions))
            self.categories = tuple(vocabulary.categories)

    # Questions

    def is_there(self, article: Token, said: list[Said]) -> Exists:
        return _bound(Exists, said, fresh_variables())

    def is_there_no(self, article: Token, said: list[Said]) -> Not:
        return Not(_bound(Exists, said, fresh_variables()))

    def how_many(self, said: list[Said]) -> Count:
        return _bound(Count, said, fresh_variables())

    def bounded(self, bound: Token, number: Token, said: list[Said]) -> Compare:
        left = _bound(Count, said, fresh_variables())
        return Compare(OPERATORS[bound], left, Number(int(number)))  # type: ignore[arg-type]

    def compared(self, kind: Token, left: list[Said], right: list[Said]) -> Compare:
        fresh = fresh_variables()
        return Compare(OPERATORS[kind], _bound(Count, left, fresh), _bound(Count, right, fresh))  # type: ignore[arg-type]

    def is_every_word(self, *parts) -> Forall:
        *names, last = [part for part in parts if isinstance(part, Token)]
        return self._every(names, _any([self.word(last), *parts[len(names) + 1 :]]))

    def is_every(self, *parts) -> Forall:
        names = [part for part in parts if isinstance(part, Token)]
        return self._every(names, _any(list(parts[len(names) :])))

    def _every(self, names: list[Token], said: Said) -> Forall:
        fresh = fresh_variables()
        variable = next(fresh)
        term = Variable(variable)
        return Forall(variable, Implies(_all(self.words(*names), term, fresh), said(term, fresh)))

    def is_everything(self, said: Said) -> Forall:
        return _bound(Forall, [said], fresh_variables())

    def what_is(self, category: Token, first: Thing, second: Thing | None = None) -> Describe:
        known = [name for name in self.categories if name.lower() == category.lower()]
        name = known[0] if known else category[0].upper() + category[1:]
        fresh = fresh_variables()
        return self.at(category, Describe(name, tuple(thing(fresh) for thing in (first, second) if thing)))

    def what_does(self, first: Thing, second: Thing) -> Describe:
        fresh = fresh_variables()
        return Describe("Action", (first(fresh), second(fresh)))

    # Things, and what is said of them

    def words(self, *names: Token) -> list[Said]:
        return [self.word(name) for name in names]

    def plural_words(self, *names: Token) -> list[Said]:
        *first, last = names
        noun = singular(str(last), self.known)
        if noun in RESERVED:
            raise QueryError(f"{noun!r} is a word of the query language, not a name", "", *place_of(last))
        return self.words(*first, Token.new_borrow_pos("NAME", noun, last))

    def single(self, *said: list[Said]) -> list[Said]:
        return list(chain(*said))

    many = single

    def additions(self, *parts: Said) -> list[Said]:
        return list(parts)

    def thing(self, article: Token, *said) -> Thing:
        parts = list(chain(*(part if isinstance(part, list) else [part] for part in said)))
        return lambda fresh: _bound(The, parts, fresh)

    def predicates(self, *parts: Said) -> Said:
        return _any(list(parts))

    def word(self, *tokens: Token) -> Said:
        name = tokens[-1]
        return lambda term, fresh: self.at(name, Atom(str(name), (term,)))

    def not_word(self, *tokens: Token) -> Said:
        return _denied(self.word(*tokens))

    def relation(self, name: Token) -> Token:
        return name

    def related(self, relation: Token, thing: Thing) -> Said:
        return lambda term, fresh: self.at(relation, Atom(str(relation), (term, thing(fresh))))

    def not_related(self, relation: Token, thing: Thing) -> Said:
        return _denied(self.related(relation, thing))

    # Clauses with variables

    def some(self, article: Token, name: Token, body) -> Exists:
        return Exists(str(name), body)

    def every(self, name: Token, body) -> Forall:
        return Forall(str(name), body)

    def compare(self, left, operator: Token, right) -> Compare:
        return Compare(OPERATORS[operator], left, right)  # type: ignore[arg-type]

    def the_one(self, the: Token, name: Token, body) -> The:
        return The(str(name), body)

    def is_word(self, term, *tokens: Token) -> Atom:
        return self.atom(tokens[-1], term)

    def is_not_word(self, term, *tokens: Token) -> Not:
        return Not(self.is_word(term, *tokens))

    def is_related(self, term, relation: Token, other) -> Atom:
        return self.atom(relation, term, other)

    def is_not_related(self, term, relation: Token, other) -> Not:
        return Not(self.atom(relation, term, other))

    def bare_relation(self, subject: Token, relation: Token, other) -> Atom:
        return self.atom(relation, self.variable(subject), other)


def _all(said: list[Said], term: Variable, fresh: Fresh) -> Formula:
    parts = tuple(part(term, fresh) for part in said)
    return parts[0] if len(parts) == 1 else And(parts)


def _any(said: list[Said]) -> Said:
    return said[0] if len(said) == 1 else lambda term, fresh: Or(tuple(part(term, fresh) for part in said))


def _denied(said: Said) -> Said:
    return lambda term, fresh: Not(said(term, fresh))


def _bound(kind: Callable[[str, Formula], Any], said: list[Said], fresh: Fresh) -> Any:
    variable = next(fresh)
    return kind(variable, _all(said, Variable(variable), fresh))
