"""Is every bar met that readings are held to? One line a bar: what was measured, what it had to be, met or MISSED.

    python benchmarks/reading.py [--quick] [--only NAME ...] [--folder DIR] [--out FILE]

What a run scores is what a user gets; equal programs have equal answers; accuracy and calibration on SIMULATED scenes and on real
recordings; mixing. `--quick` leaves out what needs 2,000 images and makes the rest small (some minutes). `--folder` keeps the runs:
one that is finished there is not made again. Ends with 1 where a bar is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bars import laws, mixing, programs, recorded, same_answers, scores, weak_signal
from bars.bar import Bar
from bars.lab import Lab
from bars.report import report

THEMES: dict[str, Callable[[Lab], Iterator[Bar]]] = {
    "query_is_run": same_answers.query_is_run,
    "laws": laws.laws,
    "solo_is_joint": same_answers.solo_is_joint,
    "alone_is_together": same_answers.alone_is_together,
    "exchanged": same_answers.exchanged_recordings,
    "definitions": same_answers.definitions_change_nothing,
    "individuals": same_answers.no_individual_from_nothing,
    "scores": scores.quickstart_scores,
    "facts": scores.scene_facts_calibrated,
    "programs": programs.random_programs_against_the_oracle,
    "mixing": mixing.mixing,
    "weak_signal": weak_signal.weak_signal,
    "unseen": weak_signal.unseen_combinations,
    "recorded": recorded.real_recordings,
}

if __name__ == "__main__":
    raise SystemExit(report(__doc__, THEMES, Lab))
