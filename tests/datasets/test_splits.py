"""Splits by image, session and subject."""

import pandas as pd
import pytest

from neurona.datasets.splits import Split, by_image, by_session, by_subject
from neurona.errors import DataError
from neurona.programs.facts import Fact

IDS = [f"r{k}" for k in range(12)]
SUBJECTS = [f"sub-{k % 3}" for k in range(12)]


def test_by_image_draws_shares_of_the_images_and_counts_repeats_once():
    images = [f"i{k}" for k in range(50)]
    split = by_image(images * 3, test=0.2, validation=0.1, seed=3)
    assert (len(split.train), len(split.test), len(split.validation)) == (35, 10, 5)
    assert {*split.train, *split.test, *split.validation} == set(images)
    assert split == by_image(images[::-1], test=0.2, validation=0.1, seed=3)
    assert split.test != by_image(images, test=0.2, validation=0.1, seed=4).test


def test_one_subject_at_a_time():
    splits = by_subject(IDS, SUBJECTS)
    assert [split.name for split in splits] == ["subject-sub-0", "subject-sub-1", "subject-sub-2"]
    for k, split in enumerate(splits):
        assert split.test == tuple(IDS[k::3])
        assert sorted((*split.train, *split.test)) == sorted(IDS)


def test_sessions_in_folds():
    sessions = [f"ses-{k // 2}" for k in range(12)]
    splits = by_session(IDS, sessions, folds=3)
    assert sorted(name for split in splits for name in split.test) == sorted(IDS)
    of = dict(zip(IDS, sessions, strict=True))
    for split in splits:
        assert not {of[name] for name in split.train} & {of[name] for name in split.test}


def test_splits_that_are_none_are_refused():
    with pytest.raises(DataError, match=r"1 id.* on two sides, e.g. 'a'"):
        Split("mine", ("a", "b"), ("a",))
    with pytest.raises(DataError, match="0 for testing"):
        Split("mine", ("a",), ())
    with pytest.raises(DataError, match=r"1 subject\(s\) found, 2 are needed"):
        by_subject(["a", "b"], ["s", "s"])
    with pytest.raises(DataError, match=r"2 session\(s\) found, 5 are needed"):
        by_session(["a", "b"], ["s", "t"], folds=5)
    with pytest.raises(DataError, match="2 recordings but 1 subjects"):
        by_subject(["a", "b"], ["s"])


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
