"""Where scenes are few, they are all the worlds there are."""

import numpy as np

from neurona.encoding_models.known_facts import KnownFacts
from neurona.encoding_models.scene_list import SceneList, few_scenes
from neurona.scenes.scene_graph import Fact


def known(words: list[str]) -> list[KnownFacts]:
    return [KnownFacts(frozenset([Fact(word)]), complete=True) for word in words]


def test_scenes_are_few_where_each_is_seen_again():
    assert few_scenes(known(["face", "cat"] * 4))
    assert not few_scenes(known(list("abcdefgh")))
    assert not few_scenes(known(["face"] * 6))


def test_the_posterior_finds_the_scene_and_knows_the_prior():
    rng = np.random.default_rng(0)
    classes = np.arange(48) % 3
    features = (3 * np.eye(3)[classes] @ rng.normal(size=(3, 10)) + rng.normal(size=(48, 10))).astype(np.float32)
    words = [("cat", "face", "house")[k] for k in classes]
    scenes = SceneList.fit(known(words[:36]), features[:36], ("cat", "face", "house"), ())
    posterior = scenes.posterior(features[36:], 12)
    assert (posterior.argmax(axis=1) == classes[36:]).mean() > 0.9
    np.testing.assert_allclose(posterior.sum(axis=1), 1)
    np.testing.assert_allclose(scenes.posterior(None, 2), np.full((2, 3), 1 / 3))
