"""Noise ceilings: known signal-to-noise ratios, and answers to repeats."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from on_disk import on_disk

from neurona.errors import DataError
from neurona.evaluation import answer_agreement, ceiling_table, noise_ceiling, spearman_brown


def responses(rng, noise, images=400, repeats=4):
    signal = np.repeat(rng.normal(size=(images, len(noise))), repeats, axis=0)
    names = np.repeat([f"i{k}" for k in range(images)], repeats)
    return signal + np.array(noise) * rng.normal(size=signal.shape), names


def test_reliability_is_that_of_the_signal_planted():
    noise = np.array([0.5, 1.0, 3.0])
    features, names = responses(np.random.default_rng(0), noise, 2000)
    found = noise_ceiling(features, names, 10)
    np.testing.assert_allclose(found.reliability, 1 / (1 + noise**2 / 4), atol=0.06)
    np.testing.assert_allclose(found.single, 1 / (1 + noise**2), atol=0.06)
    np.testing.assert_allclose(found.ceiling, np.sqrt(found.reliability))
    assert (found.images, found.repeats) == (2000, 4)


def test_the_ceiling_is_what_the_true_signal_reaches():
    rng = np.random.default_rng(1)
    signal = rng.normal(size=500)
    features = np.repeat(signal, 2)[:, None] + rng.normal(size=(1000, 1))
    mean = features.reshape(500, 2).mean(axis=1)
    found = noise_ceiling(features, np.repeat(np.arange(500).astype(str), 2), 1)
    assert found.ceiling[0] == pytest.approx(np.corrcoef(signal, mean)[0, 1], abs=0.05)


def test_noise_has_no_ceiling_to_speak_of_and_odd_repeats_are_left_out():
    rng = np.random.default_rng(2)
    names = np.repeat([f"i{k}" for k in range(300)], 3)
    found = noise_ceiling(rng.normal(size=(900, 2)), names, 10)
    assert (np.abs(found.reliability) < 0.15).all()
    assert found.repeats == 2
    with pytest.raises(DataError, match=r"1 image\(s\) are shown twice"):
        noise_ceiling(rng.normal(size=(3, 2)), ["a", "a", "b"])


def test_features_that_are_looked_at_one_after_another_have_the_ceilings_that_they_have_together():
    features, names = responses(np.random.default_rng(0), np.array([0.5, 1.0, 3.0]), 20)
    whole = noise_ceiling(features, names, 3)
    with on_disk(rows=len(features), values=1):
        one_by_one = noise_ceiling(features, names, 3)
    np.testing.assert_allclose(one_by_one.reliability, whole.reliability, rtol=1e-12)


def test_entities_have_the_mean_of_their_features():
    features, names = responses(np.random.default_rng(0), np.array([0.1, 3.0, 0.1]), 100)
    ceiling = noise_ceiling(features, names, 5)
    table = ceiling_table(ceiling, np.array([1, 1, 0]), ["V1", "FFA", "empty"])
    assert table.entity.tolist() == ["V1", "FFA"]
    assert table.ceiling.tolist() == pytest.approx([ceiling.ceiling[2], ceiling.ceiling[:2].mean()])
    assert table.best[1] == pytest.approx(ceiling.ceiling[0])


@given(st.floats(0, 0.99), st.floats(1, 10))
def test_spearman_brown_goes_there_and_back(r, times):
    more = spearman_brown(np.array([r]), times)
    assert more[0] >= r - 1e-12
    np.testing.assert_allclose(spearman_brown(more, 1 / times), [r], atol=1e-9)


def repeated(asked, right, images):
    table = asked(right, images, truth=np.full(len(right), "yes"))
    return table.assign(recording=[f"r{k}" for k in range(len(table))])


def test_agreement_of_answers_is_counted_over_pairs_of_repeats(asked):
    found = answer_agreement(repeated(asked, [1, 1, 0, 1, 1, 0], [0, 0, 0, 1, 1, 2])).set_index("group").loc["overall"]
    assert found.pairs == 4
    assert found.agreement == pytest.approx(2 / 4)
    assert found.low <= found.agreement <= found.high
    assert found.accuracy == pytest.approx(4 / 5)


def test_accuracy_stays_below_the_bound_that_agreement_sets(asked):
    rng = np.random.default_rng(0)
    images = np.repeat(np.arange(400), 4)
    q = np.repeat(rng.beta(2, 0.7, 400), 4)
    found = answer_agreement(repeated(asked, rng.random(1600) < q, images)).set_index("group").loc["overall"]
    assert found.accuracy < found.at_most < 1
    sure = answer_agreement(repeated(asked, np.ones(20), np.repeat(np.arange(10), 2))).iloc[0]
    assert (sure.agreement, sure.at_most) == (1, 1)


def test_without_repeats_there_is_nothing_to_tell(asked):
    with pytest.raises(DataError, match="no repeats"):
        answer_agreement(asked([1, 0]))
    with pytest.raises(DataError, match="'image' is missing"):
        answer_agreement(pd.DataFrame(asked([1, 0])).drop(columns="image"))
