"""Forms of questions: what is put alike by a study, whatever the spelling.

object, attribute, relation     the program states one fact, or denies one
describe CATEGORY, count        it asks for a word, for a number
formula                         anything else; of a program and its denial one is said to deny the other
"""

from __future__ import annotations

from functools import lru_cache

from neurona.programs import Query, Vocabulary, to_logic
from neurona.programs.literals import Literal, literals_of_normal
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import Count, Describe, Not

ARITIES = ("object", "attribute", "relation")


@lru_cache(maxsize=1 << 15)
def form_of(query: Query, vocabulary: Vocabulary, things: frozenset[str]) -> tuple[str, int]:
    """Form of a question, and -1 where it denies what the form states.

    Args:
        query: a checked program.
        vocabulary: defines words.
        things: concepts that are things.
    """
    if isinstance(query, Describe):
        return f"describe {query.category}", 1
    if isinstance(query, Count):
        return "count", 1
    found = normal_form(query, vocabulary)
    literal = literals_of_normal(found, things)
    if isinstance(literal, Literal):
        return ARITIES[len(literal.fact.arguments)], 1 if literal.holds else -1
    denied = normal_form(Not(found))  # type: ignore[arg-type]
    return "formula", 1 if to_logic(found) <= to_logic(denied) else -1


@lru_cache
def all_concepts(vocabulary: Vocabulary) -> frozenset[str]:
    """The things of decoders that know no nouns; one object, as equal ones are compared word by word whenever a form is looked up."""
    return frozenset(vocabulary.concepts)
