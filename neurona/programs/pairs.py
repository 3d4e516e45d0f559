"""The vocabulary of pairs: two recordings, each of one thing, taken for one scene of two things.

The things are named by the words `first` and `second`; words of the recordings are said of them, and relations hold between them as the vocabulary
defines (`Vocabulary.paired`), in either direction and between different things alone:

    above(x, y) := upper(x) & lower(y)        exists x, y. above(x, y) & car(x)        above(the x. first(x), the y. second(y))

Nobody saw the two together: whatever speaks of pairs says so.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from neurona.errors import DataError, QueryError
from neurona.programs.logic_syntax import parse_logic
from neurona.programs.tree import Formula, free_variables
from neurona.programs.vocabulary import Vocabulary

FIRST, SECOND = "first", "second"
PAIRED = "PAIRED: two recordings, not shown together"
"""The mark that pairs bear in every table and picture."""


def paired_vocabulary(vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary of two recordings taken for one scene: its axioms hold in every such scene.

    Args:
        vocabulary: of single recordings; its `paired` relations become relations, its exclusive categories axioms about each thing.

    Raises:
        DataError: it has relations of its own or the words `first` or `second`, or a definition is no formula over x and y.

    Examples:
        >>> words = Vocabulary(("upper", "lower"), {}, {"Place": ("upper", "lower")}, exclusive=("Place",), paired={"above": "upper(x) & lower(y)"})
        >>> paired_vocabulary(words).relations
        ('above',)
    """
    if vocabulary.relations:
        raise DataError(
            f"pairs: recordings that show relations ({', '.join(vocabulary.relations)}) show several things; pairs are made of one thing each"
        )
    for word in (FIRST, SECOND):
        if vocabulary.arity(word) is not None:
            raise DataError(
                f"pairs: the vocabulary has the word {word!r}, which names a thing of a pair; rename the vocabulary's"
            )
    orders = (FIRST, SECOND), (SECOND, FIRST)
    told_apart = " | ".join(f"({a}(x) & {b}(y))" for a, b in orders)
    axioms = [f"forall x. {FIRST}(x) <-> ~{SECOND}(x)", f"((count x. {FIRST}(x)) = 1)", f"((count x. {SECOND}(x)) = 1)"]
    for category in vocabulary.exclusive:
        members = vocabulary.categories[category]
        axioms.append("forall x. " + " | ".join(f"{word}(x)" for word in members))
        axioms += [f"forall x. ~({a}(x) & {b}(x))" for a, b in combinations(members, 2)]
    for name, text in vocabulary.paired.items():
        _definition(name, text)
        # An equivalence, in parts whose normal forms are short.
        axioms += [f"forall x, y. {name}(x, y) -> {one}" for one in (told_apart, text)]
        axioms += [f"forall x, y. {a}(x) & {b}(y) & ({text}) -> {name}(x, y)" for a, b in orders]
    return replace(
        vocabulary,
        concepts=(*vocabulary.concepts, FIRST, SECOND),
        relations=tuple(vocabulary.paired),
        axioms=(*vocabulary.axioms, *axioms),
        exclusive=(),
        paired={},
    )


def _definition(name: str, text: str) -> Formula:
    try:
        found = parse_logic(text)
    except QueryError as error:
        raise DataError(f"vocabulary: paired: {name!r} as {text!r}: {error}") from error
    if free_variables(found) != {"x", "y"}:
        raise DataError(
            f"vocabulary: paired: {name!r} as {text!r}: expected a formula over x and y, e.g. upper(x) & lower(y)"
        )
    return found  # type: ignore[return-value]
