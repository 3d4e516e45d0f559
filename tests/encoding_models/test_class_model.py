"""One concept a recording: accurate, calibrated, and at chance where there is nothing."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import log_loss

from neurona.encoding_models.class_model import (
    ClassModelSettings,
    fit_class_model,
    fit_temperature,
    fit_weights,
    log_prior_of,
)
from neurona.errors import DataError

ONE = np.arange(3)[:, None]
"""Three classes with nothing in common."""
COURSE = np.array([1.0, 2.0, 1.0, 0.0, -1.0])


def recordings(each=30, signal=1.0, seed=0, channels=6, classes=3):
    """SIMULATED: a pattern a class, one course, noise that is slow in time. Features, classes, runs."""
    rng = np.random.default_rng(seed)
    pattern = np.random.default_rng(99).normal(size=(classes, channels, 1)) * COURSE
    truth = np.tile(np.arange(classes), each)
    slow = np.linalg.cholesky(0.9 ** np.abs(np.subtract.outer(np.arange(5), np.arange(5))))
    noise = rng.normal(size=(len(truth), channels, 5)) @ slow.T
    features = (signal * pattern[truth] + 3 * noise).reshape(len(truth), -1)
    return features, truth, np.repeat(np.arange(6), len(truth) // 6)


def test_the_posterior_beats_the_mean_over_the_window_and_is_calibrated():
    features, truth, runs = recordings()
    new, answer, _ = recordings(each=400, seed=1)
    model = fit_class_model(features, truth, words=ONE, n_times=5, groups=runs)
    posterior = np.exp(model.log_posterior(new))
    windows = [x.reshape(len(x), 6, 5).mean(2) for x in (features, new)]
    plain = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(windows[0], truth)
    accuracy = np.mean(posterior.argmax(1) == answer)
    assert accuracy > plain.score(windows[1], answer) + 0.1
    assert posterior.max(1).mean() == pytest.approx(accuracy, abs=0.06)


def test_noise_alone_gives_chance_and_no_confidence():
    features, truth, runs = recordings(signal=0)
    new, answer, _ = recordings(each=200, signal=0, seed=1)
    model = fit_class_model(features, truth, words=ONE, n_times=5, groups=runs)
    posterior = np.exp(model.log_posterior(new))
    assert np.mean(posterior.argmax(1) == answer) == pytest.approx(1 / 3, abs=0.09)
    assert posterior.max(1).mean() < 0.45


def test_recordings_that_were_left_out_are_read_as_new_ones_are():
    features, truth, runs = recordings()
    new, answer, _ = recordings(each=200, seed=1)
    model = fit_class_model(features, truth, words=ONE, n_times=5, groups=runs)
    np.testing.assert_allclose(np.exp(model.held_out).sum(axis=1), 1)
    left_out, fresh = (
        log_loss(labels, np.exp(said)) for labels, said in ((truth, model.held_out), (answer, model.log_posterior(new)))
    )
    fitted = log_loss(truth, np.exp(model.log_posterior(features)))
    assert abs(left_out - fresh) < abs(fitted - fresh)


def test_without_times_it_is_discriminant_analysis():
    features, truth, _ = recordings(each=200)
    features = features.reshape(len(features), 6, 5).mean(2)
    model = fit_class_model(features, truth, words=ONE)
    plain = LinearDiscriminantAnalysis(solver="lsqr").fit(features, truth)
    assert np.mean(model.log_posterior(features).argmax(1) == plain.predict(features)) > 0.94


def test_scales_of_channels_do_not_matter():
    features, truth, runs = recordings()
    scale = np.repeat([1e-6, 1.0, 1e3, 5.0, 1e-3, 1.0], 5)
    one, other = (
        fit_class_model(x, truth, words=ONE, n_times=5, groups=runs).log_posterior(x)
        for x in (features, features * scale)
    )
    np.testing.assert_allclose(one, other, atol=1e-3)


def test_members_that_the_times_do_not_allow_are_left_out():
    features, truth, runs = recordings()
    chosen = ClassModelSettings(courses=(1, 99), bins=())
    model = fit_class_model(features, truth, words=ONE, n_times=5, groups=runs, settings=chosen)
    assert len(model.members) == 1
    with pytest.raises(DataError, match="courses \\(99,\\) and bins \\(\\) of 5 times"):
        fit_class_model(features, truth, words=ONE, n_times=5, settings=ClassModelSettings(courses=(99,), bins=()))


def test_an_unseen_conjunction_is_read_and_not_favoured():
    """SIMULATED neurons: an object's pattern, turned up and down by the position; 1 of 9 conjunctions is held out."""
    rng = np.random.default_rng(0)
    words = np.stack([np.repeat(np.arange(3), 3), np.tile(np.arange(3), 3)], axis=1)
    gain = rng.lognormal(0, 0.4, size=(3, 80))
    rate = 4 * rng.lognormal(0, 0.7, size=(3, 80))[words[:, 0]] * gain[words[:, 1]]
    classes, tested = np.repeat(np.arange(9), 20), np.repeat(np.arange(9), 40)
    counts, new = rng.poisson(rate[classes]).astype(float), rng.poisson(rate[tested]).astype(float)
    seen = classes != 4
    model = fit_class_model(counts[seen], classes[seen], words=words)
    right = model.log_posterior(new).argmax(axis=1) == tested
    assert right[tested == 4].mean() > 0.8
    assert right[tested != 4].mean() > 0.9
    np.testing.assert_allclose(np.exp(model.log_posterior(new)).sum(axis=1), 1)
    without = fit_class_model(counts[seen], classes[seen], words=words, settings=ClassModelSettings(unseen=0.0))
    assert np.exp(without.log_posterior(new))[:, 4].max() == 0


def test_the_prior_is_the_shares_of_training_or_those_of_words_where_conjunctions_are_lacking():
    words = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    all_seen = np.array([0, 0, 0, 1, 2, 3])
    np.testing.assert_allclose(np.exp(log_prior_of(all_seen, words)), np.array([3, 1, 1, 1]) / 6)
    lacking = np.array([0, 1, 2])
    np.testing.assert_allclose(np.exp(log_prior_of(lacking, words)), np.array([4, 2, 2, 1]) / 9)
    np.testing.assert_allclose(np.exp(log_prior_of(lacking, words, 0.5))[3], 0.5 / 8.5)


def test_the_temperature_undoes_an_exaggeration():
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(4000, 3))
    truth = np.array([rng.choice(3, p=np.exp(x) / np.exp(x).sum()) for x in logits])
    flat = np.zeros(3)
    assert fit_temperature(10 * logits, truth, flat) == pytest.approx(0.1, rel=0.1)
    members = np.stack([logits, rng.normal(size=logits.shape)])
    weights = fit_weights(members, np.ones(2), truth, flat)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] > 0.9


def test_a_rare_class_and_a_group_that_holds_a_whole_class_are_named():
    features, truth, _ = recordings()
    with pytest.raises(DataError, match="class 3 of 4 has 0 training"):
        fit_class_model(features, truth, words=np.arange(4)[:, None])
    with pytest.raises(DataError, match="losing a class"):
        fit_class_model(features, truth, words=ONE, groups=truth)
