"""Questions whose words tell their answers, as those do whose denied facts a person or a language model thought of.

Every word w of the yes/no questions has a propensity z_w ~ N(0, 1), and a question q is kept with probability

    sigmoid(b s_q) where its answer is yes, sigmoid(-b s_q) where it is no,    s_q = sum over its words of z_w

So half of the questions are kept, and who knows all z is right in mean_q sigmoid(b |s_q|) of them; b is such that this is 0.5 + 0.25 strength.
Nothing of a data set or of a paper's numbers is in it.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

_WORD = re.compile(r"(\w+)\(")
_GAIN = 0.25
"""Accuracy above one half at strength 1."""


def with_answer_prior(questions: pd.DataFrame, strength: float, seed: int = 0) -> pd.DataFrame:
    """Those of the questions that are kept; all at strength 0.

    Args:
        questions: columns program, answer. Describe questions are kept.
        strength: from 0 to 1.
        seed: of propensities and of what is kept.
    """
    yes_no = questions.answer.isin(("yes", "no")).to_numpy()
    if not strength or not yes_no.any():
        return questions
    rng = np.random.default_rng([seed, 11])
    named = [tuple(dict.fromkeys(_WORD.findall(program))) for program in questions.program]
    words = sorted({word for of, asked in zip(named, yes_no, strict=True) if asked for word in of})
    propensity = dict(zip(words, rng.normal(size=len(words)), strict=True))
    s = np.array([sum(propensity.get(word, 0.0) for word in of) for of in named])

    def excess(b: float) -> float:
        return float(expit(b * np.abs(s[yes_no])).mean()) - 0.5 - _GAIN * strength

    b = brentq(excess, 0.0, 1e4)
    towards = np.where(questions.answer == "yes", s, -s)
    kept = (rng.random(len(questions)) < expit(b * towards)) | ~yes_no
    return questions[kept].reset_index(drop=True)
