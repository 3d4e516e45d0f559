"""Dissimilarities of 92 images, from the real file."""

import numpy as np
import pytest

import neurona as nr
from neurona.datasets.readers.kriegeskorte92 import categories
from neurona.datasets.readers.r_files import read_r
from neurona.decoders.label_worlds import LabelWorlds


@pytest.fixture(scope="module")
def file(recorded):
    pytest.importorskip("rdata")
    return recorded("kriegeskorte92") / "rdms.rds"


def test_categories_are_those_of_the_files_own_model_matrices(file):
    models = read_r(file)["model"]
    animate = np.array(["animal" in words for words in categories()])
    np.testing.assert_array_equal(models["animacy"], animate[:, None] != animate)
    kind = np.array([words[0] for words in categories()])
    np.testing.assert_array_equal(models["FaceBodyManmadeNatobj"], kind[:, None] != kind)


def test_rows_are_images_in_each_space(file):
    dataset = nr.load_dataset("kriegeskorte92", file.parent, spaces=["people", "monkey"])
    data = dataset.recordings.data
    assert data.shape == (184, 92, 1)
    assert len(set(dataset.images)) == 92
    people = data.values[:92, :, 0]
    np.testing.assert_array_equal(people, people.T)
    assert (people.diagonal() == 0).all()
    single = [
        nr.load_dataset("kriegeskorte92", file.parent, spaces=[who]).recordings.data.values
        for who in ("BE", "KO", "SN", "TI")
    ]
    np.testing.assert_allclose(np.mean(single, axis=0)[..., 0], people, rtol=1e-5)


def test_what_is_nested_and_what_is_the_exception(file):
    dataset = nr.load_dataset("kriegeskorte92", file.parent)
    yes = dataset.questions[dataset.questions.answer == "yes"].program.value_counts()
    assert yes["exists x. animal(x)"] == 48
    assert yes["exists x. human(x)"] == yes["exists x. face(x)"] == yes["exists x. nonhuman(x)"] == 24
    assert yes["exists x. nonhuman_face(x)"] == 12
    worlds = LabelWorlds.of(dataset.vocabulary)
    listed = {frozenset(np.array(worlds.words)[row > 0]) for row in worlds.holds}
    assert listed == {frozenset(words) for words in categories()}
