"""Answers in words and numbers, from readings and from logits."""

import numpy as np
import pandas as pd

from neurona.execution import Answers
from neurona.experiments.runs.predictions import _answered
from neurona.programs import Vocabulary
from neurona.questions import Asked

WORDS = Vocabulary(("cat", "dog"), ("hold", "ride"), {"Action": ("hold", "ride")})


def test_logits_become_answers_with_the_probability_of_what_is_answered():
    rows = [
        ("a", "r0", "exists x. cat(x)", "yes", "object"),
        ("b", "r0", "exists x. dog(x)", "no", "object"),
        ("c", "r0", "describe Action(the x. cat(x), the y. dog(y))", "ride", "action"),
    ]
    asked = Asked.of(pd.DataFrame(rows, columns=["question", "recording", "program", "answer", "type"]), WORDS, ["r0"])
    inf = -np.inf
    told = _answered(Answers(np.array([2.0, -1.0, 0.0]), np.array([[inf, inf], [inf, inf], [0.0, np.log(3)]])), asked)
    assert told["predicted"] == ["yes", "no", "ride"]
    np.testing.assert_allclose(told["as_asked"], [1 / (1 + np.exp(-2)), 1 / (1 + np.e), 0.75])
    np.testing.assert_allclose(told["score"], [2, -1, np.log(3)])
    assert all(np.isnan(told[name]).all() for name in ("probability", "prior", "error"))
