"""Where scenes are few, they are all the worlds there are; labels are listed."""

import numpy as np
import pytest

from neurona.encoding_models.class_model import ClassModelSettings
from neurona.encoding_models.known_facts import KnownFacts
from neurona.errors import DataError
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.worlds.listed import SceneList, few_scenes, labels_space


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
    vocabulary = Vocabulary(("cat", "face", "house"))
    rows = np.arange(36)
    scenes = SceneList.of_known(known(words[:36]), rows, features[:36], vocabulary, settings=ClassModelSettings())
    worlds = scenes.worlds(features[36:])
    shown = [next(iter(worlds.facts(row, int(share.argmax())))).name for row, share in enumerate(worlds.share)]
    assert np.mean([name == word for name, word in zip(shown, words[36:], strict=True)]) > 0.9
    np.testing.assert_allclose(worlds.share.sum(axis=1), 1)
    np.testing.assert_allclose(scenes.before.share, np.full((1, 3), 1 / 3))
    left_out, learned = scenes.held_out()
    assert learned.tolist() == rows.tolist()
    np.testing.assert_allclose(left_out.share.sum(axis=1), 1)
    assert not np.array_equal(left_out.share, scenes.worlds(features[:36]).share)


def test_labels_are_one_word_of_each_exclusive_category_said_of_one_thing():
    vocabulary = Vocabulary(
        ("cat", "face", "big", "small", "old"),
        categories={"Kind": ("cat", "face"), "Size": ("big", "small")},
        exclusive=("Kind", "Size"),
    )
    labels = labels_space(vocabulary)
    assert len(labels) == 4
    assert frozenset([Fact("cat"), Fact("big", ("cat",))]) in labels


def test_labels_that_an_axiom_rules_out_are_not_listed():
    vocabulary = Vocabulary(
        ("cat", "face", "big", "small"),
        categories={"Kind": ("cat", "face"), "Size": ("big", "small")},
        exclusive=("Kind", "Size"),
        axioms=("forall x. cat(x) -> ~big(x)",),
    )
    assert len(labels_space(vocabulary)) == 3


def test_without_an_exclusive_category_there_are_no_labels():
    with pytest.raises(DataError, match="exclusive"):
        labels_space(Vocabulary(("cat",)))
