"""Which concepts are things: nouns, of which something else may be said. Questions show it by what they ask of them."""

from __future__ import annotations

from collections.abc import Iterable

from neurona.programs import Query, Vocabulary, expand
from neurona.programs.tree import And, Atom, Describe, Exists, The, Variable, walk


def things_of(queries: Iterable[Query], vocabulary: Vocabulary) -> frozenset[str]:
    """Concepts that stand alone somewhere: `exists x. bat(x)`, `the y. bat(y)`, or as a word of a `describe` question without terms.

    `red` is none where it is only ever said of something that is called by another word.

    Args:
        queries: training questions.
        vocabulary: its definitions are expanded.
    """
    found: set[str] = set()
    for query in dict.fromkeys(queries):
        if isinstance(query, Describe) and not query.terms:
            found.update(vocabulary.categories[query.category])
        for node in walk(expand(query, vocabulary)):
            match node:
                case Exists(x, Atom(name, (Variable(y),))) | The(x, Atom(name, (Variable(y),))) if x == y:
                    found.add(name)
                case Exists(x, And(parts)):
                    # In `exists x. man(x) & hold(x, ...)` the one concept names what the relation is said of.
                    own = [part.name for part in parts if isinstance(part, Atom) and part.terms == (Variable(x),)]
                    if len(own) == 1 and any(isinstance(part, Atom) and len(part.terms) == 2 for part in parts):
                        found.add(own[0])
    return frozenset(found & set(vocabulary.concepts))
