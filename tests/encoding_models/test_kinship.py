"""Kin say of each other what a joint Gaussian says, as far as they are alike, and nothing where they are not."""

import numpy as np
import pytest

from neurona.encoding_models.bindings import BANDS, Bindings
from neurona.encoding_models.kinship import Estimates, Kinship, alike, lend, shared_prior
from neurona.programs.facts import Fact

RNG = np.random.default_rng(0)
WORDS = tuple(f"w{k:02d}" for k in range(24))
KINDS = {word: f"kind{k // 6}" for k, word in enumerate(WORDS)}
BINDINGS = Bindings.learn([[Fact(word) for word in WORDS]])
GROUPS, EACH = 12, 8
GROUP = np.repeat(np.arange(GROUPS), EACH)


def estimates(kappa, kinds=KINDS, carriers=None):
    """Rough estimates of planted patterns: 3 of a kind's 4 groups carry a word, and kin share kappa of a pattern's variance."""
    carriers = np.zeros((len(WORDS), GROUPS), np.float32) if carriers is None else carriers
    common = {kind: RNG.normal(size=len(GROUP)) for kind in sorted(set(kinds.values()))}
    favourites = {kind: RNG.choice(GROUPS, 4, replace=False) for kind in common}
    patterns = np.zeros((len(WORDS), len(GROUP)))
    for k, word in enumerate(WORDS):
        if not carriers[k].any():
            carriers[k, RNG.choice(favourites[kinds[word]], 3, replace=False)] = 1
        drawn = np.sqrt(kappa) * common[kinds[word]] + np.sqrt(1 - kappa) * RNG.normal(size=len(GROUP))
        patterns[k] = drawn * carriers[k, GROUP]
    count = RNG.uniform(1, 8, (len(WORDS), 1)).astype(np.float32)
    rough = (patterns + RNG.normal(size=patterns.shape) / np.sqrt(count)).astype(np.float32)
    share = np.full(len(WORDS), 0.25)
    return Estimates(
        rough, count, np.ones_like(rough), np.clip(carriers, 0.01, 0.99), share, GROUP, np.zeros(len(WORDS), np.int64)
    ), patterns


def with_alike(kinds, kappa):
    kinship = Kinship.of(BINDINGS, kinds, len(BANDS))
    return Kinship(kinship.kin, np.full(len(BANDS), kappa), np.zeros(len(BANDS)))


def test_what_kin_say_is_the_conditional_mean_of_a_joint_gaussian():
    own, _ = estimates(0.6, carriers=np.ones((len(WORDS), GROUPS), np.float32))
    own = own._replace(alone=np.ones_like(own.alone))
    said = lend(with_alike(KINDS, 0.6), own)
    # Of one kind: the first word given the rough estimates of the five others.
    joint = 0.6 * np.ones((6, 6)) + 0.4 * np.eye(6)
    gain = np.linalg.solve(joint[1:, 1:] + np.diag(1 / own.worth[1:6, 0]), joint[1:, 0])
    np.testing.assert_allclose(said.mean[0], gain @ own.rough[1:6], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(said.variance[0], 1 - gain @ joint[1:, 0], rtol=1e-4)


def test_how_alike_kin_are_is_found_and_words_exchanged_between_kinds_are_strangers():
    own, _ = estimates(0.6)
    found = alike(Kinship.of(BINDINGS, KINDS, len(BANDS)), own)
    assert found.alike[0] == pytest.approx(0.6, abs=0.16)
    assert found.together[0] > 0
    exchanged = dict(zip(WORDS, [f"kind{k % 6}" for k in range(len(WORDS))], strict=True))
    strangers = alike(Kinship.of(BINDINGS, exchanged, len(BANDS)), own)
    assert strangers.alike[0] <= 0.1
    assert strangers.together[0] <= 0.1


def test_without_alikeness_every_word_stands_for_itself():
    own, _ = estimates(0.0)
    said = lend(Kinship.of(BINDINGS, KINDS, len(BANDS)), own)
    assert not said.mean.any()
    np.testing.assert_allclose(said.variance, own.slab)
    np.testing.assert_allclose(said.carried, 0.25, rtol=1e-6)


def test_words_without_kin_and_bindings_of_two_words_are_nobodys():
    bindings = Bindings.learn([[Fact("cat"), Fact("dog"), Fact("car"), Fact("red", ("cat",)), Fact("red", ("dog",))]])
    kinship = Kinship.of(bindings, {"cat": "pet", "dog": "pet", "red": "colour"}, len(BANDS))
    kin = {
        tuple(sorted((bindings.features[j].words, bindings.features[k].words)))
        for j, k in zip(*kinship.kin.nonzero(), strict=True)
    }
    assert kin == {(("cat",), ("dog",))}


def test_read_outs_of_one_kind_are_correlated_before_they_are_learned():
    found = shared_prior(("cat", "car", "dog", "box"), {"cat": "animal", "dog": "animal", "car": "vehicle"}, 0.5)
    np.testing.assert_array_equal(found, [[1, 0, 0.5, 0], [0, 1, 0, 0], [0.5, 0, 1, 0], [0, 0, 0, 1]])
