"""The worst mistakes are wrong answers, the surest first."""

from __future__ import annotations

import pytest
from tiny_run import write_tiny_run

from neurona.experiments.runs.finished_run import open_run
from neurona.report.mistakes import worst_mistakes


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return open_run(write_tiny_run(tmp_path_factory.mktemp("mistakes") / "run"))


def test_only_wrong_answers_are_shown_the_surest_first_one_a_recording(run):
    found = worst_mistakes(run, run.reading)
    assert found
    assert all(one.answered != one.truth for one in found)
    surest = [one.numbers["probability"] for one in found]
    assert surest == sorted(surest, reverse=True)
    assert len({one.recording for one in found}) == len(found)


def test_the_trace_is_of_the_question_and_of_that_recording(run):
    one = worst_mistakes(run, run.reading, most=1)[0]
    assert one.trace.to_dict() == run.reading.explain(one.program, one.recording).to_dict()
    assert one.question.endswith("?")


def test_without_a_reading_there_is_no_trace(run):
    assert all(one.trace is None for one in worst_mistakes(run, None))
