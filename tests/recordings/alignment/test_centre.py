"""Centring takes the mean off and keeps the scale."""

import numpy as np
from drifting import EACH, drifting

from neurona.recordings.alignment.centre import Centre


def test_every_run_has_mean_0_and_its_own_spread():
    recordings = drifting()
    aligned = Centre().fit(recordings, np.ones(96, bool)).apply(recordings).data.values
    runs = aligned.reshape(8, EACH, 6, 10)
    np.testing.assert_allclose(runs.mean(axis=1), 0, atol=1e-4)
    np.testing.assert_allclose(
        aligned[1] - aligned[0], (recordings.data.values[1] - recordings.data.values[0]), atol=1e-4
    )
