"""Traces on possible worlds: shares of sub-expressions, and who makes them true."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import formulas
from rich.console import Console
from some_worlds import as_world, random_worlds

from neurona.execution import Worlds, share_true, trace_worlds
from neurona.programs import parse, value
from neurona.programs.facts import Fact
from neurona.programs.tree import Count, Exists, Forall

CONCEPTS, RELATIONS = ("man", "boy", "bat"), ("hold", "ride")


def holds(who: str, word: str = "hold") -> list[Fact]:
    return [Fact(who), Fact("bat"), Fact(word, (who, "bat"))]


@pytest.fixture
def worlds() -> Worlds:
    """A man holds the bat (twice .2), a boy does (.3), both do (.1), a boy rides it (.1), nothing is there (.1)."""
    scenes = [holds("man"), holds("man"), holds("boy"), holds("man") + holds("boy"), holds("boy", "ride"), []]
    return Worlds.of_facts([scenes], CONCEPTS, RELATIONS, np.array([[0.2, 0.2, 0.3, 0.1, 0.1, 0.1]]))


def told(explanation) -> dict[str, float]:
    return dict(zip(explanation.names, np.round(explanation.values, 6).tolist(), strict=True))


def test_every_part_has_its_share_and_the_likeliest_world_names_who(worlds):
    root = trace_worlds(worlds, parse("exists x. hold(x, the y. bat(y)) & ~boy(x)"), 0)
    assert root.kind == "share"
    assert float(root.values) == pytest.approx(0.5)
    assert root.witness == ("man",)
    both = root.parts[0]
    assert (both.variables, told(both)) == (("x",), {"bat": 0, "boy": 0, "man": 0.5})
    hold, other = both.parts
    assert told(hold) == pytest.approx({"bat": 0, "boy": 0.4, "man": 0.5})
    assert told(hold.parts[0]) == pytest.approx({"bat": 0.9, "boy": 0, "man": 0})
    assert told(other) == pytest.approx({"bat": 0.9, "boy": 0, "man": 0.5})  # who is not there is no "not a boy"


def test_equal_worlds_are_one_where_the_likeliest_is_looked_for(worlds):
    assert trace_worlds(worlds, parse("exists x. man(x) | boy(x)"), 0).witness == ("man",)  # .2 + .2 against .3


def test_nested_witnesses_belong_together(worlds):
    root = trace_worlds(worlds, parse("exists y. bat(y) & (exists x. boy(x) & hold(x, y)) & (exists x. man(x))"), 0)
    first, second = root.parts[0].parts[1:]
    assert (root.witness, first.witness, second.witness) == (("bat",), ("boy",), ("man",))
    assert told(first) == pytest.approx({"bat": 0.4, "boy": 0, "man": 0})
    assert float(second.values) == pytest.approx(0.5)
    assert trace_worlds(worlds, parse("exists x. bat(x) & man(x)"), 0).witness == ()


def test_counts_are_expected_numbers_and_words_are_normalised(worlds):
    compared = trace_worlds(worlds, parse("((count x. man(x) | boy(x)) > 1)"), 0)
    assert float(compared.values) == pytest.approx(0.1)
    assert [part.kind for part in compared.parts] == ["number", "number"]
    assert [float(part.values) for part in compared.parts] == pytest.approx([1.0, 1.0])
    query = parse("describe Action(the x. boy(x), the y. bat(y))")
    described = trace_worlds(worlds, query, 0, RELATIONS)
    assert told(described) == pytest.approx({"hold": 0.8, "ride": 0.2})
    assert [told(term)["boy"] for term in described.parts] == pytest.approx([0.5, 0])
    assert trace_worlds(worlds, query, 0, ("near",)).values.tolist() == [0]
    assert told(trace_worlds(worlds, parse("describe Kind"), 0, ("man", "boy"))) == pytest.approx(
        {"man": 0.5, "boy": 0.5}
    )


@settings(max_examples=25)
@given(
    formula=formulas,
    outer=st.sampled_from([Exists, Forall, Count]),
    inner=st.sampled_from([Exists, Forall]),
    seed=st.integers(0, 999),
)
def test_the_root_is_the_answer_and_witnesses_make_it_true(formula, outer, inner, seed):
    query = outer("x", inner("y", inner("z2", formula)))
    worlds = random_worlds(seed, 2, 5, 3)
    root = trace_worlds(worlds, query, 1)
    assert float(root.values) == pytest.approx(share_true(worlds, [query], np.ones(1, int))[0], abs=1e-12)
    json.loads(root.to_json())
    likely = [k for k in range(5) if outer is Exists and value(query, as_world(worlds, 1, k))]
    assert bool(root.witness) == bool(likely)
    if likely:
        best = max(likely, key=lambda k: worlds.share[1, k])
        scene = as_world(worlds, 1, best)
        things = sorted(fact.name for fact in worlds.facts(1, best) if not fact.arguments)
        true = [name for k, name in enumerate(things) if value(query.body, scene, {"x": k})]
        assert set(root.witness) == set(true)


def test_it_prints_shares_with_witnesses(worlds):
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(trace_worlds(worlds, parse("exists x. man(x) & hold(x, the y. bat(y))"), 0).tree())
    lines = [line.strip(" │├└─") for line in console.export_text().splitlines()]
    assert lines[0] == "exists x. man(x) & hold(x, the y. bat(y))  share .50  (man)"
    assert "the y. bat(y)  share bat .90" in lines
