"""Chains that agree have mixed; chains that stay apart have not."""

import numpy as np

from neurona.worlds.mixing import at_even_times, split_rhat


def test_chains_that_stay_apart_have_not_mixed():
    rng = np.random.default_rng(0)
    together = rng.normal(size=(4, 100))
    assert split_rhat(together) < 1.05
    assert split_rhat(together + 3 * np.arange(4)[:, None]) > 1.5
    assert split_rhat(np.ones((4, 100))) == 1.0


def test_a_value_counts_for_as_long_as_the_chain_stayed_there():
    values, time = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[6.0, 1.0, 0.5, 0.5]])
    np.testing.assert_array_equal(at_even_times(values, time), [[1.0, 1.0, 1.0, 2.0]])
    np.testing.assert_array_equal(at_even_times(values, np.ones((1, 4))), values)
