"""Splits of ids, and the questions of their parts."""

import pandas as pd
import pytest

from neurona.datasets.splits import Split, as_published, by_image
from neurona.errors import DataError
from neurona.programs.facts import Fact


def test_by_image_draws_shares_of_the_images_and_counts_repeats_once():
    images = [f"i{k}" for k in range(50)]
    split = by_image(images * 3, test=0.2, validation=0.1, seed=3)
    assert (len(split.train), len(split.test), len(split.validation)) == (35, 10, 5)
    assert {*split.train, *split.test, *split.validation} == set(images)
    assert split == by_image(images[::-1], test=0.2, validation=0.1, seed=3)
    assert split.test != by_image(images, test=0.2, validation=0.1, seed=4).test


def test_the_published_test_images_stay_what_they_are_and_validation_comes_from_training():
    parts = {f"i{k}": "test" if k % 4 == 0 else "train" for k in range(40)}
    split = as_published(parts, validation=0.1, seed=2)
    assert set(split.test) == {name for name, part in parts.items() if part == "test"}
    assert len(split.validation) == 3
    assert set(split.train) | set(split.validation) == {name for name, part in parts.items() if part == "train"}


def test_a_split_of_images_is_a_fold_of_their_recordings():
    fold = Split("mine", ("a",), ("b",), ("c",)).fold(["a", "b", "a", "d", "c"])
    assert fold.train.tolist() == [True, False, True, False, False]
    assert fold.test.tolist() == [False, True, False, False, False]
    assert fold.validation.tolist() == [False, False, False, False, True]


def test_a_fold_of_many_recordings_takes_as_long_as_their_number():
    ids = [f"i{k}" for k in range(100_000)]
    fold = Split("mine", tuple(ids[:90_000]), tuple(ids[90_000:])).fold(
        ids
    )  # with a table made for each recording: hours
    assert (fold.train.sum(), fold.test.sum()) == (90_000, 10_000)


def test_splits_that_are_none_are_refused():
    with pytest.raises(DataError, match=r"1 id.* on two sides, e.g. 'a'"):
        Split("mine", ("a", "b"), ("a",))
    with pytest.raises(DataError, match="0 for testing"):
        Split("mine", ("a",), ())


def questions(*rows):
    return pd.DataFrame(rows, columns=["image", "program", "answer"])


RIDE, HOLD = "exists x. man(x) & ride(x, the y. horse(y))", "exists x. man(x) & hold(x, the y. horse(y))"


def test_questions_go_to_their_images_part_and_unasked_words_are_left_out_and_counted():
    split = Split("mine", ("a", "b"), ("c",))
    rows = questions(("a", RIDE, "yes"), ("b", RIDE, "no"), ("c", RIDE, "yes"), ("c", HOLD, "no"), ("d", RIDE, "no"))
    found = split.select(rows)
    assert found.train.image.tolist() == ["a", "b"]
    assert found.test.program.tolist() == [RIDE]
    assert found.removed == {"of no part": 1, "test: words never asked about in training": 1}


def test_held_combinations_leave_training_and_alone_are_tested():
    split = Split("mine", ("a",), ("c",), ("b",), held=frozenset({Fact("ride", ("man", "horse"))}))
    describe = "describe Action(the x. man(x), the y. horse(y))"
    rows = questions(
        ("a", RIDE, "no"),
        ("a", describe, "ride"),
        ("a", describe, "hold"),
        ("a", "exists x. man(x) & ride(x, the y. cow(y))", "yes"),
        ("a", "exists x. ~man(x)", "no"),
        ("b", RIDE, "no"),
        ("c", RIDE, "yes"),
        ("c", describe, "ride"),
        ("c", describe, "hold"),
        ("c", "exists x. man(x)", "yes"),
    )
    found = split.select(rows)
    assert found.train.answer.tolist() == ["hold", "yes"]
    assert found.test.answer.tolist() == ["yes", "ride"]
    assert found.validation.empty
    assert found.removed == {
        "training: about held combinations": 3,
        "validation: about held combinations": 1,
        "test: not about held combinations": 2,
    }


def test_nothing_left_and_a_missing_column_are_refused():
    with pytest.raises(DataError, match="no questions for test"):
        Split("mine", ("a",), ("c",)).select(questions(("a", RIDE, "yes")))
    with pytest.raises(DataError, match="no column 'recording'"):
        Split("mine", ("a",), ("c",)).select(questions(("a", RIDE, "yes")), by="recording")
