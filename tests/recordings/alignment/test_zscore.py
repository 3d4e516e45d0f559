"""Z-scoring undoes what each run does to each channel."""

import numpy as np
import pytest
from drifting import EACH, drifting

from neurona.recordings.alignment.zscore import ZScore

ALL = np.ones(96, bool)


def test_every_channel_of_every_run_has_mean_0_and_variance_1():
    recordings = drifting()
    aligned = ZScore().fit(recordings, ALL).apply(recordings).data.values.reshape(8, EACH, 6, 10)
    np.testing.assert_allclose(aligned.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose((aligned**2).mean(axis=(1, 3)), 1, rtol=1e-4)


@pytest.mark.parametrize("by", ["run", "session", "subject"])
def test_gains_and_offsets_of_a_group_make_no_difference(by):
    plain, other = drifting(drift=0.0), drifting(drift=0.0)
    change = {
        "run": 2 + np.arange(96) // EACH,
        "session": 2 + np.arange(96) // (2 * EACH),
        "subject": 2 + np.arange(96) // 48,
    }
    other.data.values[:] = other.data.values * change[by][:, None, None] + 10 * change[by][:, None, None]
    aligned = [ZScore(by=by).fit(one, ALL).apply(one).data.values for one in (plain, other)]
    np.testing.assert_allclose(*aligned, atol=1e-4)
