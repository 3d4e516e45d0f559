"""Questions as people type them: how many are the program that was meant, and how many another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bars.bar import Bar, at_least, nothing_of

from asked.bench import Asked
from neurona.errors import QueryError
from neurona.programs import normal_form, parse, parse_logic

QUESTIONS = Path(__file__).parents[2] / "tests" / "programs"


def questions(bench: Asked) -> Iterator[Bar]:
    """Those of `tests/programs/english/everyday_questions.txt`."""
    sys.path.append(str(QUESTIONS))
    from everyday_words import WORDS

    lines = (QUESTIONS / "english" / "everyday_questions.txt").read_text("utf-8").splitlines()
    asked = [line.split(" | ", 1) for line in lines]
    right = wrong = 0
    for question, program in asked:
        try:
            found = normal_form(parse(question, WORDS))
        except QueryError:
            continue
        same = found == normal_form(parse_logic(program))
        right, wrong = right + same, wrong + (not same)
    yield at_least(f"English: share of {len(asked)} questions that are the program meant", right / len(asked), 0.95)
    yield nothing_of("English: questions that are another program", wrong, len(asked))
