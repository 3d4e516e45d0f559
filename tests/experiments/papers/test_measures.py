"""The questions of a measure: groups, programs, categories, several of them at once, of seen and of unseen conjunctions."""

import pandas as pd
import pytest

from neurona.evaluation.predictions import right_answers
from neurona.experiments.papers.measures import part_of


@pytest.fixture
def predictions():
    """Four recordings: disc or ring, left or right; of the last two, training lacks the conjunction."""
    shapes, sides = ["disc", "ring", "disc", "ring"], ["left", "left", "right", "right"]
    rows = [
        {
            "program": program,
            "answer": answer,
            "predicted": said,
            "recording": f"r{k}",
            "chance": chance,
            "unseen": k > 1,
        }
        for program, answers, told, chance in (
            ("describe Shape", shapes, ["disc", "ring", "ring", "ring"], 0.5),
            ("describe Side", sides, ["left", "right", "right", "right"], 0.25),
            ("exists x. disc(x)", ["yes", "no"] * 2, ["yes"] * 4, None),
        )
        for k, (answer, said) in enumerate(zip(answers, told, strict=True))
    ]
    table = pd.DataFrame(rows).assign(type=lambda rows: rows.program.str.split().str[0], score=0.0, seed=0)
    return table.assign(question=[f"q{k}" for k in range(len(table))])


@pytest.mark.parametrize(
    ("measure", "accuracy", "n"),
    [
        ("describe", 6 / 8, 8),
        ("exists x. disc(x)", 0.5, 4),
        ("Shape", 0.75, 4),
        ("Shape & Side", 0.5, 4),
        ("Shape & Side, seen", 0.5, 2),
        ("Shape & Side, unseen", 0.5, 2),
        ("Side, unseen", 1.0, 2),
    ],
)
def test_the_questions_of_a_measure(predictions, measure, accuracy, n):
    part = part_of(predictions, measure)
    assert (len(part), right_answers(part).mean()) == (n, pytest.approx(accuracy))


def test_several_at_once_are_guessed_as_rarely_as_all_of_them(predictions):
    assert set(part_of(predictions, "Shape & Side").chance) == {0.125}


def test_a_measure_without_questions_is_none(predictions):
    assert part_of(predictions, "Colour") is None
    assert part_of(predictions.drop(columns="unseen"), "Shape, seen") is None
