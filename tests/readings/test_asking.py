"""Asking models: theory without questions, learning with them, and a denial that mirrors what it denies."""

import numpy as np
import pytest

from neurona.readings.asking import LEAST, AskingModel, Held
from neurona.readings.belief import Belief, log_odds

RNG = np.random.default_rng(0)


def belief(probability, prior, sign=None, form="object"):
    n = len(probability)
    sign = np.ones(n, np.int64) if sign is None else sign
    of = [np.where(sign > 0, p, 1 - p) for p in (probability, prior)]
    signals = np.stack([log_odds(p) for p in of], axis=1)[:, None]
    columns = [p[:, None] for p in (probability, prior, np.zeros(n))]
    return Belief(((),) * n, *columns, (form,) * n, sign, signals)


def scenes_asked_evenly(n=4000, rate=0.02):
    """A fact of rate 2 %, of which half of the questions are true: posteriors are right of scenes, not of questions."""
    yes = RNG.random(n) < 0.5
    ratio = RNG.normal(np.where(yes, 1.5, -1.5), np.sqrt(3.0))  # the log likelihood ratio of one Gaussian measurement
    prior = np.full(n, rate)
    return belief(1 / (1 + np.exp(-(ratio + log_odds(prior)))), prior), yes.astype(np.int64), ratio


def test_theory_takes_the_scenes_prior_out():
    asked, yes, ratio = scenes_asked_evenly()
    found = AskingModel.fit(asked, yes).as_asked(asked)[:, 0]
    assert np.abs(log_odds(found) - ratio).max() < 0.3
    assert found.mean() == pytest.approx(0.5, abs=0.05)


def test_exhaustive_questions_keep_the_posterior():
    prior = RNG.uniform(0.05, 0.6, 6000)
    yes = RNG.random(6000) < prior
    ratio = RNG.normal(np.where(yes, 1.5, -1.5), np.sqrt(3.0))
    probability = 1 / (1 + np.exp(-(ratio + log_odds(prior))))
    found = AskingModel.fit(belief(probability, prior), yes.astype(np.int64)).as_asked(belief(probability, prior))
    assert np.abs(found[:, 0] - probability).mean() < 0.02


def test_validation_questions_mend_a_posterior_that_is_too_sure():
    asked, yes, ratio = scenes_asked_evenly()
    sure = belief(1 / (1 + np.exp(-(3 * ratio + log_odds(asked.prior[:, 0])))), asked.prior[:, 0])
    model = AskingModel.fit(sure, yes, Held(sure, yes))
    assert model.learned == {"object"}
    assert np.abs(log_odds(model.as_asked(sure)[:, 0]) - ratio).mean() < 0.3
    short = belief(sure.probability[: LEAST - 1, 0], sure.prior[: LEAST - 1, 0])
    few = AskingModel.fit(sure, yes, Held(short, yes[: LEAST - 1]))
    assert few.learned == frozenset()


def test_what_is_too_sure_of_one_form_is_so_of_a_form_with_few_questions():
    asked, yes, ratio = scenes_asked_evenly(1500)
    sure = 1 / (1 + np.exp(-(3 * ratio + log_odds(asked.prior[:, 0]))))
    forms = tuple(np.where(np.arange(len(yes)) < LEAST // 2, "attribute", "object"))
    both = Belief(**(belief(sure, asked.prior[:, 0])._asdict() | {"form": forms}))
    model = AskingModel.fit(both, yes, Held(both, yes))
    assert model.learned == {"object"}
    assert model.weights["attribute"][0] == pytest.approx(1 / 3, abs=0.07)


def test_a_denial_is_answered_as_its_opposite():
    asked, yes, _ = scenes_asked_evenly(500)
    model = AskingModel.fit(asked, yes, Held(asked, yes))
    denied = belief(1 - asked.probability[:, 0], 1 - asked.prior[:, 0], np.full(500, -1))
    np.testing.assert_allclose(model.as_asked(asked) + model.as_asked(denied), 1, atol=1e-9)


def test_forms_that_the_study_does_not_ask_have_no_answer_as_asked():
    asked, yes, _ = scenes_asked_evenly(200)
    other = belief(asked.probability[:, 0], asked.prior[:, 0], form="formula")
    assert np.isnan(AskingModel.fit(asked, yes).as_asked(other)).all()


def test_words_share_one():
    n = 300
    right = RNG.integers(0, 3, n)
    p = RNG.dirichlet(np.ones(3), n)
    p[np.arange(n), right] += 1
    p /= p.sum(axis=1, keepdims=True)
    padded = np.concatenate([p, np.full((n, 1), np.nan)], axis=1)
    prior = np.where(np.isnan(padded), np.nan, 1 / 3)
    signals = np.nan_to_num(np.stack([np.log(padded), np.log(prior)], axis=2))
    of_words = Belief(
        (("a", "b", "c"),) * n, padded, prior, prior * 0, ("describe X",) * n, np.ones(n, np.int64), signals
    )
    model = AskingModel.fit(of_words, right, Held(of_words, right))
    found = model.as_asked(of_words)
    np.testing.assert_allclose(np.nansum(found, axis=1), 1)
    assert np.isnan(found[:, 3]).all()
