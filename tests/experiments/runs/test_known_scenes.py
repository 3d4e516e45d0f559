"""What a run's questions tell of its recordings."""

import pandas as pd
import pytest

from neurona.experiments.runs.known_scenes import known_reading
from neurona.programs import Vocabulary

WORDS = Vocabulary(
    ("hand", "car", "upper", "lower"),
    categories={"Object": ("hand", "car"), "Place": ("upper", "lower")},
    definitions={"tool": "car(x)"},
    exclusive=("Object", "Place"),
)
SHOWN = {"a": {"hand", "upper"}, "b": {"car", "lower"}, "c": {"car", "upper"}}


def asked(recordings="abc"):
    rows = [
        (one, f"exists x. {word}(x)", "yes" if word in SHOWN[one] else "no")
        for one in recordings
        for word in WORDS.concepts
    ]
    return pd.DataFrame([*rows, ("a", "describe Object", "hand")], columns=["recording", "program", "answer"])


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("exists x. car(x) & upper(x)", ["no", "no", "yes"]),
        ("exists x. tool(x)", ["no", "yes", "yes"]),
        ("describe Object", ["hand", "car", "car"]),
        ("count x. lower(x)", ["0", "1", "0"]),
    ],
)
def test_its_answers_are_the_truth(text, answers):
    said = known_reading(asked(), WORDS).ask(text)
    assert said.answer.tolist() == answers
    assert said.probability.isin([0.0, 1.0]).all()


def test_a_recording_of_which_a_word_is_unknown_is_left_out():
    table = asked()
    table = table[~((table.recording == "b") & table.program.str.contains("hand"))]
    assert known_reading(table, WORDS).recordings == ("a", "c")
    assert known_reading(table[table.answer == "no"], WORDS) is None


def test_a_word_that_nobody_was_asked_for_is_told_by_its_category_alone():
    """Where nothing rests, `rest` is not asked for; of recordings that were all `upper`, nothing says so."""
    table = asked("ac")
    without = table[~table.program.str.contains("lower")]
    assert known_reading(without, WORDS).ask("exists x. lower(x)").answer.tolist() == ["no", "no"]
    assert known_reading(table[~table.program.str.contains("upper|lower")], WORDS) is None
