import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from sklearn.linear_model import LogisticRegression

from neurona.decoders import LinearEvidence
from neurona.encoders import NoiseWhitening
from neurona.execution import compile_programs, get_logic
from neurona.programs import Vocabulary, parse
from neurona.training import Targets, fit, held_out_losses
from neurona.training.checkpoint import restore_checkpoint, save_checkpoint
from neurona.training.fit import _train_one

WORDS = Vocabulary(concepts=("a", "b"))
N = 64


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(N, 3)).astype(np.float32)
    answer = (features @ [1.0, -2.0, 0.5] + rng.normal(size=N) > 0.3).astype(np.int32)
    queries = [parse("exists x. a(x)", WORDS)] * N
    programs = compile_programs(queries, WORDS, range(N))
    targets = Targets(jnp.asarray(answer), jnp.zeros(N, bool))
    return jnp.asarray(features), answer, programs, targets


def decoder(seed=0, size=3):
    identity = NoiseWhitening(np.zeros(size), np.eye(size))
    return LinearEvidence(identity, size, 2, get_logic("product"), rngs=nnx.Rngs(seed))


def test_single_concept_questions_are_logistic_regression(problem):
    features, answer, programs, targets = problem
    trained, losses = fit(decoder(), features, programs, targets, jnp.ones(N) / N, decay=0.1, steps=40)
    oracle = LogisticRegression(C=1 / (0.1 * N), tol=1e-8).fit(np.asarray(features), answer)
    np.testing.assert_allclose(np.asarray(trained.weight[...])[:, 0], oracle.coef_[0], rtol=2e-3, atol=1e-4)
    np.testing.assert_allclose(float(trained.bias[...][0]), oracle.intercept_[0], atol=2e-3)
    assert losses[-1] <= losses[0]


def test_questions_of_no_weight_have_no_influence(problem):
    features, answer, programs, targets = problem
    weights = jnp.asarray(np.arange(N) < 40, jnp.float32)
    once, _ = fit(decoder(), features, programs, targets, weights, decay=0.1, steps=30)
    other = Targets(jnp.asarray(np.where(np.arange(N) < 40, answer, 1 - answer)), targets.is_describe)
    moved = features.at[40:].set(9.0)
    again, _ = fit(decoder(), moved, programs, other, weights, decay=0.1, steps=30)
    np.testing.assert_allclose(np.asarray(once.weight[...]), np.asarray(again.weight[...]), rtol=1e-4, atol=1e-5)


def test_folds_decays_and_seeds_share_one_compiled_program(problem):
    features, _, programs, targets = problem
    fit(decoder(), features, programs, targets, jnp.ones(N), decay=0.1, steps=5)
    before = _train_one._cache_size()
    for seed, decay in ((1, 0.2), (2, 0.3)):
        fit(decoder(seed), features + seed, programs, targets, jnp.ones(N) * seed, decay=decay, steps=5)
    assert _train_one._cache_size() == before


def test_held_out_loss_prefers_decay_where_features_are_noise(problem):
    features, _, programs, _ = problem
    rng = np.random.default_rng(1)
    targets = Targets(jnp.asarray(rng.integers(0, 2, N), jnp.int32), jnp.zeros(N, bool))
    half = np.arange(N) % 2 == 0
    masks = jnp.asarray(np.stack([half, ~half]), jnp.float32)
    encoded = jnp.stack([features, features])
    losses = held_out_losses(decoder(), encoded, programs, targets, masks, 1 - masks, decays=(1e-4, 10.0), steps=20)
    assert losses[1] < losses[0]


def test_a_checkpoint_gives_the_same_answers_again(problem, tmp_path):
    features, _, programs, targets = problem
    trained, _ = fit(decoder(), features, programs, targets, jnp.ones(N), decay=0.1, steps=10)
    save_checkpoint(tmp_path / "c", {"fold": trained})
    fresh = decoder(seed=5)
    restore_checkpoint(tmp_path / "c", {"fold": fresh})
    np.testing.assert_array_equal(
        np.asarray(trained(features, programs).yes_no), np.asarray(fresh(features, programs).yes_no)
    )
