"""Is every bar met that readings are held to? One line a bar: what was measured, what it had to be, met or MISSED.

    python benchmarks/reading.py [--quick] [--only NAME ...] [--folder DIR] [--out FILE]

What a run scores is what a user gets; equal programs have equal answers; accuracy and calibration on SIMULATED scenes and on real
recordings; mixing; speed. `--quick` leaves out what needs 2,000 images and makes the rest small (some minutes). `--folder` keeps the runs:
one that is finished there is not made again. Ends with 1 where a bar is missed. Timings are those of an idle machine of two cores.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import measure
from bars import laws, mixing, programs, recorded, same_answers, scores, speed, weak_signal
from bars.bar import Bar
from bars.lab import Lab

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
    "questions_a_second": speed.questions_a_second,
    "reading_seconds": speed.reading_seconds,
    "quickstart_seconds": speed.quickstart_seconds,
}


def measured(lab: Lab, chosen: Sequence[str]) -> list[Bar]:
    """All bars of some themes, printed as they come; what fails is missed, and the others are measured all the same."""
    found = []
    for theme in chosen:
        start = time.perf_counter()
        try:
            for bar in THEMES[theme](lab):
                _print(bar)
                found.append(bar)
        except Exception as error:
            traceback.print_exc()
            found.append(Bar(theme, f"failed: {type(error).__name__}: {error}", "to be measured", False))
            _print(found[-1])
        print(f"    ({theme}: {time.perf_counter() - start:.0f} s)", flush=True)
    return found


def _print(bar: Bar) -> None:
    print(f"{bar.name:<72} {bar.measured:>14}  {bar.bar:<14} {bar.verdict}".rstrip(), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small versions, some minutes")
    parser.add_argument("--only", nargs="*", choices=list(THEMES), default=list(THEMES), help="some themes")
    parser.add_argument("--folder", type=Path, help="where runs are kept; a temporary folder unless given")
    parser.add_argument("--out", type=Path, help="JSON of all figures")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bars = measured(Lab(folder, given.quick), given.only)
    missed = [bar.name for bar in bars if bar.met is False]
    judged = sum(bar.met is not None for bar in bars)
    print(f"{judged - len(missed)} of {judged} bars met" + (f"; MISSED: {'; '.join(missed)}" if missed else ""))
    if given.out:
        content = {"bars": [asdict(bar) for bar in bars], "quick": given.quick, "load": os.getloadavg()}
        measure.write_json(given.out, content | {"provenance": measure.provenance()})
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main())
