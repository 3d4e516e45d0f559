"""How long does a question set take to be written, checked, converted and read back, and in how much memory?

    python benchmarks/conversion.py [--subjects 4] [--images 1000] [--questions 25] [--out FILE]

1. A SIMULATED folder in the BOLD5000-QA layout is written, checked, converted and compared with what was written, value by value and
   answer by answer.
2. A second one, whose recordings alone are larger than `--cap` MB, is checked, converted and iterated; each step must stay below the
   cap.

Each step is a process of its own. Memory is the peak of the resident set as the kernel keeps it (ru_maxrss), less what the process
held after its imports. Exit code 1 if something differs or the cap was broken.
"""

from __future__ import annotations

import argparse
import io
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from neurona.datasets import bold5000_qa
from neurona.datasets.dataset import open_dataset
from neurona.recordings.recordings import Recordings

PACKAGES = ("neurona", "numpy", "xarray", "zarr", "pandas", "pyarrow")
NOUNS, RELATIONS = 200, ("hold", "ride", "wear", "eat", "on", "under", "beside")
QUIET = Console(file=io.StringIO())


def questions(subject: int, image: int, count: int) -> tuple[list[str], list[str]]:
    """Programs in the reference's syntax, a third each of existence, relation and describe questions."""
    rng = np.random.default_rng((subject, image))
    programs, answers = [], []
    for k in range(count):
        a, b = (f"noun{j}" for j in rng.integers(NOUNS, size=2))
        if k % 3 == 0:
            programs.append(f"exists(Object, lambda x: {a}(x))")
        elif k % 3 == 1:
            relation = RELATIONS[rng.integers(len(RELATIONS))]
            programs.append(f"exists(Object, lambda x: {a}(x) and {relation}(x, iota(Object, lambda y: {b}(y))))")
        else:
            terms = f"iota(Object, lambda x: {a}(x)) and iota(Object, lambda y: {b}(y))"
            programs.append(f"describe(Position, lambda k: position(k, {terms}))")
        answers.append(("yes", "no")[rng.integers(2)] if k % 3 < 2 else RELATIONS[4 + rng.integers(3)])
    return programs, answers


def response(subject: int, image: int) -> np.ndarray:
    return np.random.default_rng((7, subject, image)).normal(size=(5, 1024)).astype(np.float32)


def files(settings: dict[str, int]):
    """(subject, image, split) of every file; one image in fifty is for testing."""
    for subject in range(settings["subjects"]):
        for image in range(settings["images"]):
            yield subject, image, "test" if image % 50 == 0 else "train"


def write(folder: Path, settings: dict[str, int]) -> dict[str, Any]:
    for subject, image, split in files(settings):
        path = folder / "raw" / f"CSI{subject + 1}" / split / f"image{image:05d}.npy"
        asked = questions(subject, image, settings["questions"])
        bold5000_qa.write_recording(path, *asked, response(subject, image), f"CSI{subject + 1}", path.stem)
    return {}


def check(folder: Path, settings: dict[str, int]) -> dict[str, Any]:
    report = bold5000_qa.check(folder / "raw", QUIET)
    return {"ok": report.sound, "summary": report.summary()}


def convert(folder: Path, settings: dict[str, int]) -> dict[str, Any]:
    made = bold5000_qa.convert(folder / "raw", folder / "set", QUIET)
    return {"recordings": made.n_recordings, "questions": made.n_questions, "left_out": dict(made.left_out)}


