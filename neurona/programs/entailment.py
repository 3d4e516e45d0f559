"""Entailment and equivalence of queries under an ontology, decided over a finite domain.

`a` entails `b` when no world fulfils the axioms and `a` but not `b`. Worlds of 0, 1, ..., n individuals are searched (see
`propositions`), with definitions replaced by their meaning first. A world that is found settles the question: no. That none is
found settles it only if n is large enough:

- with concepts alone (k of them; no relation, `the` or number), n = 2^k is: two individuals of which the same concepts
  hold can be merged (Loewenheim, 1915);
- where no "some" stands inside the scope of an "every" (the class of Bernays and Schoenfinkel, 1928), n is the number of
  individuals that must be named: one for each "some" and each free variable. `the` and numbers count as several.

`deciding_domain` says which n that is, and None where neither holds: there, "yes" means that no counterexample of up to n
individuals exists. What binds no outer variable is read as standing outside all quantifiers.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

import networkx as nx

from neurona.errors import QueryError
from neurona.programs.axioms import closed, closed_axioms
from neurona.programs.expand import expand, rebuild
from neurona.programs.normal_form import normal_form
from neurona.programs.propositions import MAX_DECISIONS, find_world
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Describe,
    Exists,
    Forall,
    Formula,
    Iff,
    Implies,
    Node,
    Not,
    Number,
    Or,
    Query,
    The,
    Variable,
    free_variables,
    names,
    walk,
)
from neurona.programs.vocabulary import Vocabulary
from neurona.programs.worlds import World

DEFAULT_DOMAIN = 3
MAX_DOMAIN = 8


class Search(NamedTuple):
    """What a search for a world came to.

    Attributes:
        world: one that fulfils the formula and the axioms, if one was found.
        settled: whether the answer is final: a world was found, or as many individuals as decide it were tried.
    """

    world: World | None
    settled: bool


def entails(a: Query, b: Query, vocabulary: Vocabulary | None = None, domain: int | None = None) -> bool:
    """Whether `b` holds in every world of the ontology in which `a` holds, free variables standing for any individuals.

    Args:
        a, b: formulas.
        vocabulary: its definitions and axioms hold; none unless given.
        domain: search worlds of up to that many individuals; unless given `deciding_domain`, but at most 8, or 3 where
            there is none.

    Raises:
        QueryError: not formulas, or the search is too large (see `propositions`).
    """
    return counterexample(a, b, vocabulary, domain) is None


def equivalent(a: Query, b: Query, vocabulary: Vocabulary | None = None, domain: int | None = None) -> bool:
    """Whether two queries have the same answer in every world of the ontology; arguments as for `entails`.

    Counts are equivalent when they are the same number, `describe` questions when they ask about the same category and their
    terms are the same individuals. A formula and a count never are.
    """
    return a == b or (kind_of(a) == kind_of(b) and telling_apart(a, b, vocabulary, domain).world is None)


def counterexample(a: Query, b: Query, vocabulary: Vocabulary | None = None, domain: int | None = None) -> World | None:
    """A world in which `a` holds and `b` does not, if there is one; arguments as for `entails`."""
    for query in (a, b):
        if isinstance(query, Count | Describe):
            raise QueryError(f"only formulas entail one another, found {type(query).__name__.lower()}")
    return search(And((a, Not(b))), vocabulary, domain).world  # type: ignore[arg-type]


def telling_apart(a: Query, b: Query, vocabulary: Vocabulary | None = None, domain: int | None = None) -> Search:
    """Look for a world in which two queries of one kind have different answers; arguments as for `entails`."""
    if isinstance(a, Count) and isinstance(b, Count):
        # The same number follows from the same individuals, and that is decided more often.
        same = search(Not(Iff(_counted(a), _counted(b))), vocabulary, domain)
        different = Compare("!=", a, b)
        return same if same.world is None and same.settled else search(different, vocabulary, domain)
    return search(Not(Iff(answerable(a), answerable(b))), vocabulary, domain)  # type: ignore[arg-type]


def _counted(query: Count) -> Formula:
    """What a count counts, said of the free variable `counted`."""
    found: Any = normal_form(query)
    about = Variable(found.variable)  # outermost, so nothing within binds it again
    body: Formula = rebuild(found.body, lambda part: Variable("counted") if part == about else part)
    return body


def kind_of(query: Query) -> tuple[str, ...]:
    """Queries of different kinds are never equivalent."""
    match query:
        case Count():
            return ("count",)
        case Describe(category, terms):
            return ("describe", category, str(len(terms)))
    return ("formula",)


def answerable(query: Query) -> Formula | Count:
    """A `describe` question as one atom, the unknown word applied to its terms; other queries as they are."""
    return Atom(f"describe {query.category}", query.terms) if isinstance(query, Describe) else query


def deciding_domain(formula: Formula, vocabulary: Vocabulary | None = None) -> int | None:
    """How many individuals are enough to see whether any world fulfils a formula and the axioms; None: not known.

    For `entails(a, b)` the formula is `a & ~b`, for `equivalent(a, b)` it is `~(a <-> b)`.
    """
    return _enough(_with_axioms(formula, vocabulary))


def search(
    formula: Formula,
    vocabulary: Vocabulary | None = None,
    domain: int | None = None,
    decisions: int = MAX_DECISIONS,
) -> Search:
    """Look for a world of the ontology that fulfils a formula.

    Args:
        formula, vocabulary, domain: as for `entails`.
        decisions: of the solver, for each number of individuals, before it gives up with a QueryError.
    """
    formulas = _with_axioms(formula, vocabulary)
    enough = _enough(formulas)
    if domain is None:
        domain = min(enough or DEFAULT_DOMAIN, MAX_DOMAIN)
    for individuals in range(domain + 1):
        world = find_world(formulas, individuals, decisions)
        if world is not None:
            return Search(world, True)
    return Search(None, enough is not None and domain >= enough)


def _with_axioms(formula: Formula, vocabulary: Vocabulary | None) -> list[Formula]:
    """A formula, closed, with the axioms it depends on; all without defined words."""
    if vocabulary is None:
        return [closed(formula, Exists)]
    formula = closed(expand(formula, vocabulary), Exists)  # type: ignore[arg-type]
    return [formula, *_related_axioms(frozenset(names(formula)), vocabulary)]


def _related_axioms(words: frozenset[str], vocabulary: Vocabulary) -> list[Formula]:
    """The axioms that share a word with these, with an axiom that shares a word with these, and so on.

    Others speak of other words alone; that they contradict each other is not looked for.
    """
    axioms, graph = _axioms(vocabulary)
    reached: set[str | int] = set()
    for word in words & graph.nodes:
        if word not in reached:
            reached |= nx.node_connected_component(graph, word)
    return [axiom for k, axiom in enumerate(axioms) if k in reached]


@lru_cache(maxsize=16)
def _axioms(vocabulary: Vocabulary) -> tuple[tuple[Formula, ...], nx.Graph]:
    """The axioms and the graph that links each (its index) to its words."""
    axioms = closed_axioms(vocabulary)
    graph = nx.Graph((k, word) for k, axiom in enumerate(axioms) for word in names(axiom))
    return axioms, graph


class _NoBound(Exception):
    """A "some" depends on an "every"."""


def _enough(formulas: Iterable[Formula]) -> int | None:
    bounds = []
    whole = And(tuple(formulas))
    parts = list(walk(whole))
    if not any(isinstance(part, The | Compare) or (isinstance(part, Atom) and len(part.terms) > 1) for part in parts):
        concepts = {part.name for part in parts if isinstance(part, Atom)}
        bounds.append(2 ** len(concepts))
    with suppress(_NoBound):
        bounds.append(max(1, _named(whole, True, False)))
    return min(bounds, default=None)


def _named(node: Node, positive: bool, inside: bool) -> int:
    """How many individuals a formula, or its denial, makes us name; `inside`: within the scope of an "every"."""
    if inside and not free_variables(node):
        inside = False
    match node:
        case Atom(_, terms):
            return sum(_named(term, positive, inside) for term in terms if isinstance(term, The))
        case Not(body):
            return _named(body, not positive, inside)
        case And(parts) | Or(parts):
            return sum(_named(part, positive, inside) for part in parts)
        case Implies(left, right):
            return _named(left, not positive, inside) + _named(right, positive, inside)
        case Iff(left, right):
            return sum(_named(side, sign, inside) for side in (left, right) for sign in (True, False))
        case Exists(_, body) | Forall(_, body):
            if isinstance(node, Forall) == positive:
                return _named(body, positive, True)
            return _some(1, inside) + _named(body, positive, False)
        case The(_, body):
            # The one, or two that are both such; each is said to be such, and of all others that they are not.
            return _some(3, inside) + 3 * sum(_named(body, sign, True) for sign in (True, False))
        case Compare(_, left, right):
            return _compared(left, right, inside)
    return 0


def _compared(left: Count | Number, right: Count | Number, inside: bool) -> int:
    match (left, right):
        case (Number(), Number()):
            return 0
        case (Count(_, body), Number(value)) | (Number(value), Count(_, body)):
            return _some(value + 1, inside) + (value + 1) * sum(_named(body, sign, True) for sign in (True, False))
    raise _NoBound


def _some(number: int, inside: bool) -> int:
    if inside:
        raise _NoBound
    return number
