"""From one value of a column to another; conjunctions of columns, seen and unseen."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.datasets.label_questions import Shown, questions_from_labels
from neurona.datasets.splits import Conjunctions, Transfer, shown_on_both_sides, unseen
from neurona.errors import DataError
from neurona.programs import Vocabulary
from neurona.recordings.recordings import Recordings


def recordings(**columns):
    count = len(next(iter(columns.values())))
    made = Recordings.make(
        np.random.default_rng(0).normal(size=(count, 2, 1)),
        ids=[f"r{k}" for k in range(count)],
        channels=["a", "b"],
        sampling_hz=1.0,
        modality="spikes",
        units="spikes/s",
        subject=["1"] * count,
        run=columns.pop("run", ["run-1"] * count),
        split=[""] * count,
        label=[""] * count,
        simulated=True,
    )
    return Recordings(made.data.assign_coords({f"metadata_{k}": ("recording", list(v)) for k, v in columns.items()}))


def crossed(n_objects, n_positions, n_runs):
    rows = [(o, p, r) for o in range(n_objects) for p in range(n_positions) for r in range(n_runs)]
    return recordings(
        object=[f"o{o}" for o, _, _ in rows],
        position=[f"p{p}" for _, p, _ in rows],
        run=[f"run-{r}" for _, _, r in rows],
    )


@given(st.integers(3, 5), st.integers(3, 4), st.integers(4, 6))
def test_every_conjunction_is_held_out_and_every_recording_tested_once(n_objects, n_positions, n_runs):
    rows = crossed(n_objects, n_positions, n_runs)
    data = rows.data
    held, tested = [], np.zeros(rows.n_recordings, int)
    for fold in Conjunctions(("object", "position")).folds(rows):
        tested += fold.test
        assert not set(data.run.values[fold.train]) & set(data.run.values[fold.test])
        new = unseen(rows, ("object", "position"), fold) & fold.test
        # Seen and unseen stand in the same test, and each word of an unseen conjunction is known from training.
        assert new.any()
        assert (fold.test & ~new).any()
        for name in ("metadata_object", "metadata_position"):
            assert set(data[name].values[new]) <= set(data[name].values[fold.train])
        held.append(
            {(a, b) for a, b in zip(data.metadata_object.values[new], data.metadata_position.values[new], strict=True)}
        )
    assert (tested == 1).all()
    squares = min(n_objects, n_positions)
    assert set.union(*held[:squares]) == {(f"o{o}", f"p{p}") for o in range(n_objects) for p in range(n_positions)}
    assert sum(map(len, held[:squares])) == n_objects * n_positions


def test_too_few_groups_or_values_for_the_squares_are_refused():
    with pytest.raises(
        DataError, match=r"2 Latin square\(s\) of object x position, and 4 run\(s\).*3 squares are needed"
    ):
        list(Conjunctions(("object", "position")).folds(crossed(5, 2, 4)))
    with pytest.raises(DataError, match=r"3 Latin square\(s\) of object x position, and 2 run\(s\) to leave out"):
        list(Conjunctions(("object", "position")).folds(crossed(4, 3, 2)))


def test_from_each_value_to_each_other():
    rows = recordings(mode=["executed", "imagined", "executed", "observed"])
    found = {fold.name: (fold.train.tolist(), fold.test.tolist()) for fold in Transfer("mode").folds(rows)}
    assert len(found) == 6
    assert found["executed_to_imagined"] == ([True, False, True, False], [False, True, False, False])
    assert [fold.name for fold in Transfer("mode", "executed", "observed").folds(rows)] == ["executed_to_observed"]
    assert [fold.name for fold in Transfer("mode", None, "imagined").folds(rows)] == [
        "executed_to_imagined",
        "observed_to_imagined",
    ]
    with pytest.raises(DataError, match="no recording has 'imagine' as its mode; did you mean 'imagined'"):
        list(Transfer("mode", "imagine").folds(rows))
    with pytest.raises(DataError, match="say nothing about 'mod'; did you mean 'mode'"):
        list(Transfer("mod").folds(rows))


def test_groups_are_kept_apart_across_the_values():
    rows = recordings(space=["human", "monkey"] * 6, picture=[f"i{k // 2}" for k in range(12)])
    folds = list(Transfer("space", "human", "monkey", by="picture", n=3).folds(rows))
    assert len(folds) == 3
    assert (np.sum([fold.test for fold in folds], axis=0) == (rows.data.metadata_space.values == "monkey")).all()
    for fold in folds:
        picture = rows.data.metadata_picture.values
        assert not set(picture[fold.train]) & set(picture[fold.test])
        assert fold.train.sum() == 4


def test_only_words_that_both_sides_show_are_asked_across_them():
    words = Vocabulary(
        ("fist", "feet", "rest", "executed", "imagined"),
        categories={"Limb": ("fist", "feet", "rest"), "Mode": ("executed", "imagined", "rest")},
        definitions={"movement": "executed(x) | imagined(x)", "limb": "fist(x) | feet(x)"},
        exclusive=("Limb", "Mode"),
    )
    limbs = ["fist", "feet", "rest"]
    shown = [
        Shown(frozenset([limb, "rest" if limb == "rest" else mode]))
        for mode in ("executed", "imagined")
        for limb in limbs
    ]
    table = questions_from_labels("abcdef", shown, words)
    train, test = (table[table.recording.isin(list(side))] for side in ("abc", "def"))
    told = pd.Series(shown_on_both_sides(table.program.unique(), train, test, words))
    assert set(told[told].index) >= {"exists x. fist(x)", "~(exists x. feet(x))", "exists x. limb(x)", "describe Limb"}
    assert not any(
        "executed" in text or "imagined" in text or "movement" in text or "Mode" in text for text in told[told].index
    )
