"""Backing: of answers whose words are grounded where they were planted; of entities that move an answer; and of nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neurona.evaluation.groundings.backing import Backing, backed_by_exchange, backed_by_place, backing_table

ENTITIES = [f"e{k}" for k in range(10)]


def planted():
    """`dog` in e0 and e1, `cat` in e2 and e3, `ghost` nowhere."""
    truth = pd.DataFrame(False, index=["dog", "cat", "ghost"], columns=ENTITIES)
    truth.loc["dog", ["e0", "e1"]] = truth.loc["cat", ["e2", "e3"]] = True
    return truth


def predictions(right):
    rows = [
        {"question": f"q{k}", "recording": f"r{k}", "type": "object", "program": "exists x. dog(x)", "answer": "yes"}
        | {"predicted": "yes" if one else "no", "score": 0.0, "chance": np.nan}
        for k, one in enumerate(right)
    ]
    return pd.DataFrame(rows)


def test_half_of_the_carriers_have_to_be_among_as_many_strongest_entities():
    scores = planted().astype(float)
    scores.loc["cat"] = np.linspace(1, 0, 10)  # strongest where dogs are
    asked = [["dog"], ["cat"], ["dog", "cat"], ["ghost"], ["dog", "ghost"], ["unknown"]]
    found = backed_by_place(asked, scores, planted())
    assert found.backed.tolist() == [True, False, True, False, True, False]
    # Two of ten entities hold one of two carriers or more with probability 1 - (8 * 7) / (10 * 9).
    assert found.chance[0] == pytest.approx(1 - 56 / 90, abs=0.1)


def test_a_word_that_is_grounded_nowhere_backs_nothing():
    scores = planted().drop(index="dog").astype(float)
    assert backed_by_place([["dog"], ["cat"]], scores, planted()).backed.tolist() == [False, True]


def test_random_groundings_back_no_more_than_chance():
    rng = np.random.default_rng(0)
    asked = [["dog"], ["cat"]] * 20
    truth, p = planted(), []
    for _ in range(40):
        scores = pd.DataFrame(rng.normal(size=(3, 10)), index=truth.index, columns=ENTITIES)
        p.append(backing_table(predictions([True] * 40), backed_by_place(asked, scores, truth)).p.iloc[-1])
    assert np.mean(np.array(p) <= 0.05) <= 0.15


def test_answers_are_backed_by_what_moves_them_more_than_any_random_entities():
    found = backed_by_exchange(np.array([3.0, 1.0]), np.array([[1.0, 2.0], [0.5, 1.5]]))
    assert found.backed.tolist() == [True, False]
    assert found.chance.tolist() == pytest.approx([1 / 3, 1 / 3])
    table = backing_table(predictions([True, True]), found).iloc[-1]
    assert (table.moved, table.at_random) == (2.0, 1.25)


def test_wrong_answers_are_not_backed_and_nothing_backs_those_of_no_place():
    backing = backed_by_place([["dog"]] * 4, planted().astype(float), planted())
    table = backing_table(predictions([True, True, False, False]), backing).iloc[-1]
    assert (table.answered, table.backed, table.share) == (0.5, 0.5, 1.0)
    alone = backing_table(predictions([True] * 4), Backing.nothing(4)).iloc[-1]
    assert (alone.answered, alone.backed, alone.share, alone.p) == (1.0, 0.0, 0.0, 1.0)
