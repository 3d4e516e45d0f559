"""Texts alone answer what the other questions of an image tell."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from neurona.experiments.runs.folds import Fitted
from neurona.experiments.runs.texts import text_predictions
from neurona.programs import Vocabulary
from neurona.questions import Asked

NOUNS = tuple(f"noun{k}" for k in range(8))
WORDS = Vocabulary((*NOUNS, "red"), ("hold", "ride"), {"Action": ("hold", "ride")})
DESCRIBE = "describe Action(the x. noun0(x), the y. noun1(y))"


def asked(images: range) -> Asked:
    """Half of the nouns are asked about again with an attribute: those that the image shows."""
    rng = np.random.default_rng(images.start)
    rows = []
    for image in images:
        shown = set(rng.permutation(NOUNS)[:4].tolist())
        about = [(f"exists x. {noun}(x)", "yes" if noun in shown else "no", "object") for noun in NOUNS]
        about += [(f"exists x. red(x) & {noun}(x)", ("yes", "no")[image % 2], "attribute") for noun in sorted(shown)]
        rows += [(f"i{image}", f"r{image}", *one) for one in [*about, (DESCRIBE, "ride", "action")]]
    table = pd.DataFrame(rows, columns=["image", "recording", "program", "answer", "type"])
    table.insert(0, "question", [f"q{k}" for k in range(len(table))])
    return Asked.of(table, WORDS, [f"r{image}" for image in range(90)])


def test_the_other_questions_of_an_image_answer_and_words_come_from_training():
    problem = SimpleNamespace(
        train=asked(range(60)), vocabulary=WORDS, entities=SimpleNamespace(features=np.zeros((90, 1), np.float32))
    )
    fitted = Fitted(SimpleNamespace(name="only"), None, problem, asked(range(60, 90)), None, None)  # type: ignore[arg-type]
    found = text_predictions([fitted], seed=0)
    right = (found.predicted == found.answer).groupby(found.type).mean()
    assert len(found) == 30 * 13
    assert right["object"] > 0.95
    assert right["action"] == 1
    assert ((found.as_asked > 0.5) == (found.predicted == "yes"))[found.type != "action"].all()
