"""What an answer states about the scene that it speaks of: facts that hold, facts that do not. All others stay unknown.

    exists x. bat(x), no                                        no bat
    ~(exists x. bat(x)), no                                     a bat
    exists x. man(x) & hold(x, the y. bat(y)), yes              a man holds a bat; a man; a bat
    exists x. animate(x), no  (animate := face | cat)           no face, no cat
    describe Animal, cat      (Animal exclusive)                a cat, no dog, no horse

Whatever is equal in meaning states the same: answers are read off normal forms. Scenes are as in `literals`: each noun is one thing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from neurona.programs.axioms import axioms_of
from neurona.programs.expand import rebuild
from neurona.programs.facts import Fact
from neurona.programs.implication import denied
from neurona.programs.literals import block_parts, noun_of, stated_fact
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Describe,
    Exists,
    Forall,
    Formula,
    Node,
    Not,
    Number,
    Query,
    The,
    Variable,
    free_variables,
    names,
)
from neurona.programs.vocabulary import Vocabulary
from neurona.programs.worlds import World, value


@dataclass(frozen=True, slots=True)
class Statement:
    """Facts that an answer states to hold, and facts that it states not to."""

    true: frozenset[Fact] = frozenset()
    false: frozenset[Fact] = frozenset()


def with_things(facts: Iterable[Fact]) -> frozenset[Fact]:
    """Facts and the things that they speak of."""
    return frozenset(one for fact in facts for one in (fact, *map(Fact, fact.arguments)))


def states(query: Query, answer: str, vocabulary: Vocabulary, things: Collection[str]) -> Statement:
    """What an answer states.

    Args:
        query: any query.
        answer: yes or no, a word of the category, or a number in digits; anything else states nothing.
        vocabulary: its definitions are expanded; its axioms and exclusive categories decide further facts.
        things: words that are nouns.
    """
    return _states(query, answer, vocabulary, things if isinstance(things, frozenset) else frozenset(things))


@lru_cache(maxsize=1 << 16)
def _states(query: Query, answer: str, vocabulary: Vocabulary, things: frozenset[str]) -> Statement:
    formula = answered(query, answer, vocabulary)
    if formula is None:
        return Statement()
    said = list(_said(formula, things))
    axioms = axioms_of(vocabulary)
    true = with_things(fact for fact, holds in said if holds)
    false = frozenset(fact for fact, holds in said if not holds)
    for members in axioms.exclusive:
        more, fewer = _of_labels(formula, members, vocabulary)
        true, false = true | more, false | fewer
    true, false = axioms.applied(true, false, things)
    return Statement(true, false - true)


def stated_words(query: Query, answer: str, vocabulary: Vocabulary) -> Mapping[str, bool]:
    """Which concepts and relations an answer states to hold somewhere in a recording (True), or nowhere (False).

    exists x. a(x) & r(x, the y. b(y))   yes: a, r and b hold.   no: one fails, or they do not belong together: nothing
    exists x. a(x)                       no: a holds nowhere

    Args:
        query, answer, vocabulary: as for `states`.
    """
    return _stated_words(query, answer, vocabulary)


@lru_cache(maxsize=1 << 16)
def _stated_words(query: Query, answer: str, vocabulary: Vocabulary) -> Mapping[str, bool]:
    formula = answered(query, answer, vocabulary)
    if formula is None:
        return MappingProxyType({})
    found: dict[str, bool] = {}
    for part in formula.parts if isinstance(formula, And) else (formula,):
        for word in _present(part):
            found[word] = True
        absent = _absent(part)
        if absent is not None:
            found.setdefault(absent, False)
    for members in axioms_of(vocabulary).exclusive:
        true, false = _of_labels(formula, members, vocabulary)
        shown = {word for word in members if found.get(word)} | {fact.name for fact in true}
        found |= dict.fromkeys([fact.name for fact in false], False) | dict.fromkeys(shown, True)
        if shown:
            found |= {word: word in shown for word in members}
    return MappingProxyType(found)


def answered(query: Query, answer: str, vocabulary: Vocabulary | None = None) -> Formula | None:
    """The closed formula, in normal form, that an answer says is true; None where it says nothing.

    describe Action(the x. man(x), the y. bat(y)), hold      hold(the v0. man(v0), the v0. bat(v0))
    count x. cat(x), 2                                       ((count v0. cat(v0)) = 2)
    """
    match query:
        case Describe(_, ()):
            said: Query = Exists("x", Atom(answer, (Variable("x"),)))
        case Describe(_, terms):
            said = Atom(answer, terms)
        case Count():
            if not answer.isdecimal():
                return None
            said = Compare("=", query, Number(int(answer)))
        case _:
            if answer not in ("yes", "no"):
                return None
            said = query if answer == "yes" else Not(query)
    found = normal_form(said, vocabulary)
    assert not isinstance(found, Count | Describe)
    return None if free_variables(found) else found


def _said(formula: Formula, things: frozenset[str]) -> Iterator[tuple[Fact, bool]]:
    """Facts that a true formula states, without those that they imply."""
    fact = stated_fact(formula, things)
    if fact is not None:
        yield fact, True
        return
    match formula:
        case And(parts):
            for part in parts:
                yield from _said(part, things)
        case Exists():
            yield from _of_block(block_parts(formula), things)
        case Compare(">=" | "=", Count(x, body), Number(value)) if value:
            yield from _of_block(block_parts(Exists(x, body)), things)
        case Atom():
            yield from _of_block((formula,), things)
        case Forall() | Not():
            fact = stated_fact(denied(formula), things)
            if fact is not None:
                yield fact, False


def _of_block(parts: Iterable[Formula], things: frozenset[str]) -> Iterator[tuple[Fact, bool]]:
    """What is said of some things at once; `the y. b(y)` is one of them."""
    conjuncts = list(_with_terms(parts))
    nouns: dict[str, str] = {}
    for part in conjuncts:
        match part:
            case Atom(name, (Variable(x),)) if name in things:
                nouns.setdefault(x, name)
    yield from ((Fact(noun), True) for noun in nouns.values())
    for part in conjuncts:
        atom, holds = (part.body, False) if isinstance(part, Not) else (part, True)
        if isinstance(atom, Atom) and not (len(atom.terms) == 1 and atom.name in things):
            arguments = [noun_of(term, nouns, things) for term in atom.terms]
            if None not in arguments:
                yield Fact(atom.name, tuple(noun for noun in arguments if noun is not None)), holds
        elif not free_variables(part):
            yield from _said(part, things)


def _with_terms(parts: Iterable[Formula], within: str = "the") -> Iterator[Formula]:
    """Conjuncts, in which affirmed `the y. b(y)` becomes a variable of its own of which `b` is said."""
    for k, part in enumerate(parts):
        if not isinstance(part, Atom):
            yield part
            continue
        terms = []
        for j, term in enumerate(part.terms):
            if isinstance(term, The) and not isinstance(term.body, Atom):
                own = f"{within} {k} {j}"  # no written name holds a space
                body = _renamed(term.body, term.variable, own)
                yield from _with_terms(body.parts if isinstance(body, And) else (body,), own)
                terms.append(Variable(own))
            else:
                terms.append(term)  # type: ignore[arg-type]
        yield Atom(part.name, tuple(terms))


def _renamed(formula: Formula, old: str, new: str) -> Formula:
    renamed: Formula = rebuild(formula, lambda node: Variable(new) if node == Variable(old) else node)
    return renamed


def _of_labels(
    formula: Formula, members: tuple[str, ...], vocabulary: Vocabulary
) -> tuple[frozenset[Fact], frozenset[Fact]]:
    """Where a recording shows one member and nothing else is ever shown: by trying each member."""
    if set(vocabulary.concepts) != set(members) or not names(formula):
        return frozenset(), frozenset()
    fit = [word for word in members if value(formula, World(1, frozenset([(word, (0,))])))]
    if not fit:
        return frozenset(), frozenset()
    shown = frozenset(map(Fact, fit)) if len(fit) == 1 else frozenset()
    return shown, frozenset(Fact(word) for word in members if word not in fit)


def _present(formula: Node) -> Iterator[str]:
    """Words that hold somewhere where a formula is true."""
    match formula:
        case Exists():
            for part in block_parts(formula):
                yield from _present(part)
        case Compare(">=" | "=", Count(_, body), Number(value)) if value:
            yield from _present(body)
        case And(parts):
            for part in parts:
                yield from _present(part)
        case Atom(name, terms):
            yield name
            for term in terms:
                if isinstance(term, The):
                    yield from _present(term.body)


def _absent(formula: Formula) -> str | None:
    """The word that holds nowhere where a formula is true."""
    while isinstance(formula, Forall):
        formula = formula.body
    match formula:
        # A relation that fails between two described terms, or of a thing and itself, may hold elsewhere.
        case Not(Atom(name, terms)) if all(isinstance(term, Variable) for term in terms) and len(set(terms)) == len(
            terms
        ):
            return name
    return None
