"""Poolings: the score of a recording and the place of a word, told by scores of entities."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from neurona.execution import get_logic
from neurona.grounding import POOLINGS, Gate, PairGrounding, pooled

SCORES = np.random.default_rng(0).normal(size=(2, 3, 6)).astype(np.float32)
WHERE = np.random.default_rng(1).normal(size=(2, 3, 6)).astype(np.float32)
ATTENTION = np.exp(WHERE) / np.exp(WHERE).sum(-1, keepdims=True)
EXPECTED = {
    "max": (SCORES.max(-1), SCORES),
    "mean": (SCORES.mean(-1), SCORES),
    "logsumexp": (np.log(np.exp(SCORES).mean(-1)), SCORES),
    "attention": ((ATTENTION * SCORES).sum(-1), WHERE),
}


@pytest.mark.parametrize("pooling", POOLINGS)
def test_programs_read_score_and_place_from_entity_scores(pooling):
    score, where = EXPECTED[pooling]
    found = pooled(jnp.asarray(SCORES), pooling, jnp.asarray(where))
    logic = get_logic("goedel")
    np.testing.assert_allclose(logic.exists(found, -1), score, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(logic.the(found, -1), jax.nn.softmax(where, -1), rtol=1e-5, atol=1e-6)


def test_attention_over_scores_is_a_linear_read_out_of_pooled_embeddings():
    """Ilse et al., eq. 7 to 9, written on embeddings."""
    rng = np.random.default_rng(2)
    entities = jnp.asarray(rng.normal(size=(2, 6, 4)), jnp.float32)
    model = PairGrounding(6, 2, 1, 4, relation_in_concepts=False, pooling="attention", rngs=nnx.Rngs(0))
    found = model(entities).concepts.max(-1)
    content, gate, word = (np.asarray(part[...]) for part in (model.gate.content, model.gate.gate, model.gate.word))
    for n, h in enumerate(np.asarray(entities)):
        for c in range(2):
            logits = (np.tanh(h @ content.T) / (1 + np.exp(-h @ gate.T))) @ word[c]
            z = np.exp(logits) / np.exp(logits).sum() @ h
            expected = z @ np.asarray(model.unary_weight[...])[c] + float(model.unary_bias[c])
            np.testing.assert_allclose(found[n, c], expected, rtol=1e-4, atol=1e-5)


def test_log_sum_exp_of_log_likelihood_ratios_is_that_of_one_carrier_among_many():
    """Unit Gaussians, one of P shifted by d: the ratio of densities, averaged over where it might be."""
    x, d = np.random.default_rng(3).normal(size=5), 3.0
    ratios = np.exp(-((x - d) ** 2) / 2) / np.exp(-(x**2) / 2)
    found = pooled(jnp.asarray(d * x - d**2 / 2), "logsumexp").max()
    np.testing.assert_allclose(found, np.log(ratios.mean()), rtol=1e-5)


def test_words_on_demand_look_where_they_look_among_all():
    gate = Gate(4, 3, rngs=nnx.Rngs(0))
    entities = jnp.asarray(np.random.default_rng(4).normal(size=(2, 5, 3)), jnp.float32)
    words = jnp.asarray([[3, 0], [1, 1]])
    whole, asked = gate(entities, jnp.arange(4)), gate(entities, words)
    for n in range(2):
        np.testing.assert_allclose(asked[n], whole[n, words[n]], rtol=1e-5, atol=1e-6)
