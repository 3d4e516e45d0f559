"""What the vocabulary says of its words, as tables: which concepts no thing has both of, and which follow from which.

    forall x. dog(x) -> animal(x) & furry(x)        dog: animal, furry
    ~(exists x. face(x) & house(x))                 {face, house}
    forall x. (cat(x) | dog(x)) -> pet(x)           cat: pet; dog: pet

Spelling does not matter (`normal_form`). What follows is closed under itself: what a dog is, and no thing is with that, no dog is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from neurona.programs.expand import expand
from neurona.programs.facts import Fact
from neurona.programs.logic_syntax import parse_logic
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import And, Atom, Exists, Forall, Formula, Not, Or, Variable, free_variables
from neurona.programs.vocabulary import Vocabulary


@dataclass(frozen=True)
class Axioms:
    """The axioms of a vocabulary.

    Attributes:
        disjoint: pairs of concepts that no thing has both of.
        implied: concept -> all concepts that every thing has which has it; concepts of which none follows are missing.
        exclusive: members of categories of which a recording shows exactly one, as one thing.
        others: axioms of any other form, closed and in normal form.
    """

    disjoint: frozenset[frozenset[str]]
    implied: dict[str, frozenset[str]]
    exclusive: tuple[tuple[str, ...], ...]
    others: tuple[Formula, ...]

    def follows(self, concept: str) -> frozenset[str]:
        """The concepts of a thing that has this one, without itself."""
        return self.implied.get(concept, frozenset())

    def apart(self, concept: str) -> frozenset[str]:
        """The concepts that no thing has which has this one."""
        return frozenset(word for pair in self.disjoint if concept in pair for word in pair if word != concept)

    def applied(
        self, true: frozenset[Fact], false: frozenset[Fact], things: Collection[str]
    ) -> tuple[frozenset[Fact], frozenset[Fact]]:
        """Facts that hold and facts that do not, each with those that the axioms make of them.

        Args:
            true, false: facts of one scene.
            things: words that are nouns; of any other word that follows from a noun, the noun's thing has it.
        """
        holding, lacking = set(true), set(false)
        for fact in true:
            if len(fact.arguments) < 2:
                owner = fact.arguments or (fact.name,)
                holding |= {Fact(w) if w in things else Fact(w, owner) for w in self.follows(fact.name)}
        for fact in holding:
            if len(fact.arguments) < 2:
                owner = fact.arguments or (fact.name,)
                lacking |= {Fact(w, owner) for w in self.apart(fact.name) if w not in things}
        for members in self.exclusive:
            if any(Fact(word) in holding for word in members):
                lacking |= {Fact(word) for word in members if Fact(word) not in holding}
        for word, follows in self.implied.items():
            # What lacks that which follows from a word is not the word: no animal, no dog; a ball without colour is not red.
            lacking |= {
                Fact(word, fact.arguments)
                for fact in tuple(lacking)
                if fact.name in follows and (word in things) == (not fact.arguments)
            }
        return frozenset(holding), frozenset(lacking)


@lru_cache(maxsize=16)
def closed_axioms(vocabulary: Vocabulary) -> tuple[Formula, ...]:
    """The axioms without defined words, in their order, variables that nothing binds bound by `forall`."""
    return tuple(
        closed(expand(parse_logic(text), vocabulary), Forall)  # type: ignore[arg-type]
        for text in vocabulary.axioms
    )


def closed(formula: Formula, kind: type[Exists] | type[Forall]) -> Formula:
    """The formula with its free variables bound, in the order of their names."""
    for variable in sorted(free_variables(formula)):
        formula = kind(variable, formula)
    return formula


@lru_cache(maxsize=16)
def axioms_of(vocabulary: Vocabulary) -> Axioms:
    """The axioms and exclusive categories of a vocabulary.

    Raises:
        QueryError: an axiom that cannot be read.
    """
    exclusive = tuple(vocabulary.categories[name] for name in vocabulary.exclusive)
    disjoint = {frozenset([a, b]) for members in exclusive for a in members for b in members if a != b}
    implied: dict[str, set[str]] = {}
    others: list[Formula] = []
    for axiom in closed_axioms(vocabulary):
        found = normal_form(axiom)
        for part in found.parts if isinstance(found, And) else (found,):
            match _clause(part):  # type: ignore[arg-type]
                case ((a, False), (b, False)):
                    disjoint.add(frozenset([a, b]))
                case ((a, False), (b, True)) | ((b, True), (a, False)):
                    implied.setdefault(a, set()).add(b)
                case _:
                    others.append(part)  # type: ignore[arg-type]
    closure = {word: _reached(word, implied) for word in implied}
    below = {
        word: {word, *(one for one, found in closure.items() if word in found)} for pair in disjoint for word in pair
    }
    pairs = {frozenset([a, b]) for pair in disjoint for a in below[min(pair)] for b in below[max(pair)]}
    return Axioms(frozenset(pairs), {k: frozenset(v) for k, v in closure.items() if v}, exclusive, tuple(others))


def _clause(formula: Formula) -> tuple[tuple[str, bool], ...]:
    """Concepts and whether they are affirmed, where a formula says of each thing that one of two of these is so."""
    match formula:
        case Forall(x, Or((a, b))):
            found = [_concept(part, x) for part in (a, b)]
            return tuple(one for one in found if one is not None) if None not in found else ()
    return ()


def _concept(part: Formula, variable: str) -> tuple[str, bool] | None:
    match part:
        case Atom(name, (Variable(x),)) if x == variable:
            return name, True
        case Not(Atom(name, (Variable(x),))) if x == variable:
            return name, False
    return None


def _reached(word: str, implied: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [word]
    while ahead:
        for follows in implied.get(ahead.pop(), ()):
            if follows not in found:
                found.add(follows)
                ahead.append(follows)
    return found - {word}
