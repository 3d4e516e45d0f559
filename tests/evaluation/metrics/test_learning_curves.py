"""Learning curves: means and bands."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from neurona.errors import DataError
from neurona.evaluation import CurveRun, learning_curve_table


def test_the_band_is_a_t_interval_over_seeds(asked):
    rates = (0.6, 0.7, 0.8)
    runs = [CurveRun("a", 500, seed, asked(np.arange(100) < 100 * rate, oracle=0.9)) for seed, rate in enumerate(rates)]
    found = learning_curve_table(runs, own_images=True).iloc[0]
    low, high = stats.t.interval(0.95, 2, loc=0.7, scale=stats.sem(rates))
    assert (found.accuracy, found.low, found.high) == pytest.approx((0.7, low, high))
    assert (found.seeds, found.n, found.oracle, found.chance) == (3, 300, pytest.approx(0.9), 0.5)


def test_seeds_that_share_their_images_do_not_make_the_images_more(asked):
    """However many seeds agree, the band is no narrower than that of one."""
    right = np.random.default_rng(0).random(100) < 0.7
    one, many = (
        learning_curve_table([CurveRun("a", 500, seed, asked(right)) for seed in range(seeds)]).iloc[0]
        for seeds in (1, 8)
    )
    assert many.high - many.low >= 0.95 * (one.high - one.low)
    assert many.seeds == 8


def test_one_seed_has_the_interval_of_its_answers_and_decoders_keep_their_order(asked):
    runs = [CurveRun(name, n, 0, asked(np.arange(40) < 30)) for name in ("b", "a") for n in (1000, 250)]
    table = learning_curve_table(iter(runs))
    assert table.decoder.tolist() == ["b", "b", "a", "a"]
    assert table.n_train.tolist() == [250, 1000, 250, 1000]
    assert (table.low < 0.75).all()
    assert (table.high > 0.75).all()
    assert table.oracle.isna().all()


def test_complaints_name_the_run(asked):
    run = CurveRun("a", 250, 0, asked([1, 0]))
    with pytest.raises(DataError, match="run of 'a' on 250 recordings, seed 0 stands twice"):
        learning_curve_table([run, run])
    with pytest.raises(DataError, match="no questions 'describe'"):
        learning_curve_table([run], "describe")
    with pytest.raises(DataError, match="no runs"):
        learning_curve_table([])
