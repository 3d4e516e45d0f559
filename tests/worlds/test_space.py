"""Facts and their numbers say the same: features, things and prior."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.encoding_models.bindings import Bindings
from neurona.programs.facts import Fact
from neurona.scenes.names import NameTable
from neurona.worlds.space import NEVER, SceneSpace

NOUNS = ("ball", "cat", "dog", "man")


def scenes() -> list[list[Fact]]:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(60):
        a, b = (str(noun) for noun in rng.choice(NOUNS, 2, replace=False))
        word = str(rng.choice(["beside", "hold", "on"]))
        found.append([Fact(a), Fact(b), Fact(word, (a, b)), Fact(str(rng.choice(["big", "red"])), (a,))])
    return found


BINDINGS = Bindings.learn(scenes(), NameTable.read().forms)
DESIGN = BINDINGS.design(scenes())
SPACE = SceneSpace(BINDINGS, DESIGN.mean(axis=0), len(DESIGN))
noun = st.sampled_from(NOUNS)
pair = st.tuples(noun, noun).filter(lambda both: both[0] != both[1])
facts = st.one_of(
    st.builds(Fact, noun),
    st.builds(lambda word, a: Fact(word, (a,)), st.sampled_from(["big", "red"]), noun),
    st.builds(Fact, st.sampled_from(["beside", "hold", "on", "under"]), pair),
)


@given(facts)
def test_a_number_is_one_fact_in_whatever_form(fact):
    number = SPACE.number(fact)
    assert SPACE.fact(number) == BINDINGS.canonical(fact)
    assert {SPACE.number(form) for form in BINDINGS.forms(fact)} == {number}


@given(facts)
def test_rows_are_those_of_the_bindings(fact):
    columns, values = SPACE.rows(np.array([SPACE.number(fact)]))
    found: dict[int, float] = {}
    for column, value in zip(columns[0].tolist(), values[0].tolist(), strict=True):
        if value:
            found[column] = found.get(column, 0.0) + value
    assert found == pytest.approx(BINDINGS.row(fact))


def test_the_prior_is_the_share_of_scenes_with_its_things_that_have_the_fact():
    scene = [set(facts) for facts in scenes()]
    fact = Fact("big", ("man",))
    share = sum(fact in one for one in scene) / sum(Fact("man") in one for one in scene)
    odds = SPACE.log_odds(np.array([SPACE.number(fact)]))[0]
    assert 1 / (1 + np.exp(-odds)) == pytest.approx(share, abs=0.03)


def test_combinations_that_training_lacks_are_possible():
    every = SPACE.said_of(np.arange(len(NOUNS)))
    odds = SPACE.log_odds(every)
    assert np.isfinite(odds).all()
    assert (odds > -12).all()


def test_what_may_be_said_of_things_is_each_fact_once():
    said = SPACE.said_of(np.array([0, 2]))
    found = [SPACE.fact(number) for number in said.tolist()]
    assert len(set(found)) == len(found)
    assert all(set(fact.arguments) <= {"ball", "dog"} for fact in found)
    # Two attributes of each; `beside` once, `hold` and the one name of `on` and `under` both ways round.
    assert sorted(len(fact.arguments) for fact in found) == [1] * 4 + [2] * 5


def test_words_that_training_lacks_have_no_number():
    assert SPACE.number(Fact("zebra")) is None
    assert SPACE.number(Fact("hold", ("man", "zebra"))) is None


@given(facts, noun)
def test_the_same_of_another_thing_is_that_fact_with_the_thing_exchanged(fact, other):
    number = np.array([SPACE.number(fact)])
    canonical = SPACE.fact(int(number[0]))
    for turn in range(2):
        found = int(SPACE.with_things(number, turn, np.array([SPACE.nouns.index(other)]))[0, 0])
        arguments = list(canonical.arguments)
        if turn < len(arguments):
            arguments[turn] = other
        if turn >= len(arguments) or len(set(arguments)) < len(arguments):
            assert found == -2
        else:
            assert found == SPACE.number(Fact(canonical.name, tuple(arguments)))


def test_axioms_keep_facts_of_one_thing_apart_and_rule_out_what_its_noun_excludes():
    pairs = frozenset([frozenset(["big", "red"]), frozenset(["cat", "red"]), frozenset(["red", "zebra"])])
    space = SceneSpace(BINDINGS, DESIGN.mean(axis=0), len(DESIGN), pairs)
    big, red, other, cat = (
        space.number(fact)
        for fact in (Fact("big", ("man",)), Fact("red", ("man",)), Fact("red", ("dog",)), Fact("red", ("cat",)))
    )
    numbers = np.array([big, red, other])
    np.testing.assert_array_equal(
        space.excluded(numbers, numbers), [[False, True, False], [True, False, False], [False, False, False]]
    )
    assert space.log_odds(np.array([cat]))[0] == NEVER
    np.testing.assert_array_equal(space.log_odds(numbers), SPACE.log_odds(numbers))
