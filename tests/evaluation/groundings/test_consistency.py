"""Grounding consistency: against pairs taken one by one, and against its null."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.errors import DataError
from neurona.evaluation import grounding_consistency


def one_by_one(maps, concepts, recordings):
    found = [
        np.corrcoef(maps[i], maps[j])[0, 1]
        for i, j in combinations(range(len(maps)), 2)
        if concepts[i] == concepts[j] and recordings[i] != recordings[j]
    ]
    return float(np.mean(found)), len(found)


def planted(rng, per_concept=12, concepts=4, entities=9, noise=1.0):
    patterns = rng.normal(size=(concepts, entities))
    names = np.repeat([f"c{k}" for k in range(concepts)], per_concept)
    maps = np.repeat(patterns, per_concept, axis=0) + noise * rng.normal(size=(concepts * per_concept, entities))
    return maps, names, [f"r{k % 20}" for k in range(len(names))]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_it_is_the_mean_correlation_over_pairs(seed):
    rng = np.random.default_rng(seed)
    maps = rng.normal(size=(14, 5))
    concepts, recordings = rng.choice(["a", "b", "c"], 14), rng.choice(["1", "2", "3", "4"], 14)
    value, pairs = one_by_one(maps, concepts, recordings)
    found = grounding_consistency(maps, concepts, recordings, n_permutations=2)
    assert found.pairs == pairs
    assert found.value == pytest.approx(value)
    assert (found.concepts.consistency * found.concepts.pairs).sum() == pytest.approx(value * pairs)


def test_groundings_of_their_own_are_above_the_null_and_common_ones_are_not():
    rng = np.random.default_rng(0)
    maps, concepts, recordings = planted(rng)
    own = grounding_consistency(maps, concepts, recordings, 200)
    assert own.value > own.null_high
    assert own.p <= 0.01
    assert (own.concepts.q <= 0.05).all()
    common = rng.normal(size=9) * 2 + rng.normal(size=(48, 9))
    shared = grounding_consistency(common, concepts, recordings, 200)
    assert shared.value > 0.5  # consistent, for every concept looks alike
    assert shared.value == pytest.approx(shared.null, abs=0.05)
    assert shared.p > 0.05


def test_p_is_spread_out_where_labels_mean_nothing():
    rng = np.random.default_rng(1)
    p = []
    for _ in range(30):
        _, concepts, recordings = planted(rng, 5)
        p.append(grounding_consistency(rng.normal(size=(20, 6)), concepts, recordings, 49).p)
    assert 0.35 < np.mean(p) < 0.65
    assert np.mean(np.array(p) <= 0.1) <= 0.27


def test_neither_order_nor_scale_nor_names_change_it():
    rng = np.random.default_rng(2)
    maps, concepts, recordings = planted(rng)
    order = rng.permutation(len(maps))
    first = grounding_consistency(maps, concepts, recordings, 2)
    again = grounding_consistency(
        3 * maps[order] + 7, ["new " + concepts[k] for k in order], [recordings[k] for k in order], 2
    )
    assert again.value == pytest.approx(first.value)
    assert again.pairs == first.pairs


def test_a_constant_map_agrees_with_none():
    found = grounding_consistency(np.array([[0.1, 0.1, 0.1], [0.3, 0.2, 0.9]]), ["a", "a"], ["1", "2"], 2)
    assert found.value == pytest.approx(0, abs=1e-12)


def test_complaints_name_the_fault():
    maps = np.eye(3)
    with pytest.raises(DataError, match="3 maps, 2 concepts"):
        grounding_consistency(maps, ["a", "b"], ["1", "2", "3"])
    with pytest.raises(DataError, match="no concept has maps of two recordings"):
        grounding_consistency(maps, ["a", "a", "b"], ["1", "1", "2"])
    with pytest.raises(DataError, match=r"map 1 \(concept 'b'\) is not finite"):
        grounding_consistency(np.array([[1.0, 2.0], [np.nan, 0.0]]), ["a", "b"], ["1", "2"])
