"""People whose channels are turned see the same things in a common space."""

import numpy as np
import pytest
from drifting import rows

from neurona.errors import DataError
from neurona.recordings.alignment.common_space import common_space
from neurona.recordings.alignment.hyperalignment import Hyperalignment
from neurona.recordings.alignment.shared_response import SharedResponse
from neurona.recordings.recordings import Recordings

PEOPLE, THINGS, CHANNELS = 4, 40, 12


def turned(seed=0):
    """SIMULATED: each person sees every image twice, a little of its channels turned at random; the second half of the images is for testing."""
    rng = np.random.default_rng(seed)
    response = rng.normal(size=(THINGS, 3)) @ rng.normal(size=(3, CHANNELS))
    values = []
    for _ in range(PEOPLE):
        rotation = np.linalg.qr(np.eye(CHANNELS) + 0.4 * rng.normal(size=(CHANNELS, CHANNELS)))[0]
        rotation = rotation * np.sign(np.diag(rotation))
        values.append(np.repeat(response, 2, axis=0) @ rotation + 0.1 * rng.normal(size=(2 * THINGS, CHANNELS)))
    made = Recordings.make(
        np.concatenate(values)[:, :, None],
        ids=[f"r{k}" for k in range(PEOPLE * 2 * THINGS)],
        channels=[f"c{k}" for k in range(CHANNELS)],
        sampling_hz=1.0,
        modality="fmri",
        units="z-score",
        subject=[str(who) for who in range(PEOPLE) for _ in range(2 * THINGS)],
        run=["1"] * (PEOPLE * 2 * THINGS),
        split=[""] * (PEOPLE * 2 * THINGS),
        label=[""] * (PEOPLE * 2 * THINGS),
        simulated=True,
    )
    images = [f"i{k // 2:02d}" for _ in range(PEOPLE) for k in range(2 * THINGS)]
    return Recordings(made.data.assign_coords(image=("recording", images)))


def alike(recordings):
    """Mean correlation between people of the responses to test images."""
    each = recordings.data.values.reshape(PEOPLE, 2 * THINGS, -1)[:, THINGS:].reshape(PEOPLE, -1)
    return np.corrcoef(each)[np.triu_indices(PEOPLE, 1)].mean()


@pytest.mark.parametrize("settings", [SharedResponse(features=3), Hyperalignment()], ids=lambda one: one.method)
def test_people_respond_alike_to_images_that_the_maps_were_not_learned_from(settings):
    recordings = turned()
    train = np.tile(np.arange(2 * THINGS) < THINGS, PEOPLE)
    aligned = settings.fit(recordings, train).apply(recordings)
    assert alike(aligned) > alike(recordings) + 0.2


def test_maps_have_orthonormal_columns_and_recover_rotations():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(5, 100))
    angle = np.linalg.qr(np.eye(5) + 0.2 * rng.normal(size=(5, 5)))[0]
    angle = angle * np.sign(np.diag(angle))
    maps, _ = common_space([shared, angle @ shared], 5, anatomy=0.0)
    for one in maps:
        np.testing.assert_allclose(one.T @ one, np.eye(5), atol=1e-10)
    np.testing.assert_allclose(maps[0].T @ shared, maps[1].T @ angle @ shared, atol=1e-6)


def test_a_strong_pull_leaves_anatomy_as_it_is():
    rng = np.random.default_rng(0)
    maps, start = common_space([rng.normal(size=(5, 30)) for _ in range(3)], 5, anatomy=1e6)
    for one in maps:
        np.testing.assert_allclose(one, start, atol=1e-4)


def test_who_was_not_in_training_and_what_not_all_have_seen_are_errors():
    recordings = turned()
    first = np.arange(recordings.n_recordings) < 2 * 2 * THINGS
    fitted = SharedResponse().fit(recordings, first)
    with pytest.raises(DataError, match=r"align: subject 2 is not among those in training.*evaluation\.labelled"):
        fitted.apply(recordings)
    with pytest.raises(DataError, match="align: 1 subject in training"):
        SharedResponse().fit(rows(recordings, slice(0, 20)), np.ones(20, bool))
    own = recordings.data.assign_coords(image=("recording", recordings.data.recording.values))
    with pytest.raises(DataError, match=r"align: 0 thing\(s\) that each subject has seen in training"):
        SharedResponse().fit(Recordings(own), np.ones(len(own), bool))
