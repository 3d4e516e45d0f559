"""Temperatures: scores that are too bold are cooled, and log odds are left as they are."""

import numpy as np
import pandas as pd
import pytest

from neurona.decoders.temperature import fit_temperature
from neurona.execution import HYPOTHESES, Scores, get_logic
from neurona.programs import Vocabulary
from neurona.questions import Asked
from neurona.readings import EntityScoreReading

VOCABULARY = Vocabulary(("cat", "dog", "cow"), categories={"Kind": ("cat", "dog", "cow")})
N = 1500


def problem(boldness):
    """SIMULATED: log odds of each concept, and answers drawn by them; the reading has them times `boldness`."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(N, 3))
    holds = rng.random(N) < 1 / (1 + np.exp(-scores[:, 0]))
    kind = [rng.choice(3, p=np.exp(row) / np.exp(row).sum()) for row in scores]
    names = [f"r{k}" for k in range(N)]
    rows = [(name, "exists x. cat(x)", "yes" if yes else "no") for name, yes in zip(names, holds, strict=True)]
    rows += [(name, "describe Kind", VOCABULARY.concepts[k]) for name, k in zip(names, kind, strict=True)]
    table = pd.DataFrame(rows, columns=["recording", "program", "answer"]).assign(type="t")
    asked = Asked.of(table.assign(question=[f"q{k}" for k in range(len(table))]), VOCABULARY, names)
    members = (Scores((boldness * scores[:, :, None]).astype(np.float32)),)
    return EntityScoreReading(VOCABULARY, tuple(names), members, get_logic("goedel"), HYPOTHESES["H1"]), asked


@pytest.mark.parametrize("boldness", [1.0, 4.0])
def test_scores_become_log_odds(boldness):
    reading, asked = problem(boldness)
    found = fit_temperature(reading, asked, asked.recording)
    assert found.of_yes == pytest.approx(1 / boldness, rel=0.15)
    assert found.of_words == pytest.approx(1 / boldness, rel=0.15)
    assert found.loss < np.log(3)


def test_without_questions_scores_stay():
    reading, asked = problem(1.0)
    none = asked.take(np.zeros(0, np.int64))
    assert fit_temperature(reading, none, none.recording) == (1.0, 1.0, 0.0)
