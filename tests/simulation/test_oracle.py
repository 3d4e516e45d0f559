"""The closed form against the plain definition: dense covariance, enumerated scenes, Monte Carlo."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from neurona.simulation import accuracy_by_kind, simulate
from neurona.simulation.hypotheses import hypotheses

TINY = {"subjects": 1, "images": 24, "components": 16, "parcels": 2, "smoothness_mm": 30.0, "snr": 0.4}


@pytest.fixture(scope="module")
def tiny(small_settings):
    return simulate(small_settings(**TINY), seed=3)


def means(simulation, subject, scene, changes):
    """Mean of the recording under the true scene and under each alternative, `[hypothesis, channel * time]`."""
    truth = simulation.truth
    base = truth.model.scenes([simulation.scenes[scene]])
    responses = np.concatenate([base, base + truth.model.sums(changes)])
    signal = truth.measurement.signal(subject, responses)
    return (truth.scale * signal[:, :, None] * truth.measurement.time_course).reshape(len(responses), -1)


def test_the_ratio_is_that_of_the_two_likelihoods(tiny):
    held = hypotheses(tiny.questions, tiny.scenes, tiny.ontology.vocabulary, tiny.ontology.class_of)
    measurement = tiny.truth.measurement
    covariance = np.kron(measurement.space_covariance, measurement.time_covariance)
    chosen = np.random.default_rng(0).permutation(len(held.changes))[:40]
    for k in chosen:
        recording = tiny.recordings.data.values[held.scene[k]].reshape(-1)
        likelihood = [
            multivariate_normal.logpdf(recording, mean, covariance)
            for mean in means(tiny, 0, held.scene[k], list(held.changes[k]))
        ]
        expected = likelihood[0] - max(likelihood[1:])
        assert tiny.observed[0].llr[k, 0] == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_expected_accuracy_is_what_monte_carlo_finds(tiny):
    held = hypotheses(tiny.questions, tiny.scenes, tiny.ontology.vocabulary, tiny.ontology.class_of)
    measurement, rng = tiny.truth.measurement, np.random.default_rng(0)
    covariance = np.kron(measurement.space_covariance, measurement.time_covariance)
    inverse = np.linalg.inv(covariance)
    root, draws = np.linalg.cholesky(covariance), 3000
    by_words = {words: [k for k, c in enumerate(held.changes) if len(c) == words][:6] for words in (1, 8, 12)}
    assert all(by_words.values())
    for words, questions in by_words.items():
        for k in questions:
            centre = means(tiny, 0, held.scene[k], list(held.changes[k]))
            recordings = centre[0] + (root @ rng.standard_normal((len(root), draws))).T
            apart = recordings[:, None] - centre[None]
            fit = -0.5 * np.einsum("nkd,de,nke->nk", apart, inverse, apart, optimize=True)
            found = np.mean(fit.argmax(axis=1) == 0)
            # Standard errors of both Monte Carlo estimates, at four of them.
            tolerance = 4 * 0.5 * np.sqrt(1 / draws + (words > 1) / 256)
            assert tiny.observed[0].expected[k] == pytest.approx(found, abs=tolerance)


def test_realised_accuracy_agrees_with_the_expected_one(small):
    table = accuracy_by_kind(small)
    for row in table[table.questions > 100].itertuples():
        # Questions share recordings, so the standard error is taken three times that of independent ones.
        error = 3 * np.sqrt(row.expected * (1 - row.expected) / row.questions) + 0.01
        assert row.realised == pytest.approx(row.expected, abs=2 * error)


@settings(max_examples=3)
@given(low=st.floats(0.0, 2.0), factor=st.floats(1.2, 20.0), seed=st.integers(0, 3))
def test_expected_accuracy_rises_with_snr(small_settings, low, factor, seed):
    tables = []
    for snr in (low, low * factor + 0.01):
        study = simulate(small_settings(**(TINY | {"snr": snr, "images": 15})), seed)
        tables.append((study.observed[0].expected, study.questions["answer"].isin(("yes", "no")).to_numpy()))
    (weak, yes_no), (strong, _) = tables
    assert (strong[yes_no] >= weak[yes_no] - 1e-12).all()
    assert strong[yes_no].mean() > weak[yes_no].mean()
    assert strong[~yes_no].mean() > weak[~yes_no].mean() - 0.02  # by Monte Carlo


def test_snr_changes_neither_scenes_nor_questions_nor_noise(small_settings):
    weak, strong = (simulate(small_settings(**(TINY | {"snr": snr})), 0) for snr in (0.1, 1.0))
    assert weak.scenes == strong.scenes
    assert weak.questions.equals(strong.questions)
    ratio = strong.truth.scale / weak.truth.scale
    assert ratio == pytest.approx(np.sqrt(10), rel=1e-5)


def test_without_signal_everything_is_a_guess(small_settings):
    study = simulate(small_settings(**(TINY | {"snr": 0.0})), 0)
    seen = study.observed[0]
    np.testing.assert_array_equal(seen.llr, 0)
    np.testing.assert_allclose(seen.expected, seen.chance)
    np.testing.assert_allclose(seen.correct[:, 0], seen.chance)


def test_the_bound_is_far_from_chance_where_the_signal_is_strong(small_settings):
    study = simulate(small_settings(**(TINY | {"snr": 1000.0})), 0)
    assert np.nanmean(study.observed[0].expected) > 0.99


def by_kind(study, column):
    return accuracy_by_kind(study).set_index(["type", "negative"])[column]


def test_shuffled_data_leave_nothing_but_chance(small_settings):
    study = simulate(small_settings(null="shuffled", images=120, subjects=2, snr=1.0), seed=0)
    expected, realised = by_kind(study, "expected"), by_kind(study, "realised")
    assert expected["yes/no", "all"] == 0.5
    assert expected["describe", "all"] == by_kind(study, "chance")["describe", "all"]
    # The observer that does not know of the shuffling: a yes and its no see different scenes, so errors even out.
    assert realised["yes/no", "all"] == pytest.approx(0.5, abs=0.04)
    assert realised["describe", "all"] < 0.25


def test_with_the_arguments_only_what_relations_say_is_lost(small_settings):
    study = simulate(small_settings(null="arguments_only", snr=3.0), seed=1)
    for column in ("expected", "realised"):
        found = by_kind(study, column)
        assert found["relation", "predicate replaced"] == 0.5
        assert found["relation", "roles swapped"] == 0.5
        assert found["action", ""] == pytest.approx(1 / 13)
        assert found["position", ""] == pytest.approx(1 / 9)
        assert found["object", "absent"] > 0.9


@pytest.mark.parametrize("interaction", [0.0, 1.0])
def test_without_roles_swapped_roles_cannot_be_told(small_settings, interaction):
    study = simulate(small_settings(roles=0.0, interaction=interaction, snr=10.0), seed=1)
    assert by_kind(study, "expected")["relation", "roles swapped"] == 0.5
    assert by_kind(study, "expected")["relation", "predicate replaced"] > 0.9


def test_yes_no_bound_is_the_normal_integral_of_half_the_distance(tiny):
    held = hypotheses(tiny.questions, tiny.scenes, tiny.ontology.vocabulary, tiny.ontology.class_of)
    measurement = tiny.truth.measurement
    inverse = np.linalg.inv(np.kron(measurement.space_covariance, measurement.time_covariance))
    k = next(k for k, changes in enumerate(held.changes) if len(changes) == 1)
    true, other = means(tiny, 0, held.scene[k], list(held.changes[k]))
    distance = np.sqrt((true - other) @ inverse @ (true - other))
    assert tiny.observed[0].expected[k] == pytest.approx(norm.cdf(distance / 2), abs=1e-5)


def test_repeats_are_seen_one_by_one(small_settings):
    study = simulate(small_settings(**(TINY | {"repeats": 3})), seed=0)
    llr = study.observed[0].llr
    assert llr.shape == (len(study.questions), 3)
    assert np.ptp(llr, axis=1).min() > 0


def test_it_works_on_other_questions_as_well(tiny):
    # Whole pairs: the contrary of a question decides on its alternative.
    chosen = tiny.questions["pair"].str.endswith(("0", "3", "7")).to_numpy()
    part = tiny.asking(tiny.questions[chosen].reset_index(drop=True))
    np.testing.assert_allclose(part.observed[0].llr, tiny.observed[0].llr[chosen], rtol=1e-4, atol=1e-4)
