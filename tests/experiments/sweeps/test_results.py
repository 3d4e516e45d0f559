"""Means of a sweep over its seeds."""

from __future__ import annotations

import pandas as pd
import pytest

from neurona.experiments.sweeps.results import over_seeds


def runs(values, *, own_images, half=0.05):
    """Rows of one setting's finished runs."""
    return pd.DataFrame(
        {
            "decoder": "linear",
            "type": "overall",
            "status": "finished",
            "value": values,
            "low": [value - half for value in values],
            "high": [value + half for value in values],
            "chance": 0.5,
            "n": 100,
            "simulated": own_images,
            "own_images": own_images,
            "used_of_tested_people": "nothing",
            "over": "subject",
        }
    )


def test_seeds_that_answer_about_the_same_images_are_no_surer_of_these_than_one():
    """Eight fits that agree say that fitting is stable, not that there were eight times as many images."""
    alike = over_seeds(runs([0.7] * 8, own_images=False), ["decoder"]).iloc[0]
    assert (alike.low, alike.high) == pytest.approx((0.65, 0.75))
    own = over_seeds(runs([0.7, 0.71, 0.69], own_images=True), ["decoder"]).iloc[0]
    shared = over_seeds(runs([0.7, 0.71, 0.69], own_images=False), ["decoder"]).iloc[0]
    assert shared.low < own.low < own["mean"] < own.high < shared.high


def test_the_interval_of_one_seed_is_its_own_and_none_leaves_the_range_of_an_accuracy():
    one = over_seeds(runs([0.7], own_images=False), ["decoder"]).iloc[0]
    assert (one.low, one.high, one.seeds) == pytest.approx((0.65, 0.75, 1))
    far = over_seeds(runs([0.98, 0.6], own_images=True), ["decoder"]).iloc[0]
    assert (far.low, far.high) == (0.0, 1.0)


def test_a_sweep_whose_runs_all_failed_has_no_means():
    failed = pd.DataFrame([{"seed": 0, "status": "failed", "error": "no such folder"}])
    assert len(over_seeds(failed, [])) == 0
