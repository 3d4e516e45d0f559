"""Weights of a fact's parts: they make log likelihood ratios of scores that are too bold, too shy, or shifted."""

import numpy as np
import pandas as pd
import pytest

from neurona.decoders.evidence_patterns import Terms
from neurona.decoders.fact_readout import Lesson, fit_readout
from neurona.encoding_models.bindings import ATTRIBUTE, CONCEPT, Binding, Bindings
from neurona.encoding_models.known_facts import KnownFacts
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities
from neurona.worlds import FactEvidence, SceneSpace

NOUNS, WORD = ("cat", "dog", "cow"), "red"
VOCABULARY = Vocabulary((*NOUNS, WORD))
N = 1500


def planted(boldness, shift):
    """SIMULATED: scenes, and log likelihood ratios of their nouns (one measurement each) times `boldness` plus `shift`."""
    rng = np.random.default_rng(0)
    there = rng.random((N, 3)) < 0.3
    red = (rng.random((N, 3)) < 0.4) & there
    scenes = [
        frozenset({*(Fact(NOUNS[k]) for k in np.flatnonzero(a)), *(Fact(WORD, (NOUNS[k],)) for k in np.flatnonzero(b))})
        for a, b in zip(there, red, strict=True)
    ]
    bindings = Bindings.learn(scenes)
    space = SceneSpace(bindings, bindings.design(scenes).mean(axis=0), N)
    names = (*(Binding(CONCEPT, (noun,)) for noun in sorted(NOUNS)), Binding(ATTRIBUTE, (WORD,)))
    order = [NOUNS.index(noun) for noun in sorted(NOUNS)]
    # A measurement of mean 0 or 1 and variance 1 has the log likelihood ratio x - 1/2.
    ratios = rng.normal(size=(N, 3)) + there[:, order] - 0.5
    scores = np.concatenate([boldness * ratios + shift, np.zeros((N, 1))], axis=1)
    return space, Terms(names, np.arange(4), scores), scores, dict(enumerate(map(KnownFacts, scenes))), ratios


def problem():
    none = Asked.of(pd.DataFrame(columns=["question", "recording", "program", "answer", "type"]), VOCABULARY, [])
    entities = Entities(np.zeros((N, 1), np.float32), np.zeros(1, np.int64), ("all",), "group")
    return Problem(entities, VOCABULARY, none, none)


@pytest.mark.parametrize(("boldness", "shift"), [(1.0, 0.0), (3.0, 0.0), (0.4, 1.0)])
def test_evidence_of_things_becomes_their_log_likelihood_ratio(boldness, shift):
    space, terms, scores, known, ratios = planted(boldness, shift)
    of = problem()
    readout = fit_readout(space, terms, [Lesson(scores, of.train, known)], of)
    columns = [space.bindings.place[name] for name in terms.names[:3]]
    np.testing.assert_allclose(readout.support(scores)[:, columns], ratios, atol=0.4)


def test_with_the_prior_it_makes_calibrated_probabilities():
    space, terms, scores, known, _ = planted(3.0, 0.5)
    of = problem()
    readout = fit_readout(space, terms, [Lesson(scores, of.train, known)], of)
    support = FactEvidence(space, readout.support(scores))
    lift = np.array([support.lift(row, np.arange(3)) for row in range(N)])
    p = 1 / (1 + np.exp(-lift))
    holds = np.array([[Fact(noun) in known[row].true for noun in space.nouns] for row in range(N)])
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 1)):
        inside = (p >= low) & (p < high)
        assert holds[inside].mean() == pytest.approx(p[inside].mean(), abs=0.05)


def test_a_second_lesson_has_the_last_word():
    space, terms, scores, known, _ = planted(3.0, 0.0)
    of = problem()
    lessons = [Lesson(boldness * scores, of.train, known) for boldness in (1.0, 2.0)]
    first, second = (fit_readout(space, terms, [lesson], of).slopes[CONCEPT] for lesson in lessons)
    assert fit_readout(space, terms, lessons, of).slopes[CONCEPT] == pytest.approx(second, abs=0.02)
    assert first == pytest.approx(2 * second, abs=0.1)
