"""Augmentation keeps what it says it keeps, draws by its key, and is there in training alone."""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tiny
from flax import nnx

from neurona.training import train
from neurona.training.augmentation import (
    AUGMENTATIONS,
    Augmentation,
    ChannelDropout,
    FourierSurrogate,
    Mixup,
    TimeShift,
)

X = jnp.asarray(1 + np.random.default_rng(0).random(size=(64, 3, 20)), jnp.float32)
KEY = jax.random.key(0)


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_a_key_gives_the_same_change_and_another_key_another(kind):
    augmented = jax.jit(AUGMENTATIONS[kind]())
    found, weight = augmented(KEY, X)
    assert (found.shape, found.dtype) == (X.shape, X.dtype)
    assert (np.asarray(found) != X).any()
    np.testing.assert_array_equal(found, augmented(KEY, X)[0])
    assert (np.asarray(found) != augmented(jax.random.key(1), X)[0]).any()
    assert weight is None or np.isclose(np.asarray(weight).mean(), 1.0, atol=0.25)


def test_a_shifted_recording_is_the_same_later_or_earlier_with_zeros_beside():
    found = np.asarray(TimeShift(most=0.25)(KEY, X)[0])
    shifts = []
    for before, after in zip(np.asarray(X), found, strict=True):
        fits = [
            s
            for s in range(-5, 6)
            if (after == np.pad(before, ((0, 0), (max(s, 0), max(-s, 0))))[:, max(-s, 0) : max(-s, 0) + 20]).all()
        ]
        assert len(fits) == 1
        shifts += fits
    assert (min(shifts), max(shifts)) == (-5, 5)


def test_dropped_channels_are_zero_throughout_and_the_others_as_they_were():
    found = np.asarray(ChannelDropout(probability=0.3)(KEY, X)[0])
    dropped = (found == 0).all(axis=2)
    np.testing.assert_array_equal(found[~dropped], np.asarray(X)[~dropped])
    assert 0.2 < dropped.mean() < 0.4


@pytest.mark.parametrize("times", [20, 19])
def test_surrogates_keep_amplitudes_means_and_phases_between_channels(times):
    x = X[:, :, :times]
    found = np.asarray(FourierSurrogate(probability=1.0)(KEY, x)[0])
    before, after = np.fft.rfft(x), np.fft.rfft(found)
    np.testing.assert_allclose(np.abs(after), np.abs(before), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(found.mean(2), x.mean(2), rtol=1e-4)
    between = [spectrum[:, 0] * spectrum[:, 1].conj() for spectrum in (before, after)]
    np.testing.assert_allclose(*between, rtol=1e-2, atol=1e-2)
    assert np.abs(found - np.asarray(x)).mean() > 0.1
    some = np.asarray(FourierSurrogate(probability=0.5)(KEY, x)[0])
    assert 0.3 < (some == np.asarray(x)).all((1, 2)).mean() < 0.7


def test_mixed_recordings_lie_between_two_and_questions_weigh_as_much_as_their_own_share():
    found, weight = Mixup(alpha=1.0)(KEY, X)
    share = np.asarray(weight)[:, None, None] / 2
    other = (np.asarray(found) - share * np.asarray(X)) / np.maximum(1 - share, 1e-3)
    apart = np.abs(other[:, None] - np.asarray(X)[None]).max((2, 3))
    assert (apart.min(1)[np.asarray(weight) < 1.8] < 1e-3).all()


@dataclass(frozen=True)
class Unasked(Augmentation):
    """Nothing is left of a recording, and nothing is asked of it."""

    def __call__(self, key, recordings):
        return jnp.zeros_like(recordings), jnp.zeros(len(recordings))


def test_questions_weigh_what_an_augmentation_says_and_others_are_asked_of_recordings_as_they_are():
    told, settings = tiny.problem(), replace(tiny.SETTINGS, epochs=2, selection="validation", weight_decay=0.0)
    found = train(tiny.Linear, tiny.inputs(told), told, replace(settings, augmentation=(Unasked(),)), asked_only=True)
    before, after = (jax.tree.leaves(nnx.state(model)) for model in (tiny.Linear(told.seed), found.model))
    jax.tree.map(np.testing.assert_array_equal, before, after)
    assert not found.history.train_loss.any()
    on_silence = np.log(2)  # a linear decoder says nothing of zeros
    assert abs(found.history.validation_loss[0] - on_silence) > 1e-4
