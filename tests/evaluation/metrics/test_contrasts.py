"""Seen against held combinations: losses, their intervals, and differences between decoders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.evaluation import loss_table


def answers(asked, rate, seed, n=100, first_image=0, **columns):
    rng = np.random.default_rng(seed)
    return asked(rng.random(4 * n) < rate, np.repeat(np.arange(n) + first_image, 4), **columns)


def row(table, group):
    return table[table.group == group].iloc[0]


def test_a_loss_is_the_difference_of_accuracies_with_its_interval(asked):
    found = row(loss_table(answers(asked, 0.9, 0), answers(asked, 0.7, 1, first_image=500)), "overall")
    assert found.loss == pytest.approx(found.seen - found.held)
    assert found.low <= 0.2 <= found.high
    assert found.p < 1e-4
    assert (found.n_seen, found.n_held, found.seen_chance) == (400, 400, 0.5)


def test_intervals_hold_the_true_loss_as_often_as_they_say(asked):
    held = 0
    for seed in range(25):
        table = loss_table(answers(asked, 0.8, seed, 40), answers(asked, 0.7, 1000 + seed, 40, first_image=500))
        found = row(table, "overall")
        held += found.low <= 0.1 <= found.high
    assert held >= 20


@settings(max_examples=15)
@given(
    right=st.lists(st.booleans(), min_size=3, max_size=30),
    held=st.lists(st.booleans(), min_size=3, max_size=30),
    apart=st.booleans(),
)
def test_the_interval_holds_the_loss(asked, right, held, apart):
    seen = asked(right, np.arange(len(right)) // 2)
    other = asked(held, np.arange(len(held)) // 2 + 100 * apart)
    for found in loss_table(seen, other).itertuples():
        assert found.low <= found.loss <= found.high


def test_seeds_that_asked_the_same_images_are_not_more_images(asked):
    seen, held = answers(asked, 0.9, 0), answers(asked, 0.7, 1, first_image=500)
    pooled = [pd.concat([side.assign(seed=seed) for seed in range(9)], ignore_index=True) for side in (seen, held)]
    alone = row(loss_table(seen, held), "overall")
    apart, together = row(loss_table(*pooled), "overall"), row(loss_table(*pooled, by=("image",)), "overall")
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.15)
    assert apart.high - apart.low < (together.high - together.low) / 2
