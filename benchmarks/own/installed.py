"""The wheel in an empty environment, outside any checkout; and the default tests."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from bars.bar import Bar, at_most, nothing_of, told

from own.bench import ROOT, Own, call

MINUTES = 6.0


def wheel(own: Own) -> Iterator[Bar]:
    """`neurona run quickstart` and a query of it by what the wheel installs."""
    if own.quick:
        yield told("the wheel outside the checkout", "skipped: --quick")
        return
    empty = own.folder / "empty"
    python = empty / "env" / "bin" / "python"
    built = own.folder / "wheel"
    steps = [
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(built), str(ROOT)],
        [sys.executable, "-m", "venv", str(python.parents[1])],
    ]
    empty.mkdir(parents=True, exist_ok=True)
    failed = [one for one in (call(step, env={"PYTHONPATH": ""}) for step in steps) if one.code]
    made = sorted(built.glob("neurona-*.whl"))
    if not failed and made:
        program = python.parent / "neurona"
        for step in (
            [str(python), "-m", "pip", "install", "-q", str(made[-1])],
            [str(program), "run", "quickstart", "--out", "run"],
            [str(program), "query", "run", "exists x. man(x)"],
        ):
            done = call(step, cwd=empty, env={"PYTHONPATH": ""})
            if done.code:
                failed.append(done)
                break
    for one in failed:
        print(f"--- {one.told[-1500:]}", flush=True)
    yield nothing_of("the wheel outside the checkout: steps that failed", len(failed), 5)


def default_tests(own: Own) -> Iterator[Bar]:
    """Minutes of the default tests, whole, on this machine."""
    if own.quick:
        yield told("default tests, minutes", "skipped: --quick")
        return
    start = time.perf_counter()
    done = call([sys.executable, "-m", "pytest", "-p", "no:cacheprovider"], cwd=ROOT)
    minutes = (time.perf_counter() - start) / 60
    if done.code:
        print(done.told[-2000:], flush=True)
    yield at_most("default tests, minutes", minutes, MINUTES, 1, {"code": done.code, "cpu": done.cpu})
    yield nothing_of("default tests, failed", int(done.code != 0), 1)
