"""Carriers: found where they were planted, nowhere in noise, whatever its autocorrelation; and no test that could find nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from neurona.errors import DataError
from neurona.evaluation import carrier_test

WORDS, ENTITIES = [f"w{k}" for k in range(4)], [f"e{k}" for k in range(6)]


def series(rng, runs, size, columns, autocorrelation):
    found = rng.normal(size=(runs, size, columns))
    for t in range(1, size):
        found[:, t] = autocorrelation * found[:, t - 1] + np.sqrt(1 - autocorrelation**2) * found[:, t]
    return found.reshape(runs * size, columns)


def recordings(seed=0, effect=0.0, autocorrelation=0.6, runs=14, size=16):
    """Words that go together, shown by every third recording; w_k is carried by e_k alone, w3 by nothing. Every entity has two features."""
    rng = np.random.default_rng(seed)
    shown = series(rng, runs, size, 4, autocorrelation) + series(rng, runs, size, 1, autocorrelation)
    shown = (shown > 0.6).astype(float)
    responses = series(rng, runs, size, 12, autocorrelation)
    for k in range(3):
        responses[:, 2 * k] += effect * shown[:, k]
    return responses, np.repeat(np.arange(6), 2), ENTITIES, shown, WORDS, np.repeat(np.arange(runs), size)


@pytest.mark.parametrize("null", ["flips", "shifts"])
def test_words_are_found_where_they_are_carried_and_there_alone(null):
    found = carrier_test(*recordings(effect=1.5), null=null, rate=0.005)
    planted = np.eye(4, 6, dtype=bool)
    planted[3] = False
    np.testing.assert_array_equal(found.carried(WORDS, ENTITIES), planted)
    assert found.null == null
    assert f"{found.moves:,} times" in found.said


@pytest.mark.parametrize("null", ["flips", "shifts"])
def test_p_is_even_where_autocorrelated_words_and_noise_have_nothing_to_do_with_each_other(null):
    p = np.concatenate([carrier_test(*recordings(seed), null=null, seed=seed).table.p for seed in range(12)])
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.035)
    assert stats.kstest(p, "uniform").pvalue > 0.001


def test_so_few_moves_that_nothing_could_be_found_are_refused():
    with pytest.raises(DataError, match="draw 480 or more"):
        carrier_test(*recordings(), moves=199)
    with pytest.raises(DataError, match=r"flips of 6 run\(s\) differ in 32 ways only"):
        carrier_test(*recordings(runs=6), null="flips")


def test_words_of_an_exclusive_set_are_tested_against_the_others_together():
    responses, entity, names, shown, words, runs = recordings()
    label = np.random.default_rng(0).integers(0, 4, len(runs))
    shown = np.eye(4)[label]
    responses[:, 4] += 2.0 * shown[:, 1]
    with pytest.raises(DataError, match="told apart"):
        carrier_test(responses, entity, names, shown, words, runs)
    found = carrier_test(responses, entity, names, shown, words, runs, exclusive=[words])
    assert found.carried(words, names)[1].tolist() == [False, False, True, False, False, False]


def test_what_others_tell_and_what_is_hardly_shown_is_left_out():
    responses, entity, names, shown, words, runs = recordings(effect=1.5)
    shown = np.column_stack([shown, shown[:, 0], np.eye(1, len(shown))[0]])
    found = carrier_test(responses, entity, names, shown, [*words, "same", "rare"], runs)
    assert found.left_out == ("w0", "same", "rare")
    assert found.carried(words, names)[:2].tolist() == [[False] * 6, np.eye(6, dtype=bool)[1].tolist()]


def test_recordings_of_which_nothing_is_known_say_nothing():
    responses, entity, names, shown, words, runs = recordings(effect=2.0)
    unknown = shown.copy()
    unknown[::7] = np.nan
    found = carrier_test(responses, entity, names, unknown, words, runs)
    assert found.carried(words, names)[:3].diagonal().all()


def test_too_few_recordings_for_so_many_words_are_refused():
    rng = np.random.default_rng(0)
    shown = (rng.random((60, 50)) < 0.5).astype(float)
    with pytest.raises(DataError, match="too few to tell 50 words apart"):
        carrier_test(
            rng.normal(size=(60, 6)),
            np.arange(6),
            ENTITIES,
            shown,
            [f"w{k}" for k in range(50)],
            np.repeat(range(3), 20),
        )
