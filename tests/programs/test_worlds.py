"""Queries on worlds that are fully known."""

import pytest

from neurona.errors import QueryError
from neurona.programs import World, parse, value

# Two people, 0 and 1; 0 holds the bat 2; 3 and 4 are balls.
PARK = World(
    5,
    frozenset(
        [
            ("person", (0,)),
            ("person", (1,)),
            ("bat", (2,)),
            ("ball", (3,)),
            ("ball", (4,)),
            ("hold", (0, 2)),
            ("hold", (1, 3)),
        ]
    ),
)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("Is there a person holding a bat?", True),
        ("Is every person holding a bat?", False),
        ("exists x. person(x) & hold(x, the y. ball(y))", False),  # two balls: "the ball" names nothing
        ("exists x. person(x) & ~hold(x, the y. ball(y))", True),  # so the atom is false, and its denial true
        ("exists x. person(x) & (exists y. ball(y) & hold(x, y))", True),
        ("count x. person(x)", 2),
        ("count x. person(x) -> (exists y. hold(x, y))", 5),
        ("Are there more balls than bats?", True),
        ("((count x. ball(x)) != 2)", False),
        ("Is there no cat?", True),
        ("person(the x. bat(x)) <-> bat(the x. person(x))", True),
    ],
)
def test_the_answer_in_a_known_world(query, answer):
    assert value(parse(query), PARK) == answer


@pytest.mark.parametrize(
    ("query", "answer"),
    [("exists x. cat(x)", False), ("exists x. ~cat(x)", False), ("forall x. cat(x)", True), ("count x. ~cat(x)", 0)],
)
def test_where_there_is_nothing(query, answer):
    assert value(parse(query), World(0, frozenset())) == answer


def test_free_variables_need_individuals():
    assert value(parse("hold(x, y)"), PARK, {"x": 0, "y": 2}) is True
    with pytest.raises(QueryError, match="variable 'y' is not bound"):
        value(parse("hold(x, y)"), PARK, {"x": 0})


def test_a_query_that_would_take_forever_is_refused():
    deep = "".join(f"forall v{k}. " for k in range(20)) + " | ".join(f"bat(v{k}) | ~bat(v{k})" for k in range(20))
    with pytest.raises(QueryError, match="200000 steps"):
        value(parse(deep), PARK)
