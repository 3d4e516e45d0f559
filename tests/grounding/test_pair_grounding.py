import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from neurona.grounding import PairGrounding

N, P, D, CONCEPTS, RELATIONS = 2, 5, 4, 3, 4


def grounding(**options) -> PairGrounding:
    rng = np.random.default_rng(0)
    model = PairGrounding(P, CONCEPTS, RELATIONS, D, rngs=nnx.Rngs(1), **options)
    for bias in (model.pair_bias, model.relation_bias, model.unary_bias):
        bias[...] = jnp.asarray(rng.normal(size=bias.shape), jnp.float32)
    return model


@pytest.fixture(scope="module")
def entities() -> jnp.ndarray:
    return jnp.asarray(np.random.default_rng(0).normal(size=(N, P, D)), jnp.float32)


def pair_by_pair(model: PairGrounding, entities: np.ndarray) -> np.ndarray:
    """g of every word `[N, word, P, P]`, the diagonal at -10, from the pair layer itself."""
    features = np.concatenate([entities, np.broadcast_to(model.position[...], (N, P, D))], axis=-1)
    full = np.full((N, CONCEPTS + RELATIONS, P, P), -10.0)
    for i in range(P):
        for j in range(P):
            if i != j:
                pair = features[:, j] @ np.asarray(model.object_map[...]).T + np.asarray(model.pair_bias[...])
                pair = pair + features[:, i] @ np.asarray(model.subject_map[...]).T
                scores = pair @ np.asarray(model.relation_weight[...]).T + np.asarray(model.relation_bias[...])
                full[:, :, i, j] = scores
    return full


def test_terms_add_up_to_the_pair_layer_computed_pair_by_pair(entities):
    model = grounding()
    scores, full = model(entities), pair_by_pair(model, np.asarray(entities))
    added = np.asarray(scores.subject)[..., :, None] + np.asarray(scores.object)[..., None, :]
    off = ~np.eye(P, dtype=bool)
    np.testing.assert_allclose(added[..., off], full[:, CONCEPTS:][..., off], rtol=1e-4, atol=1e-4)
    unary = np.asarray(entities) @ np.asarray(model.unary_weight[...]).T + np.asarray(model.unary_bias[...])
    expected = unary.swapaxes(1, 2)
    np.testing.assert_allclose(scores.region, expected[:, CONCEPTS:], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        scores.concepts, expected[:, :CONCEPTS] + full[:, :CONCEPTS].mean(2), rtol=1e-4, atol=1e-4
    )
    alone = grounding(relation_in_concepts=False)(entities)
    np.testing.assert_allclose(alone.concepts, expected[:, :CONCEPTS], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rank", [0, 2])
def test_words_on_demand_have_the_scores_they_have_among_all(entities, rank):
    model = grounding(rank=rank)
    concepts, relations = jnp.asarray([[2, 0], [1, 1]]), jnp.asarray([[3], [0]])
    whole, asked = model(entities), model(entities, concepts, relations)
    for n in range(N):
        np.testing.assert_allclose(asked.concepts[n], whole.concepts[n, concepts[n]], rtol=1e-4, atol=1e-5)
        for part in ("subject", "object", "region", "region_described"):
            expected = getattr(whole, part)[n, relations[n]]
            np.testing.assert_allclose(getattr(asked, part)[n], expected, rtol=1e-4, atol=1e-5)
        if rank:
            np.testing.assert_allclose(asked.weight[n], whole.weight[n, relations[n]], rtol=1e-6)


def test_described_rows_read_another_words_score(entities):
    plain, faulty = grounding(), grounding(described_rows=(0, 1, 2, 3))
    words = np.asarray(entities) @ np.asarray(plain.unary_weight[...]).T + np.asarray(plain.unary_bias[...])
    np.testing.assert_allclose(
        faulty(entities).region_described, words.swapaxes(1, 2)[:, :RELATIONS], rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(plain(entities).region_described, plain(entities).region)
