import jax.numpy as jnp
import numpy as np
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.decoders import LinearEvidence
from neurona.encoders import NoiseWhitening
from neurona.execution import compile_programs, get_logic
from neurona.programs import Vocabulary, parse


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), entities=st.integers(1, 4))
def test_shares_of_entities_and_the_bias_add_up_to_the_score(seed, entities):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(30, 6))
    whitening = NoiseWhitening.of(values, rng.choice([-1.0, 1.0], size=(30, 1)), 0.2)
    decoder = LinearEvidence(whitening, 6, 2, get_logic("product"), rngs=nnx.Rngs(seed))
    decoder.weight[...] = jnp.asarray(rng.normal(size=(6, 2)), jnp.float32)
    decoder.bias[...] = jnp.asarray([0.3, -0.2], jnp.float32)
    features = jnp.asarray(values, jnp.float32)
    words = Vocabulary(concepts=("a", "b"))
    asked = [parse("exists x. a(x)", words), parse("exists x. b(x)", words)] * 30
    programs = compile_programs(asked, words, np.repeat(np.arange(30), 2).tolist())
    scores = np.asarray(decoder(features, programs).yes_no)[:60].reshape(30, 2)
    places = jnp.asarray(rng.integers(0, entities, 6), jnp.int32)
    shares = np.asarray(decoder.evidence(features, places, entities))
    assert shares.shape == (30, entities, 2)
    np.testing.assert_allclose(shares.sum(axis=1) + np.array([0.3, -0.2]), scores, rtol=1e-3, atol=2e-3)