def compare(folder: Path, settings: dict[str, int]) -> dict[str, Any]:
    """Read back: every value and every question as it was written; nothing more."""
    dataset = open_dataset(folder / "set")
    asked = dict(iter(dataset.questions.groupby("recording")))
    expected = {
        f"CSI{subject + 1}_image{image:05d}": (subject, image, split) for subject, image, split in files(settings)
    }
    same, seen = True, 0
    for batch in dataset.recordings.batches():
        values, splits = batch.data.values, batch.data.split.values
        for row, name in enumerate(map(str, batch.data.recording.values)):
            subject, image, split = expected.pop(name)
            rows = asked[name]
            same &= bool((values[row] == response(subject, image).T).all()) and str(splits[row]) == split
            same &= (rows.program.tolist(), rows.answer.tolist()) == questions(subject, image, settings["questions"])
            seen += len(rows)
    return {"ok": same and not expected and seen == len(dataset.questions), "questions": seen}


def iterate(folder: Path, settings: dict[str, int]) -> dict[str, Any]:
    """Open with checksums, validate, and take means over all values, batch by batch."""
    recordings: Recordings = open_dataset(folder / "set").recordings
    recordings.validate("set")
    total, size = 0.0, 0
    for batch in recordings.batches():
        total += float(batch.data.values.sum(dtype=np.float64))
        size += batch.data.nbytes
    return {"ok": abs(total) / size < 0.01, "megabytes": size / 2**20}


STEPS = {step.__name__: step for step in (write, check, convert, compare, iterate)}


def resident_mb() -> float:
    """Memory that this process holds, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def step(name: str, folder: Path, settings: dict[str, int]) -> dict[str, Any]:
    """One step in this process, with its time and memory."""
    baseline = resident_mb()
    start = time.perf_counter()
    found = STEPS[name](folder, settings)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"step": name, "seconds": seconds, "memory_mb": peak - baseline, "imports_mb": baseline, "ok": True, **found}


def in_process(name: str, folder: Path, settings: dict[str, int]) -> dict[str, Any]:
    command = [sys.executable, __file__, "--step", name, "--folder", str(folder), "--settings", json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["killed"])[-1]
        return {"step": name, "ok": False, "error": last}
    result = json.loads(done.stdout.splitlines()[-1])
    result["ok"] &= not settings["cap"] or result["memory_mb"] < settings["cap"]
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("subjects", 4), ("images", 1000), ("questions", 25), ("cap", 256), ("large", 768)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out", type=Path)
    for name in ("step", "folder", "settings"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(step(given.step, Path(given.folder), json.loads(given.settings))))
        return 0
    plain = {"subjects": given.subjects, "images": given.images, "questions": given.questions, "cap": 0}
    # `--large` MB of recordings, 20 kB each.
    large = {"subjects": 4, "images": given.large * 2**20 // (4 * 5 * 1024 * 4), "questions": 2, "cap": given.cap}
    results: dict[str, list[dict[str, Any]]] = {}
    for title, settings, steps in (
        ("layout", plain, ("write", "check", "convert", "compare")),
        ("larger than the cap", large, ("write", "check", "convert", "iterate")),
    ):
        with tempfile.TemporaryDirectory(prefix="neurona-") as made:
            uncapped = settings | {"cap": 0}
            results[title] = [
                in_process(name, Path(made), uncapped if name == "write" else settings) | {"settings": settings}
                for name in steps
            ]
        _show(f"{title} (SIMULATED): {settings}", results[title])
    report = {"versions": {name: version(name) for name in PACKAGES}, "machine": platform.machine(), **results}
    text = json.dumps(report, indent=1)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    return 0 if all(row["ok"] for rows in results.values() for row in rows) else 1


def _show(title: str, rows: list[dict[str, Any]]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("step", "seconds", "memory, MB", "ok", "found"):
        table.add_column(column)
    for row in rows:
        known = ("step", "seconds", "memory_mb", "imports_mb", "ok", "settings")
        found = ", ".join(f"{name}: {value}" for name, value in row.items() if name not in known)
        figures = [f"{row[name]:.1f}" if name in row else "-" for name in ("seconds", "memory_mb")]
        table.add_row(row["step"], *figures, "yes" if row["ok"] else "NO", found)
    Console(stderr=True).print(table)


if __name__ == "__main__":
    sys.exit(main())
