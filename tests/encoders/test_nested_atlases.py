import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from problem import signal_of

from neurona.encoders.nested_atlases import NestedAtlasesSettings, drawn, nested
from neurona.errors import ConfigError

CENTRES = np.random.default_rng(0).normal(size=(20, 3))
LEVELS = 3, 8


def embeddings() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(2, 20, 4)).astype(np.float32)


def means(own: np.ndarray, group: np.ndarray) -> np.ndarray:
    return np.stack([own[:, group == k].mean(1) for k in group], axis=1)


def test_parcels_of_a_finer_level_lie_within_those_of_a_coarser():
    coarse, fine = (np.array(group) for group in nested(CENTRES, LEVELS))
    assert (coarse.max() + 1, fine.max() + 1) == LEVELS
    for k in range(LEVELS[1]):
        assert len(set(coarse[fine == k])) == 1


@pytest.mark.parametrize(("kept", "level"), [((0, 0, 0), 0), ((1, 0, 0), 1), ((1, 1, 0), 2), ((1, 1, 1), 3)])
def test_what_is_not_kept_is_shared_with_the_coarser_parcel(kept, level):
    groups, own = nested(CENTRES, LEVELS), embeddings()
    levels = [np.zeros(20, int), *map(np.array, groups), np.arange(20)]
    found = drawn(jnp.asarray(own), groups, jnp.broadcast_to(jnp.asarray(kept, jnp.float32)[:, None], (3, 4)))
    np.testing.assert_allclose(found, means(own, levels[level]), rtol=1e-4, atol=1e-5)


def test_it_is_the_posterior_mean_of_a_hierarchical_normal_model():
    """Deviations from the group, of variance s2, seen through noise of variance n2: found again best with k = s2 / (s2 + n2)."""
    rng, s2, n2 = np.random.default_rng(2), 0.5, 2.0
    group = np.repeat(np.arange(10), 100)
    truth = np.array(rng.normal(size=10))[group] + np.sqrt(s2) * rng.normal(size=1000)
    own = jnp.asarray((truth + np.sqrt(n2) * rng.normal(size=1000))[None, :, None], jnp.float32)

    def error(k: float) -> float:
        found = drawn(own, (tuple(group.tolist()),), jnp.asarray([[1.0], [k]]))
        return float(((np.asarray(found)[0, :, 0] - truth) ** 2).mean())

    grid = np.linspace(0, 1, 21)
    assert abs(grid[np.argmin([error(k) for k in grid])] - s2 / (s2 + n2)) <= 0.1


def test_levels_that_do_not_grow_are_refused():
    with pytest.raises(ConfigError, match=r"decoder\.encoder\.levels: \[4, 2\] parcels of 5 entities"):
        NestedAtlasesSettings(levels=(4, 2)).build(signal_of([(k,) for k in range(5)], 1), 4, rngs=nnx.Rngs(0))
