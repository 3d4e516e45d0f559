"""Movement and imagery, from the real files of subject 1."""

from collections import Counter

import numpy as np
import pytest

import neurona as nr
from neurona.datasets.readers.eegmmidb import words_of
from neurona.decoders.label_worlds import LabelWorlds
from neurona.errors import ConfigError, DataError


@pytest.fixture(scope="module")
def folder(recorded):
    return recorded("eegmmidb")


@pytest.fixture(scope="module")
def trials(folder):
    return nr.load_dataset("eegmmidb", folder, runs=[3, 6])


def test_trials_of_two_runs_and_what_is_true_of_them(trials):
    data = trials.recordings.data
    assert data.shape == (60, 64, 640)
    assert data.attrs["sampling_hz"] == 160
    counts = Counter(map(str, data.label.values))
    assert counts["rest"] == 30
    assert sum(counts[f"fist, {side}, executed"] for side in ("left", "right")) == 15
    assert sum(counts[f"{limb}, both, imagined"] for limb in ("fist", "feet")) == 15
    told = trials.questions[trials.questions.program == "exists x. fist(x) & left(x) & executed(x)"].set_index(
        "recording"
    )
    yes = told.answer[data.recording.values] == "yes"
    assert (yes.to_numpy() == (data.label.values == "fist, left, executed")).all()


def test_channels_are_named_and_placed_by_the_international_system(trials):
    data = trials.recordings.data
    assert {"Fp1", "FCz", "C3", "Oz"} <= set(data.channel.values)
    assert data.sel(channel="C3").x < 0 < data.sel(channel="C4").x
    assert not set(data.group.values) & set(data.channel.values)  # every one belongs to a region


def test_the_worlds_are_eight_movements_and_rest(trials):
    worlds = LabelWorlds.of(trials.vocabulary)
    listed = {frozenset(np.array(worlds.words)[row > 0]) for row in worlds.holds}
    assert listed == {frozenset(words_of(run, event)) for run in range(3, 15) for event in ("T0", "T1", "T2")}
    assert len(listed) == 9


def test_a_window_and_a_band_are_chosen(folder, trials):
    chosen = nr.load_dataset(
        "eegmmidb", folder, runs=[3, 6], rest=False, tmin=0.5, tmax=2.5, band=(8, 30)
    ).recordings.data
    assert chosen.shape == (30, 64, 320)
    assert float(chosen.time[0]) == 0.5
    assert chosen.std() < trials.recordings.data.std() / 2  # slow waves are the strongest


def test_what_is_not_there_is_named(folder):
    with pytest.raises(
        DataError, match=r"S002R03\.edf: no such file; fetch it with `neurona data fetch eegmmidb --set subjects=\[2\]"
    ):
        nr.load_dataset("eegmmidb", folder, subjects=[2], runs=[3])
    with pytest.raises(ConfigError, match=r"data\.settings: runs\[0\]: should be greater than or equal to 3"):
        nr.load_dataset("eegmmidb", folder, runs=[1])
    with pytest.raises(DataError, match=r"no trial lasts from 0\.0 to 400\.0 s"):
        nr.load_dataset("eegmmidb", folder, runs=[3], tmax=400.0)
