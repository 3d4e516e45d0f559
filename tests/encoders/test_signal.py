"""The signal's facts: taken from entities, refused where they contradict each other."""

import numpy as np
import pytest

from neurona.encoders import Members, Signal
from neurona.errors import DataError
from neurona.recordings.entities import AtlasEntities, GroupEntities, ParcelEntities, WindowEntities, fit_entities
from neurona.recordings.entities.entities import Entities
from neurona.recordings.recordings import Recordings

VOXELS = [f"{i}-{j}-0" for i in range(4) for j in range(2)]
BOTH = Members((0, 1), 0, 4)


def recordings(modality="fmri", names=VOXELS):
    columns = {name: ["a"] * 12 for name in ("subject", "run", "split", "label")}
    return Recordings.make(
        np.random.default_rng(0).normal(size=(12, 8, 6)),
        ids=[f"r{k}" for k in range(12)],
        channels=names,
        groups=list("bbaabbaa"),
        sampling_hz=3.0,
        modality=modality,
        units="z-score",
        positions=np.arange(24.0).reshape(8, 3),
        **columns,
    )


@pytest.mark.parametrize(
    ("settings", "members"),
    [
        (AtlasEntities(), [Members((k,), 0, 6) for k in range(8)]),
        (GroupEntities(), [Members((2, 3, 6, 7), 0, 6), Members((0, 1, 4, 5), 0, 6)]),
        (
            WindowEntities(n_bins=4, n_windows=2),
            [Members(own, start, start + 2) for own in ((2, 3, 6, 7), (0, 1, 4, 5)) for start in (0, 2)],
        ),
        (ParcelEntities("ward", 8, average=False), [Members((k,), 0, 6) for k in range(8)]),
    ],
)
def test_members_are_the_entities_channels_and_times(settings, members):
    found = fit_entities(recordings(), settings).apply(recordings())
    signal = Signal.of(found)
    assert sorted(signal.members) == sorted(members)
    assert (signal.channels, signal.entities) == (tuple(VOXELS), found.names)
    assert (signal.modality, signal.sampling_hz) == ("fmri", 3.0 * signal.n_times / 6)
    np.testing.assert_array_equal(signal.coordinates("one"), np.arange(24.0).reshape(8, 3))
    np.testing.assert_allclose(signal.centres("one"), found.positions)
    for p, cells in enumerate(signal.cells()):
        np.testing.assert_array_equal(cells, np.flatnonzero(found.entity_of_feature == p))


def test_the_maps_of_a_dictionary_are_channels():
    found = fit_entities(recordings(), ParcelEntities("dictionary", 2))
    signal = Signal.of(found.entities)
    assert signal.channels == signal.entities
    np.testing.assert_allclose(signal.coordinates("one"), found.entities.positions)


def test_entities_of_nobodys_measurement_have_channels_by_number():
    signal = Signal.of(
        Entities(np.zeros((1, 4), np.float32), np.array([0, 1, 0, 1]), ("early", "late"), "w", n_times=2)
    )
    assert signal.channels == ("channel 1", "channel 2")
    assert signal.members == (Members((0, 1), 0, 1), Members((0, 1), 1, 2))
    assert (signal.whole, signal.window, signal.positions) == (False, 1, None)
    with pytest.raises(DataError, match="encoder attention needs positions of the channels"):
        signal.coordinates("attention")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"n_times": 0}, "0 times; expected one or more"),
        ({"sampling_hz": -1.0}, "-1.0 samples a second"),
        ({"positions": ((0.0, 0.0, 0.0),)}, "1 positions of 2 channels"),
        ({"positions": ((0.0, 0.0, 0.0), (float("nan"), 0.0, 0.0))}, "channel 'b' has a position that is no number"),
        ({"members": ()}, "1 names of 0 entities"),
        ({"members": (Members((), 0, 4),)}, "'all' has no channel"),
        ({"members": (Members((0, 0), 0, 4),)}, "'all' has a channel twice"),
        ({"members": (Members((0, 2), 0, 4),)}, "'all' has channel 2; expected different ones of the 2 channels"),
        ({"members": (Members((0,), 2, 5),)}, "'all' has the times 2 to 5; expected a stretch of the 4 times"),
    ],
)
def test_facts_that_contradict_each_other_are_refused(facts, message):
    good = {"channels": ("a", "b"), "n_times": 4, "entities": ("all",), "members": (BOTH,)}
    assert Signal(**good).whole
    with pytest.raises(DataError, match=message):
        Signal(**good | facts)


@pytest.mark.parametrize(
    ("owner", "names", "message"),
    [
        ([0, 0, 0], ("a",), "3 features are no channels of 2 times"),
        ([0, 0, 0, 1], ("a", "b"), "the 3 features of entity 'a' are not some channels in one stretch of time"),
        ([0, 0, 0, 0], ("a", "b"), "entity 'b' has no feature"),
    ],
)
def test_features_that_are_no_signal_are_refused(owner, names, message):
    with pytest.raises(DataError, match=message):
        Signal.of(Entities(np.zeros((1, len(owner)), np.float32), np.array(owner), names, "w", n_times=2))


def test_windows_of_unequal_length_are_told():
    with pytest.raises(DataError, match=r"entities have 1 to 3 times.*n_bins"):
        _ = Signal(("a",), 4, ("p", "q"), (Members((0,), 0, 1), Members((0,), 1, 4))).window
