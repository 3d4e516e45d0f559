"""Features of one trial are those that the fitted entities make of it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.errors import ConfigError
from neurona.exporting.feature_paths import features_path
from neurona.recordings.entities.fitted import Loadings, SideBySide
from neurona.recordings.entities.kernels import RandomKernels
from neurona.recordings.entities.tangent import TangentSpace
from neurona.recordings.entities.windows import Bins

RNG = np.random.default_rng(0)
TANGENT = TangentSpace(100.0, 2, 40, ((8.0, 13.0), (13.0, 30.0)), np.stack([np.eye(4) + 0.1, 2 * np.eye(4)]))
WAYS = {
    "means over bins": Bins(7, (0.1, 0.9)),
    "every sample": Bins(40),
    "loadings": Loadings(RNG.normal(size=(4, 3))),
    "tangents": TANGENT,
    "views": SideBySide((Bins(2), TANGENT)),
}


@pytest.mark.parametrize("name", WAYS)
def test_one_trial_has_the_features_that_it_has_among_others(name):
    signal, way = RNG.normal(size=(3, 4, 40)).astype(np.float32), WAYS[name]
    path = features_path(way)
    with jax.enable_x64(path.wide):
        weights = {key: jnp.asarray(one) for key, one in path.weights.items()}
        found = np.stack([path.function(weights, jnp.asarray(one)) for one in signal])
    np.testing.assert_allclose(found, way(signal), rtol=1e-5, atol=1e-5)


def test_random_kernels_are_refused():
    kernels = RandomKernels(0, 40, (1,), np.ones((1, 1, 84, 4), bool), np.zeros((1, 1, 84), np.float32))
    with pytest.raises(ConfigError, match="choose entities"):
        features_path(kernels)
