"""From scene graphs to a table that a conversion asks."""

import numpy as np
import pandas as pd
import pytest

from neurona.datasets.scene_question_table import scene_questions, write_questions
from neurona.datasets.stimulus_questions import read_questions
from neurona.errors import DataError
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing


def scenes(n=60):
    """People and animals who hold, eat or ride things."""
    rng = np.random.default_rng(0)
    nouns, verbs = ("person", "dog", "cat", "horse"), ("hold", "eat", "ride")
    made = []
    for k in range(n):
        one, other = rng.choice(nouns, 2, replace=False)
        things = (Thing(str(one), ("red",) if rng.random() < 0.5 else ()), Thing(str(other)))
        made.append(SceneGraph(f"image{k}", things, (Relationship(0, str(rng.choice(verbs)), 1),)))
    return made


def test_yes_and_no_are_as_frequent_in_each_part_and_training_words_are_all_there_are():
    found = scene_questions(scenes(), per_scene=10, test=0.3, seed=1)
    assert list(found.table) == ["image", "part", "program", "answer", "type", "negative", "pair", "hops"]
    yes_no = found.table[found.table.answer.isin(["yes", "no"])]
    shares = yes_no.groupby(["part", "program"]).answer.apply(lambda answers: (answers == "yes").mean())
    assert (shares == 0.5).all()
    assert set(found.table.part) == {"train", "test"}


@pytest.mark.parametrize("suffix", [".parquet", ".tsv"])
def test_the_table_is_asked_of_the_recordings_that_show_the_images(tmp_path, suffix):
    found = scene_questions(scenes(), per_scene=10, test=0.3)
    path = write_questions(found.table, tmp_path / f"questions{suffix}")
    images = sorted(set(found.table.image))
    asked = read_questions(path, [f"r{k}" for k in range(len(images))], images)
    assert len(asked.table) + sum(asked.left_out.values()) == len(found.table)
    parts = dict(zip(found.table.image, found.table.part, strict=True))
    assert asked.parts == {f"r{k}": parts[image] for k, image in enumerate(images)}


def test_the_same_seed_asks_the_same(tmp_path):
    pd.testing.assert_frame_equal(scene_questions(scenes()).table, scene_questions(scenes()).table)


def test_combinations_are_held_out():
    found = scene_questions(scenes(200), split="unseen", test=0.3)
    yes_no = found.table[found.table.answer.isin(["yes", "no"])]
    train, test = (set(yes_no.program[yes_no.part == part]) for part in ("train", "test"))
    assert test
    assert not train & test


def test_what_cannot_be_asked_is_an_error(tmp_path):
    with pytest.raises(DataError, match="unknown split 'imag'; did you mean 'image'"):
        scene_questions(scenes(), split="imag")
    with pytest.raises(DataError, match=r"ends in \.parquet or \.tsv"):
        write_questions(pd.DataFrame(), tmp_path / "a.csv")
