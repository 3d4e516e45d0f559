"""Which concepts imply another one: the "is a" arrows of an ontology, and the kinds of words.

animate = face(x) | cat(x)      ->   face is a animate, cat is a animate
red_car = red(x) & car(x)       ->   nothing implies it alone
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neurona.programs.axioms import axioms_of
from neurona.programs.surfaces import parse
from neurona.programs.tree import And, Atom, Formula, Not, Or
from neurona.programs.vocabulary import Vocabulary


def is_a_links(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Defined concept -> the words that imply it by its definition, directly or through another definition.

    Raises:
        QueryError: a definition cannot be parsed.
    """
    formulas = {name: parse(text) for name, text in vocabulary.definitions.items()}
    return {name: tuple(sorted(implying(formula, formulas) - {name})) for name, formula in formulas.items()}  # type: ignore[arg-type]


def kinds_of(vocabulary: Vocabulary) -> dict[str, str]:
    """Concept -> its kind: the word that it implies, by a definition or an axiom, and that fewest others imply; of words without kin none.

    Examples:
        >>> from neurona.programs import Vocabulary
        >>> kinds_of(Vocabulary(("face", "house", "cat"), definitions={"animate": "face(x) | cat(x)"}))
        {'face': 'animate', 'cat': 'animate'}
    """
    members = {name: set(words) & set(vocabulary.concepts) for name, words in is_a_links(vocabulary).items()}
    for word, above in axioms_of(vocabulary).implied.items():
        for name in above:
            members.setdefault(name, set()).add(word)
    smallest = sorted((len(words), name) for name, words in members.items() if len(words) > 1)
    found: dict[str, str] = {}
    for _, name in reversed(smallest):
        found |= dict.fromkeys(members[name], name)
    return {word: found[word] for word in vocabulary.concepts if word in found}


def by_kind(words: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Words ordered by meaning: those that imply the same defined words stand together, else in the vocabulary's order.

    Examples:
        >>> from neurona.programs import Vocabulary
        >>> words = Vocabulary(("face", "house", "cat"), definitions={"animate": "face(x) | cat(x)"})
        >>> by_kind(words.concepts, words)
        ['face', 'cat', 'house']
    """
    links = is_a_links(vocabulary)
    kinds = {word: tuple(word not in implied for implied in links.values()) for word in words}
    return sorted(words, key=kinds.__getitem__)


def implying(formula: Formula, definitions: Mapping[str, Formula], visited: frozenset[str] = frozenset()) -> set[str]:
    """Words that imply `formula`, judged by `|`, `&` and double negation alone: never wrong, perhaps not all.

    Args:
        formula: over one variable.
        definitions: formulas of the words that are themselves defined.
        visited: definitions being expanded; a circular one adds nothing.
    """
    match formula:
        case Atom(name, (_,)):
            if name in visited or name not in definitions:
                return {name}
            return {name} | implying(definitions[name], definitions, visited | {name})
        case Or(parts):
            return set().union(*(implying(part, definitions, visited) for part in parts))
        case And(parts):
            return set.intersection(*(implying(part, definitions, visited) for part in parts))
        case Not(Not(body)):
            return implying(body, definitions, visited)
        case _:
            return set()
