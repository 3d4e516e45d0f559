"""Exact probabilities of programs, beside ProbLog (SDD), PySDD and KLay: on the same programs and the same probabilities."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bars.bar import Bar, at_least, at_most, told

from speeds.bench import Speeds
from speeds.programs import cases

NEEDS = {"problog": ("problog", "pysdd"), "pysdd": ("pysdd",), "klay": ("klay", "pysdd")}
EQUAL = 1e-6
"""Errors that are equal: single precision, in which KLay counts."""


def engines(speeds: Speeds) -> Iterator[Bar]:
    """Time to the first 256 probabilities of a program, and probabilities a second once it is compiled; an engine that takes too long is out of reach."""
    several = cases(speeds.quick)
    names = [f"{case.name}, {case.things} things" for case in several]
    limit = 20.0 if speeds.quick else 120.0
    ours = _measured("neurona", speeds.quick, names, 10 * limit)
    rest = {
        name: _measured(name, speeds.quick, names, limit) for name, needs in NEEDS.items() if all(map(find_spec, needs))
    }
    for name in NEEDS:
        if name not in rest:
            yield told(f"engine {name}", "not installed: pip install 'neurona[logic]'")
    for name in names:
        own, others = ours[name], {engine: found[name] for engine, found in rest.items() if name in found}
        figures: dict[str, Any] = {"neurona": own} | others | {"limit_s": limit}
        yield at_most(f"{name}: error", own["error"], 1e-12, 15, figures)
        right = {engine: row for engine, row in others.items() if row["error"] <= EQUAL}
        if not right:
            yield told(
                f"{name}: {own['first_s'] * 1e3:.1f} ms to 256, {own['per_s']:,.0f}/s", f"no engine in {limit:.0f} s"
            )
            continue
        quickest, fastest = min(right, key=lambda e: right[e]["first_s"]), max(right, key=lambda e: right[e]["per_s"])
        yield at_least(
            f"{name}: {own['first_s'] * 1e3:.1f} ms to 256, of {quickest}'s",
            right[quickest]["first_s"] / own["first_s"],
            1,
            2,
        )
        yield at_least(f"{name}: {own['per_s']:,.0f}/s, of {fastest}'s", own["per_s"] / right[fastest]["per_s"], 1, 2)


def _measured(engine: str, quick: bool, names: list[str], limit: float) -> dict[str, Any]:
    """What an engine does in the time; where a case takes longer, larger ones of its family are left out."""
    left, found = list(range(len(names))), {}
    while left:
        for row in _lines(engine, quick, left, limit):
            found[row["case"]] = row
            left.pop(0)
        if left:
            family = names[left[0]].split(",")[0]
            left = [k for k in left if names[k].split(",")[0] != family]
    return found


def _lines(engine: str, quick: bool, chosen: list[int], limit: float) -> Iterator[dict[str, Any]]:
    command = [sys.executable, str(Path(__file__).with_name("engines.py")), engine, *(["--quick"] if quick else [])]
    command += ["--cases", *map(str, chosen)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "JAX_PLATFORMS": "cpu"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as child:
        assert child.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            # The first line says that all is imported, which has its own time.
            while ready.select(300.0 if not chosen else limit):
                line = child.stdout.readline()
                if not line:
                    break
                row = json.loads(line)
                if "case" in row:
                    yield row
        child.kill()
