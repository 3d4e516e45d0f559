"""Files as people have them: small inputs, each from a public report, that must be read right or refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bars.bar import Bar, nothing_of, told

from own.bench import ROOT, Own, call


def cases(own: Own) -> Iterator[Bar]:
    """Every script `shared/cases/NN_name.py` beside the checkout, with `tests/` on its path; exit code 0 is right."""
    folder = ROOT.parent / "shared" / "cases"
    scripts = sorted(folder.glob("[0-9]*.py"))
    if not scripts:
        yield told("cases of files as people have them", f"skipped: no {folder}")
        return
    wrong = []
    for script in scripts:
        done = call([sys.executable, str(script)], env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"})
        if done.code:
            wrong.append(script.stem)
            print(f"--- {script.stem}: {done.told.splitlines()[-1][:200] if done.told else done.code}", flush=True)
    yield nothing_of("cases of files as people have them, wrong", len(wrong), len(scripts), {"wrong": wrong})
