"""English with variables: a form for every tree, of which none needs a word's nature.

Is it true that for every x, ((x is a cat or x is red) and it is not true that there is a y such that y is holding x)?
"""

from __future__ import annotations

from collections.abc import Collection

from neurona.programs.english.tokens import OPERATORS, quoted
from neurona.programs.english.words import ADJECTIVES, article, phrase, state
from neurona.programs.printer import Style, write
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
    Node,
    Not,
    Number,
    Or,
    Query,
    The,
    Variable,
)


def explicit(query: Query, adjectives: Collection[str] = ADJECTIVES, literal: bool = False) -> str:
    """A question with its variables named; `parse_english` reads it back to the same tree.

    Args:
        query: any tree.
        adjectives: concepts written without an article.
        literal: all names between quotes, no phrases of relations: read the same whatever the vocabulary.
    """
    style = _style(adjectives, literal)
    quoted = style.name
    match query:
        case Describe(category, ()):
            return f"Which {quoted(category)} is there?"
        case Describe(category, terms):
            return f"Which {quoted(category)} holds of ({', '.join(write(term, style) for term in terms)})?"
        case Count(variable, body):
            return f"For how many {quoted(variable)} is it true that {write(body, style)}?"
        case Exists(variable, body):
            return f"Is there {article(variable)} {quoted(variable)} such that {write(body, style)}?"
        case _:
            return f"Is it true that {write(query, style)}?"


def a_word(name: str, adjectives: Collection[str]) -> str:
    """What follows `is`: red, a cat, sitting."""
    if (alone := state(name)) is not None:
        return alone
    return quoted(name) if name in adjectives else f"{article(name)} {quoted(name)}"


def a_relation(name: str) -> str:
    """What stands between two terms: holding, next to, in relation r to."""
    return phrase(name) or f"in relation {quoted(name)} to"


def _style(adjectives: Collection[str], literal: bool) -> Style:
    def name_of(name: str) -> str:
        return f'"{name}"' if literal else quoted(name)

    def saying(atom: Atom, verb: str) -> str | None:
        match atom:
            case Atom(name, (term,)):
                word = f"a {name_of(name)}" if literal else a_word(name, adjectives)
                return f"{write(term, style)} {verb} {word}"
            case Atom(name, (subject, other)):
                relation = f"in relation {name_of(name)} to" if literal else a_relation(name)
                return f"{write(subject, style)} {verb} {relation} {write(other, style)}"
        return None

    def special(node: Node) -> str | None:
        match node:
            case Atom():
                return saying(node, "is")
            case Not(Atom() as denied):
                return saying(denied, "is not")
            case Exists(variable, body):
                inner = write(body, style)
                inner = inner if isinstance(body, style.bare) else f"({inner})"
                return f"there is {article(variable)} {name_of(variable)} such that {inner}"
        return None

    style = Style(
        forms={
            Variable: "{name}",
            Number: "{value}",
            The: "the {variable} such that {body_}",
            Atom: "{name} holds of ({terms})",
            Not: "it is not true that {body_}",
            And: " and ",
            Or: " or ",
            Implies: "if {left_} then {right_}",
            Iff: "{left_} if and only if {right_}",
            Forall: "for every {variable}, {body_}",
            Count: "the number of {variable} such that {body_}",
            Compare: "{left} is {operator} {right}",
        },
        bare=(Atom, Not),
        no_terms="",
        comparisons={symbol: words for words, symbol in OPERATORS.items()},
        name=name_of,
        special=special,
    )
    return style
