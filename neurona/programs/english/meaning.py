"""What everyday English means: what is said of a thing is a function from the thing (a term) and the variables not yet used to a formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from neurona.programs.english.actions import Fresh, Said, fresh_variables
from neurona.programs.english.heard import Operator
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
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


class Noun(NamedTuple):
    """A noun phrase.

    Attributes:
        quantifier: `a` (some, any, none at all), `the`, `no`, `every`, `these` (the, of many), `bare` (many, nothing before them), or `count`.
        said: of the thing.
        bound: of `count`.
        is_thing: it is `something`, which need not be the only one of its kind.
    """

    quantifier: str
    said: Said
    bound: tuple[Operator, int] = (">=", 1)
    is_thing: bool = False


def anything(term: Any, fresh: Fresh) -> Formula:
    """What holds of everything; it is left out of what is said besides."""
    return And(())


def about(noun: Noun, said: Said) -> list[Formula]:
    """What a question asks of its subject: nothing where it cannot, several where it can be meant in several ways (`are the dogs brown`)."""
    fresh = fresh_variables()
    match noun.quantifier:
        case "the":
            return [said(the_thing(noun.said, fresh), fresh)]
        case "a":
            return [bound(Exists, both(noun.said, said), fresh)]
        case "no":
            return [Not(bound(Exists, both(noun.said, said), fresh))]
        case "count":
            operator, number = noun.bound
            return [Compare(operator, bound(Count, both(noun.said, said), fresh), Number(number))]
        case "every":
            if noun.said is anything:
                return [bound(Forall, said, fresh)]
            variable = next(fresh)
            term = Variable(variable)
            return [Forall(variable, Implies(noun.said(term, fresh), said(term, fresh)))]
        case _:
            return [one for quantifier in ("every", "a") for one in about(noun._replace(quantifier=quantifier), said)]


def existence(noun: Noun) -> Formula:
    fresh = fresh_variables()
    if noun.quantifier == "count":
        operator, number = noun.bound
        return Compare(operator, bound(Count, noun.said, fresh), Number(number))
    found = bound(Exists, noun.said, fresh)
    return Not(found) if noun.quantifier == "no" else found


def joined(parts: list[Any], joint: str) -> Any:
    return parts[0] if len(parts) == 1 else (Or if joint == "or" else And)(tuple(parts))


def atom(name: str) -> Said:
    return lambda term, fresh: Atom(name, (term,))


def related_to(name: str, other: Said, passive: bool) -> Said:
    def said(term: Any, fresh: Fresh) -> Formula:
        thing = the_thing(other, fresh)
        return Atom(name, (thing, term) if passive else (term, thing))

    return said


def with_something(name: str, such: Said, passive: bool) -> Said:
    def said(term: Any, fresh: Fresh) -> Formula:
        def related(other: Any, fresh: Fresh) -> Formula:
            return Atom(name, (other, term) if passive else (term, other))

        return bound(Exists, both(such, related), fresh)

    return said


def denied(said: Said) -> Said:
    return lambda term, fresh: Not(said(term, fresh))


def both(first: Said, second: Said) -> Said:
    return all_of([first, second])


def all_of(parts: list[Said]) -> Said:
    def said(term: Any, fresh: Fresh) -> Formula:
        found: list[Formula] = []
        for part in parts:
            one = part(term, fresh)
            found += one.parts if isinstance(one, And) else (one,)
        return found[0] if len(found) == 1 else And(tuple(found))

    return said


def either(parts: list[Said]) -> Said:
    return parts[0] if len(parts) == 1 else lambda term, fresh: Or(tuple(part(term, fresh) for part in parts))


def the_thing(said: Said, fresh: Fresh) -> The:
    return bound(The, said, fresh)


def bound(kind: Callable[[str, Formula], Any], said: Said, fresh: Fresh) -> Any:
    variable = next(fresh)
    return kind(variable, said(Variable(variable), fresh))
