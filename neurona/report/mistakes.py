"""The worst mistakes of a run: wrong answers that were given with the highest probability, each with its trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from neurona.errors import NeuronaError
from neurona.evaluation.metrics.abstention import confidence
from neurona.execution import Explanation
from neurona.experiments.runs.finished_run import Run
from neurona.programs import parse
from neurona.programs.english.printer import to_english
from neurona.readings import Reading

N_MISTAKES = 6


@dataclass(frozen=True)
class Mistake:
    """A wrong answer.

    Attributes:
        recording: that was asked about.
        question, program: in English, and in logic.
        answered, truth: what was said, and what is so.
        numbers: as asked, probability, prior: of the answer given, each under its name; those that are known.
        trace: value of every part; None for decoders without a reading.
    """

    recording: str
    question: str
    program: str
    answered: str
    truth: str
    numbers: dict[str, float]
    trace: Explanation | None


def worst_mistakes(run: Run, reading: Reading | None, most: int = N_MISTAKES) -> list[Mistake]:
    """The wrong answers that were stated with the highest probability, one a recording and one a program.

    Args:
        run: a finished one.
        reading: of the run, where it has one.
        most: how many.
    """
    asked = run.predictions
    stated = confidence(asked)
    wrong = (asked.predicted.astype(str) != asked.answer.astype(str)).to_numpy()
    order = np.argsort(-np.nan_to_num(stated, nan=-1.0), kind="stable")
    found: list[Mistake] = []
    for row in order[wrong[order]].tolist():
        one: dict[str, Any] = asked.iloc[row].to_dict()
        if any(one["recording"] == other.recording or one["program"] == other.program for other in found):
            continue
        found.append(
            Mistake(
                str(one["recording"]),
                _in_english(one["program"], reading),
                one["program"],
                str(one["predicted"]),
                str(one["answer"]),
                _numbers(one),
                _trace(one["program"], str(one["recording"]), reading),
            )
        )
        if len(found) == most:
            break
    return found


def _numbers(row: dict[str, Any]) -> dict[str, float]:
    known = {name: row[name] for name in ("as_asked", "probability", "prior") if pd.notna(row.get(name))}
    return {name.replace("_", " "): float(1 - p if row["predicted"] == "no" else p) for name, p in known.items()}


def _in_english(program: str, reading: Reading | None) -> str:
    words = reading.vocabulary if reading is not None else None
    return to_english(parse(program, words), words)


def _trace(program: str, recording: str, reading: Reading | None) -> Explanation | None:
    if reading is None or recording not in reading.recordings:
        return None
    try:
        return reading.explain(program, recording)
    except NeuronaError:  # a program that relates too many things at once to be traced
        return None
