"""Literals: sub-formulas that state one fact, however they are written.

    exists x. red(x) & ball(x)                                       Fact("red", ("ball",))
    exists x. exists y. hold(x, y) & bat(y) & man(x)                 Fact("hold", ("man", "bat"))
    hold(the x. man(x), the y. bat(y))                               Fact("hold", ("man", "bat"))
    forall x. ~man(x) | ~hold(x, the y. bat(y))                      the same fact, denied

This rests on what a scene is: each noun is one thing, which is no other noun. So *a* man is *the* man, and that a face is no cat says
nothing new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from neurona.programs.facts import Fact
from neurona.programs.implication import denied
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import (
    And,
    Atom,
    Count,
    Describe,
    Exists,
    Formula,
    Not,
    Or,
    Query,
    Term,
    The,
    Variable,
    free_variables,
)
from neurona.programs.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Literal:
    """A fact that is affirmed (`holds`) or denied."""

    fact: Fact
    holds: bool


@dataclass(frozen=True, slots=True)
class Composed:
    """What a program makes of its literals by its connectives.

    Attributes:
        every: whether all parts must hold (`&`), or one (`|`).
        parts: literals, compositions of these, and formulas that neither state one fact nor are composed of such.
    """

    every: bool
    parts: tuple[LiteralTree, ...]


LiteralTree: TypeAlias = Literal | Composed | Formula


def literal_tree(query: Query, things: Collection[str], vocabulary: Vocabulary | None = None) -> LiteralTree | None:
    """A formula as a composition of its maximal literals; None for counts and `describe` questions.

    Args:
        query: any query.
        things: words that are nouns.
        vocabulary: its definitions are expanded.
    """
    return literals_of_normal(normal_form(query, vocabulary), things)


def literals_of_normal(found: Query, things: Collection[str]) -> LiteralTree | None:
    """`literal_tree` of a query in normal form, which is not worked out again."""
    return None if isinstance(found, Count | Describe) else _tree(found, things)


def literals(query: Query, things: Collection[str], vocabulary: Vocabulary | None = None) -> tuple[Literal, ...]:
    """The maximal sub-formulas that state one fact, with their polarity, each once; arguments as for `literal_tree`."""
    return leaves(literal_tree(query, things, vocabulary))


def leaves(tree: LiteralTree | None) -> tuple[Literal, ...]:
    """The literals of a composition, each once; none of what is no formula."""
    return () if tree is None else tuple(dict.fromkeys(_leaves(tree)))


def one_literal(
    query: Query, things: Collection[str], vocabulary: Vocabulary | None = None
) -> tuple[Fact, bool] | None:
    """The fact that a whole query affirms (True) or denies (False), if it does no more; arguments as for `literal_tree`."""
    tree = literal_tree(query, things, vocabulary)
    return (tree.fact, tree.holds) if isinstance(tree, Literal) else None


def described(
    query: Describe, word: str, things: Collection[str] | None = None, vocabulary: Vocabulary | None = None
) -> Fact | None:
    """The fact that a word states as answer to a `describe` question; None where a term is not simply a noun.

    describe Action(the x. man(x), the y. bat(y)), hold      Fact("hold", ("man", "bat"))
    describe Animal, cat                                     Fact("cat")

    Args:
        query: the question.
        word: the answer.
        things: words that are nouns; any word that stands alone in a term is taken for one unless given.
        vocabulary: its definitions are expanded.
    """
    found = normal_form(query, vocabulary)
    assert isinstance(found, Describe)
    if not found.terms:
        return Fact(word)
    nouns = tuple(noun_of(term, {}, things) for term in found.terms)
    return None if None in nouns else Fact(word, tuple(noun for noun in nouns if noun is not None))


def stated_fact(formula: Query, things: Collection[str]) -> Fact | None:
    """The one fact that a closed formula in normal form states, if it does.

    Args:
        formula: in normal form.
        things: words that are nouns. An attribute without its noun states no fact.
    """
    if isinstance(formula, Atom):
        parts: Sequence[Formula] = (formula,)
    elif isinstance(formula, Exists):
        parts = block_parts(formula)
    else:
        return None
    nouns: dict[str, str] = {}
    others: list[Formula] = []
    for part in parts:
        match part:
            case Atom(name, (Variable(x),)) if name in things:
                if nouns.setdefault(x, name) != name:
                    return None
            case _:
                others.append(part)
    left = [part for part in others if not _is_no_news(part, nouns, things)]
    if not left:
        return Fact(next(iter(nouns.values()))) if len(nouns) == 1 else None
    if len(left) > 1 or not isinstance(left[0], Atom):
        return None
    atom = left[0]
    found = [noun_of(term, nouns, things) for term in atom.terms]
    arguments = tuple(noun for noun in found if noun is not None)
    if len(arguments) < len(found):
        return None
    if len(arguments) == 1 and atom.name in things:
        return Fact(atom.name) if arguments == (atom.name,) else None
    return Fact(atom.name, arguments)


def block_parts(formula: Exists) -> tuple[Formula, ...]:
    """What neighbouring `exists` say of their variables, without them."""
    body: Formula = formula
    while isinstance(body, Exists):
        body = body.body
    return body.parts if isinstance(body, And) else (body,)


def noun_of(term: Term, nouns: dict[str, str], things: Collection[str] | None) -> str | None:
    """The noun of a term: of a variable as known, of `the y. bat(y)` bat."""
    match term:
        case Variable(name):
            return nouns.get(name)
        case The(y, Atom(name, (Variable(z),))) if y == z and (things is None or name in things):
            return name
    return None


def _is_no_news(part: Formula, nouns: dict[str, str], things: Collection[str]) -> bool:
    """That a thing is none of the other nouns."""
    match part:
        case Not(Atom(name, (Variable(x),))):
            return name in things and x in nouns and nouns[x] != name
    return False


def _tree(formula: Formula, things: Collection[str]) -> LiteralTree:
    for holds in (True, False):
        fact = None if free_variables(formula) else stated_fact(formula if holds else denied(formula), things)
        if fact is not None:
            return Literal(fact, holds)
    if isinstance(formula, And | Or):
        return Composed(isinstance(formula, And), tuple(_tree(part, things) for part in formula.parts))
    return formula


def _leaves(tree: LiteralTree) -> Iterator[Literal]:
    if isinstance(tree, Literal):
        yield tree
    elif isinstance(tree, Composed):
        for part in tree.parts:
            yield from _leaves(part)
