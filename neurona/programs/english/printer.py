"""From a tree to English: short where a shape has a short form, else with variables named.

A form is used when it reads back to the very same tree, else the next longer one. So nothing here has to foresee which plural cannot be
undone, which word is also a preposition, or whether the variables are those that a reader would choose.
"""

from __future__ import annotations

from collections.abc import Collection

from neurona.errors import QueryError
from neurona.programs.english.explicit import a_relation, a_word, explicit
from neurona.programs.english.syntax import parse_english
from neurona.programs.english.tokens import OPERATORS, quoted
from neurona.programs.english.words import ADJECTIVES, ATTRIBUTE_CATEGORIES, article, plural, state
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
    Query,
    The,
    Variable,
)
from neurona.programs.vocabulary import Vocabulary


def to_english(query: Query, vocabulary: Vocabulary | None = None) -> str:
    """Print a query as a question; `parse_english` reads it back to the same tree, with or without the vocabulary.

    Args:
        query: any tree.
        vocabulary: says which further words are adjectives (members of categories such as Colour).
    """
    adjectives = set(ADJECTIVES)
    if vocabulary is not None:
        for category, members in vocabulary.categories.items():
            if category.lower() in ATTRIBUTE_CATEGORIES:
                adjectives |= set(members)
    forms = (_Short(adjectives).question, lambda query: explicit(query, adjectives))
    for form in forms:
        try:
            text = form(query)
            if parse_english(text) == query == parse_english(text, vocabulary):
                return text
        except (_NoShortForm, QueryError):
            continue
    return explicit(query, adjectives, literal=True)


class _NoShortForm(Exception):
    """The tree has no short form."""


class _Short:
    """Short forms. Variables are left out, and not looked at beyond whose turn it is."""

    def __init__(self, adjectives: Collection[str]):
        self.adjectives = adjectives

    def question(self, query: Query) -> str:
        match query:
            case Describe(category, (first,)):
                text = f"what is the {_small(category)} of {self.thing(first, 'the')}"
            case Describe("Action", (first, second)):
                text = f"what does {self.thing(first, 'the')} do to {self.thing(second, 'the')}"
            case Describe(category, (first, second)):
                things = f"{self.thing(first, 'the')} relative to {self.thing(second, 'the')}"
                text = f"what is the {_small(category)} of {things}"
            case Count(variable, body):
                text = f"how many {self.many(variable, body)} are there"
            case And(parts) | Or(parts):
                text = (", and " if isinstance(query, And) else ", or ").join(map(self.sentence, parts))
            case Describe():
                raise _NoShortForm
            case _:
                text = self.sentence(query)
        return f"{text[0].upper()}{text[1:]}?"

    def sentence(self, query: Formula) -> str:
        match query:
            case Exists(variable, body):
                return f"is there {self.single(variable, body)}"
            case Not(Exists(variable, body)):
                words, additions = self.described(variable, body)
                return f"is there {' '.join(['no', *words]) if words else 'nothing'}{additions}"
            case Forall(variable, Implies(left, right)):
                words, additions = self.described(variable, left)
                if not words or additions:
                    raise _NoShortForm
                return f"is every {' '.join(words)} {self.predicates(variable, right)}"
            case Forall(variable, body):
                return f"is everything {self.predicates(variable, body)}"
            case Compare(operator, Count(variable, body), Number(value)):
                bound = _amount(operator, ("more than", "fewer than", "exactly", "at least", "at most"))
                return f"are there {bound} {value} {self.many(variable, body)}"
            case Compare(operator, Count(variable, body), Count(other, second)):
                kind = _amount(operator, ("more", "fewer", "as many", "at least as many", "at most as many"))
                than = "as" if kind.endswith("as many") else "than"
                return f"are there {kind} {self.many(variable, body)} {than} {self.many(other, second)}"
        raise _NoShortForm

    def described(self, variable: str, body: Formula, most: int | None = None) -> tuple[list[str], str]:
        """The words of a noun phrase, adjectives before the noun, and what is added to them."""
        parts = body.parts if isinstance(body, And) else (body,)
        words: list[str] = []
        for part in parts:
            if not (isinstance(part, Atom) and part.terms == (Variable(variable),)) or state(part.name) is not None:
                break
            words.append(part.name)
            if part.name not in self.adjectives:
                break
        if words and words[-1] in self.adjectives:
            words = []
        additions = [self.addition(variable, part) for part in parts[len(words) :]]
        if most is not None and len(additions) > most:
            raise _NoShortForm
        return [quoted(word) for word in words], " " * bool(additions) + " and ".join(additions)

    def single(self, variable: str, body: Formula) -> str:
        words, additions = self.described(variable, body)
        return (f"{article(words[0])} {' '.join(words)}" if words else "something") + additions

    def many(self, variable: str, body: Formula) -> str:
        words, additions = self.described(variable, body)
        text = " ".join([*words[:-1], plural(words[-1])]) if words else "things"
        return text + additions.replace(" that is ", " that are ", 1)

    def thing(self, term: Variable | The, definite: str = "") -> str:
        if not isinstance(term, The):
            raise _NoShortForm
        words, additions = self.described(term.variable, term.body, most=1)
        return (f"{definite or article(words[0])} {' '.join(words)}" if words else "something") + additions

    def addition(self, variable: str, part: Formula) -> str:
        match part:
            case Atom(_, (_, _)) | Not(Atom(_, (_, _))):
                return self.predicate(variable, part)
        return f"that is {self.predicates(variable, part)}"

    def predicates(self, variable: str, part: Formula) -> str:
        parts = part.parts if isinstance(part, Or) else (part,)
        return " or ".join(self.predicate(variable, each) for each in parts)

    def predicate(self, variable: str, part: Formula) -> str:
        match part:
            case Not(Atom() as denied):
                return f"not {self.predicate(variable, denied)}"
            case Atom(name, (Variable(),)):
                return a_word(name, self.adjectives)
            case Atom(name, (Variable(), other)):
                return f"{a_relation(name)} {self.thing(other)}"
        raise _NoShortForm


def _small(category: str) -> str:
    return quoted(category[0].lower() + category[1:])


def _amount(operator: str, kinds: tuple[str, ...]) -> str:
    for kind in kinds:
        if OPERATORS[kind] == operator:
            return kind
    raise _NoShortForm
