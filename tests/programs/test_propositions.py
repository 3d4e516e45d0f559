"""Worlds found by clauses, against worlds found by trying all of them."""

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import formulas

from neurona.errors import QueryError
from neurona.programs import World, parse, value
from neurona.programs.expand import rebuild
from neurona.programs.propositions import find_world
from neurona.programs.tree import Atom, Exists, free_variables

CONCEPTS = [("face", (k,)) for k in (0, 1)]
RELATIONS = [("hold", (j, k)) for j in (0, 1) for k in (0, 1)]
FACTS = [*CONCEPTS, *RELATIONS]
ALL_WORLDS = [
    World(2, frozenset(facts))
    for facts in chain.from_iterable(combinations(FACTS, size) for size in range(len(FACTS) + 1))
]


def with_two_words(node):
    """The same tree with one concept and one relation."""
    return Atom("face" if len(node.terms) == 1 else "hold", node.terms) if isinstance(node, Atom) else node


def closed(formula):
    for name in sorted(free_variables(formula)):
        formula = Exists(name, formula)
    return formula


@settings(max_examples=40)
@given(formula=formulas)
def test_a_world_is_found_exactly_where_there_is_one(formula):
    formula = closed(rebuild(formula, with_two_words))
    found = find_world([formula], 2)
    if found is None:
        assert not any(value(formula, world) for world in ALL_WORLDS)
    else:
        assert value(formula, found) is True


@settings(max_examples=20)
@given(parts=st.lists(formulas, min_size=2, max_size=3))
def test_several_formulas_hold_in_one_world(parts):
    parts = [closed(rebuild(part, with_two_words)) for part in parts]
    found = find_world(parts, 2)
    assert (found is not None) == any(all(value(part, world) for part in parts) for world in ALL_WORLDS)


def test_counts_are_counted():
    some = parse("((count x. face(x)) > (count y. cat(y))) & ((count y. cat(y)) >= 2) & ((count x. face(x)) != 4)")
    assert find_world([some], 2) is None
    found = find_world([some], 3)
    assert found is not None
    assert value(parse("count x. face(x)"), found) == 3


def pigeons(number, holes):
    """Every pigeon sits in a hole, no two in the same."""
    seated = ["(" + " | ".join(f"p{i}_{j}(x)" for j in range(holes)) + ")" for i in range(number)]
    alone = [f"~(p{a}_{j}(x) & p{b}_{j}(x))" for j in range(holes) for a in range(number) for b in range(a)]
    return parse("exists x. " + " & ".join(seated + alone))


def test_pigeons_need_holes():
    assert find_world([pigeons(5, 4)], 1) is None
    assert find_world([pigeons(5, 5)], 1) is not None


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (parse(" & ".join(f"(exists x. r{k}(x, x))" for k in range(400))), "500 atoms over 3"),
        (
            parse(
                "".join(f"exists v{k}. " for k in range(16)) + " & ".join(f"(a(v{k}) & ~a(v{k}))" for k in range(16))
            ),
            "200000 steps over 3",
        ),
        (parse("r(" + ", ".join(["the x. face(x)"] * 15) + ")"), "more than"),
        (pigeons(9, 8), "not settled after 300 decisions"),
    ],
)
def test_hostile_formulas_are_refused(formula, message):
    with pytest.raises(QueryError, match=message):
        find_world([formula], 3 if "decisions" not in message else 1, decisions=300)
