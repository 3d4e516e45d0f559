"""Strategies: any tree of the language, texts made of its tokens, and worlds in which trees have a value."""

from hypothesis import strategies as st

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
    Not,
    Number,
    Or,
    The,
    Variable,
    free_variables,
)
from neurona.programs.worlds import World

names = st.sampled_from(["face", "cat", "hold", "_in", "next_to", "notes", "theory"])
variables = st.sampled_from(["x", "y", "z2"])


def _terms(inner):
    return st.one_of(st.builds(Variable, variables), st.builds(The, variables, inner))


def _layer(inner):
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    numbers = st.one_of(st.builds(Number, st.integers(0, 99)), st.builds(Count, variables, inner))
    return st.one_of(
        st.builds(Not, inner),
        st.builds(And, parts),
        st.builds(Or, parts),
        st.builds(Implies, inner, inner),
        st.builds(Iff, inner, inner),
        st.builds(Exists, variables, inner),
        st.builds(Forall, variables, inner),
        st.builds(Compare, st.sampled_from([">", "<", ">=", "<=", "=", "!="]), numbers, numbers),
        st.builds(Atom, names, st.lists(_terms(inner), min_size=1, max_size=2).map(tuple)),
    )


formulas = st.recursive(st.builds(Atom, names, st.tuples(st.builds(Variable, variables))), _layer, max_leaves=10)
queries = st.one_of(
    formulas,
    st.builds(Count, variables, formulas),
    st.builds(Describe, st.sampled_from(["Action", "Position"]), st.lists(_terms(formulas), max_size=2).map(tuple)),
)

individuals = st.integers(0, 1)
facts = st.tuples(names, st.one_of(st.tuples(individuals), st.tuples(individuals, individuals)))
worlds = st.builds(World, st.just(2), st.frozensets(facts, max_size=16))
_empty = st.builds(World, st.just(0), st.just(frozenset()))
any_worlds = st.one_of(worlds, worlds, worlds, _empty)
"""Worlds, the one without individuals among them; for trees without free variables."""


def closed(formula):
    """The formula with its free variables bound, by `exists` or `forall` as its form decides."""
    for k, name in enumerate(sorted(free_variables(formula))):
        formula = (Exists, Forall)[(len(repr(formula)) + k) % 2](name, formula)
    return formula


ANYONE = {"x": 0, "y": 1, "z2": 1}
"""Individuals for the free variables of these trees."""

_TOKENS = [
    "exists",
    "forall",
    "count",
    "the",
    "describe",
    "iota",
    "lambda",
    "not",
    "and",
    "or",
    "implies",
    "iff",
    "equal",
    "greater_than",
    "Object",
    "x",
    "y",
    "face",
    "hold",
    "1",
    "(",
    ")",
    ",",
    ".",
    ":",
    "~",
    "&",
    "|",
    "->",
    "<->",
    ">",
    "=",
    "{",
    "}",
    "[",
    "]",
    '"',
    "op",
    "Is",
    "is",
    "there",
    "a",
    "such",
    "that",
    "How",
    "many",
    "are",
    "holding",
    "next",
    "to",
    "?",
]
texts = st.lists(st.sampled_from([*_TOKENS, " ", "\n", "é", "\x00"]), max_size=25).map(" ".join)
