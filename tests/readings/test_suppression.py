"""Freed answers: what the question alone tells is taken out, and what the recording tells stays."""

import numpy as np
import pytest
from scipy.special import expit

from neurona.programs import Vocabulary, parse
from neurona.readings.language_prior import LanguagePrior
from neurona.readings.suppression import Suppression

RNG = np.random.default_rng(0)
WORDS = Vocabulary(tuple(f"w{k}" for k in range(30)))
QUERIES = [parse(f"exists x. w{k}(x)", WORDS) for k in range(30)]
RATE = RNG.uniform(0.1, 0.9, 30)
N = 4000


def asked(share=1.0, evidence=1.5):
    """Questions of words that are true at their own rates; a decoder that adds `share` of the log prior to its evidence."""
    word = RNG.integers(0, 30, N)
    yes = RNG.random(N) < RATE[word]
    queries = [QUERIES[k] for k in word]
    prior = LanguagePrior.fit(queries, np.where(yes, "yes", "no").tolist(), WORDS)
    before = prior.logits(queries, [()] * N)[:, 0]
    ratio = RNG.normal(np.where(yes, evidence, -evidence), np.sqrt(2 * evidence)) if evidence else np.zeros(N)
    return prior, queries, before, ratio, yes, expit(ratio + share * before)[:, None]


def freed(how, prior, queries, told, yes, tau=1.0):
    found = Suppression(how, prior, tau).learned(told, queries, [()] * N, ["object"] * N, yes.astype(int))
    return found, found(told, queries, [()] * N, ["object"] * N)[:, 0]


@pytest.mark.parametrize("share", [0.4, 1.0])
def test_evidence_alone_is_left_whatever_the_share_of_the_prior(share):
    prior, queries, _, ratio, yes, told = asked(share)
    found, p = freed("evidence", prior, queries, told, yes)
    assert found.held["object"] == pytest.approx(share, abs=0.1)
    assert np.corrcoef(np.log(p / (1 - p)), ratio)[0, 1] > 0.99


def test_nothing_is_left_where_there_is_no_evidence():
    prior, queries, _, _, yes, told = asked(evidence=0)
    _, p = freed("evidence", prior, queries, told, yes)
    np.testing.assert_allclose(p, 0.5, atol=0.01)


def test_tau_0_takes_nothing_out():
    prior, queries, _, _, yes, told = asked()
    _, p = freed("evidence", prior, queries, told, yes, tau=0.0)
    np.testing.assert_allclose(p, told[:, 0], atol=1e-6)


def test_nolan_moves_away_from_the_prior_and_more_where_the_recording_says_less():
    prior, queries, before, _, _, told = asked()
    p = Suppression("nolan", prior)(told, queries, [()] * N, ["object"] * N)[:, 0]
    said = np.log(told[:, 0] / (1 - told[:, 0]))
    amount = (np.log(p / (1 - p)) - said) / (said - before)
    assert amount.min() > 0.8 - 1e-3
    assert amount.max() < 1.6 + 1e-3
    gap = np.abs(said - before)
    assert amount[gap < 0.5].mean() > amount[gap > 3].mean()


def test_words_are_freed_too():
    words = Vocabulary(("a", "b", "c"), categories={"Kind": ("a", "b", "c")})
    query = parse("describe Kind", words)
    prior = LanguagePrior.fit([query] * 100, ["a"] * 70 + ["b"] * 20 + ["c"] * 10, words)
    told = np.array([[0.7, 0.2, 0.1, np.nan]])
    found = Suppression("evidence", prior)(told, [query], [("a", "b", "c")], ["describe Kind"])
    np.testing.assert_allclose(found[0, :3], 1 / 3, atol=1e-6)
    assert np.isnan(found[0, 3])
