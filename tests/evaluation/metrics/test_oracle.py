"""Shares of what the oracle reaches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.errors import DataError
from neurona.evaluation import share_of_oracle


def test_shares_with_and_without_chance(asked):
    table = asked(np.arange(100) % 10 < 7, oracle=0.8)
    found = share_of_oracle(table).set_index("group").loc["overall"]
    assert found.share == pytest.approx(0.7 / 0.8)
    assert found.above_chance == pytest.approx(0.2 / 0.3)
    assert found.low < found.share < found.high
    assert found.above_low < found.above_chance < found.above_high


def test_a_coin_has_a_large_share_of_a_poor_oracle_and_nothing_above_chance(asked):
    found = share_of_oracle(asked(np.arange(100) % 4 < 2, oracle=0.55)).set_index("group").loc["overall"]
    assert found.share == pytest.approx(0.5 / 0.55)
    assert found.above_chance == 0


@settings(max_examples=15)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.5, 1), st.integers(0, 5)), min_size=2, max_size=40))
def test_intervals_hold_the_share_and_the_order_of_rows_does_not_matter(asked, rows):
    right, oracle, images = (np.array(column) for column in zip(*rows, strict=True))
    table = asked(right, images, oracle=oracle)
    for found in share_of_oracle(table).itertuples():
        assert found.n_clusters < 2 or found.low <= found.share <= found.high
    np.testing.assert_allclose(
        share_of_oracle(table[::-1]).drop(columns="group").to_numpy(dtype=float),
        share_of_oracle(table).drop(columns="group").to_numpy(dtype=float),
    )


def test_complaints_name_the_fault(asked):
    with pytest.raises(DataError, match="column 'oracle' is missing"):
        share_of_oracle(asked([1, 0]))
    with pytest.raises(DataError, match="question 'q1' has no value"):
        share_of_oracle(asked([1, 0], oracle=[0.8, np.nan]))
