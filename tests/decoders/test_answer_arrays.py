"""Blank answers."""

import numpy as np
import pandas as pd

from neurona.decoders.answer_arrays import no_answers
from neurona.programs import Vocabulary
from neurona.questions import Asked

VOCABULARY = Vocabulary(("cat", "dog"), ("on", "under", "by"), categories={"Position": ("on", "under", "by")})
ASK = {"exists x. cat(x)": "yes", "describe Position(the x. cat(x), the y. dog(y))": "under"}


def asked(texts) -> Asked:
    table = pd.DataFrame({"program": texts, "recording": "r0"})
    table = table.assign(answer=table.program.map(ASK), question=[f"q{k}" for k in range(len(table))], type="t")
    return Asked.of(table, VOCABULARY, ["r0"])


def test_blank_answers_fit_the_longest_choice():
    blank = no_answers(asked(list(ASK)))
    assert blank.yes_no.tolist() == [0, 0]
    assert np.asarray(blank.describe).tolist() == [[-np.inf] * 3] * 2
    assert no_answers(asked([])).describe.shape == (0, 1)
