import jax.numpy as jnp
import numpy as np
from flax import nnx

from neurona.grounding import AdditivePairs


def test_terms_add_up_to_the_pair_layer_computed_pair_by_pair():
    rng = np.random.default_rng(0)
    model = AdditivePairs(5, 7, 4, rngs=nnx.Rngs(1))
    model.pair_bias[...] = jnp.asarray(rng.normal(size=4), jnp.float32)
    model.relation_bias[...] = jnp.asarray(rng.normal(size=7), jnp.float32)
    entities = rng.normal(size=(2, 5, 4)).astype(np.float32)
    scores = model(jnp.asarray(entities))
    features = np.concatenate([entities, np.broadcast_to(model.position[...], (2, 5, 4))], axis=-1)
    for i in range(5):
        for j in range(5):
            pair = (
                features[:, j] @ np.asarray(model.object_map[...]).T
                + features[:, i] @ np.asarray(model.subject_map[...]).T
            )
            pair = pair + np.asarray(model.pair_bias[...])
            direct = pair @ np.asarray(model.relation_weight[...]).T + np.asarray(model.relation_bias[...])
            np.testing.assert_allclose(scores.subject[:, i] + scores.object[:, j], direct, rtol=1e-4, atol=1e-4)
    unary = entities @ np.asarray(model.unary_weight[...]).T + np.asarray(model.unary_bias[...])
    np.testing.assert_allclose(scores.unary, unary, rtol=1e-4, atol=1e-5)
