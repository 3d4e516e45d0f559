"""The command of a benchmark of bars: a line each, a summary line, and exit code 1 where one is missed."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol, TypeVar

import measure

from bars.bar import Bar


class Bench(Protocol):
    """What the themes of a benchmark share."""

    folder: Path
    quick: bool


_Bench = TypeVar("_Bench", bound=Bench)
Themes = Mapping[str, Callable[[_Bench], Iterator[Bar]]]


def measured(bench: _Bench, themes: Themes[_Bench], chosen: Sequence[str]) -> list[Bar]:
    """All bars of some themes, printed as they come; what fails is missed, and the others are measured all the same."""
    found = []
    for theme in chosen:
        start = time.perf_counter()
        try:
            for bar in themes[theme](bench):
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


def report(description: str, themes: Themes[_Bench], bench: Callable[[Path, bool], _Bench]) -> int:
    """Read the command line, measure and report.

    Args:
        description: of the benchmark.
        themes: name -> what measures its bars.
        bench: what they share, from a folder and whether it is to be quick.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small versions, some minutes")
    parser.add_argument("--only", nargs="*", choices=list(themes), default=list(themes), help="some themes")
    parser.add_argument("--folder", type=Path, help="where runs are kept; a temporary folder unless given")
    parser.add_argument("--out", type=Path, help="JSON of all figures")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bars = measured(bench(folder, given.quick), themes, given.only)
    missed = [bar.name for bar in bars if bar.met is False]
    judged = sum(bar.met is not None for bar in bars)
    print(f"{judged - len(missed)} of {judged} bars met" + (f"; MISSED: {'; '.join(missed)}" if missed else ""))
    if given.out:
        content = {"bars": [asdict(bar) for bar in bars], "quick": given.quick, "load": os.getloadavg()}
        measure.write_json(given.out, content | {"provenance": measure.provenance()})
    return int(bool(missed))
