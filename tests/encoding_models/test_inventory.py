"""Facts and their numbers say the same: features, things and prior."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.encoding_models.bindings import Bindings
from neurona.encoding_models.inventory import Inventory
from neurona.scenes.names import NameTable
from neurona.scenes.scene_graph import Fact

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
INVENTORY = Inventory(BINDINGS, DESIGN.mean(axis=0), len(DESIGN))
noun = st.sampled_from(NOUNS)
pair = st.tuples(noun, noun).filter(lambda both: both[0] != both[1])
facts = st.one_of(
    st.builds(Fact, noun),
    st.builds(lambda word, a: Fact(word, (a,)), st.sampled_from(["big", "red"]), noun),
    st.builds(Fact, st.sampled_from(["beside", "hold", "on", "under"]), pair),
)


@given(facts)
def test_a_number_is_one_fact_in_whatever_form(fact):
    number = INVENTORY.number(fact)
    assert INVENTORY.fact(number) == BINDINGS.canonical(fact)
    assert {INVENTORY.number(form) for form in BINDINGS.forms(fact)} == {number}


@given(facts)
def test_rows_are_those_of_the_bindings(fact):
    columns, values = INVENTORY.rows(np.array([INVENTORY.number(fact)]))
    found: dict[int, float] = {}
    for column, value in zip(columns[0].tolist(), values[0].tolist(), strict=True):
        if value:
            found[column] = found.get(column, 0.0) + value
    assert found == pytest.approx(BINDINGS.row(fact))


def test_the_prior_is_the_share_of_scenes_with_its_things_that_have_the_fact():
    scene = [set(facts) for facts in scenes()]
    fact = Fact("big", ("man",))
    share = sum(fact in one for one in scene) / sum(Fact("man") in one for one in scene)
    odds = INVENTORY.log_odds(np.array([INVENTORY.number(fact)]))[0]
    assert 1 / (1 + np.exp(-odds)) == pytest.approx(share, abs=0.03)


def test_combinations_that_training_lacks_are_possible():
    every = INVENTORY.said_of(np.arange(len(NOUNS)))
    odds = INVENTORY.log_odds(every)
    assert np.isfinite(odds).all()
    assert (odds > -12).all()


def test_what_may_be_said_of_things_is_each_fact_once():
    said = INVENTORY.said_of(np.array([0, 2]))
    found = [INVENTORY.fact(number) for number in said.tolist()]
    assert len(set(found)) == len(found)
    assert all(set(fact.arguments) <= {"ball", "dog"} for fact in found)
    # Two attributes of each; `beside` once, `hold` and the one name of `on` and `under` both ways round.
    assert sorted(len(fact.arguments) for fact in found) == [1] * 4 + [2] * 5


def test_words_that_training_lacks_have_no_number():
    assert INVENTORY.number(Fact("zebra")) is None
    assert INVENTORY.number(Fact("hold", ("man", "zebra"))) is None
