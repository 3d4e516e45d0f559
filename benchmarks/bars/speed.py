"""Seconds: of questions on worlds, of readings, and of the quickstart from its start to its end."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import numpy as np

from bars.bar import Bar, at_least, at_most
from bars.lab import EXPERIMENTS, QUICKSTART, SCENES, Lab
from neurona.execution import Worlds, share_true
from neurona.programs import parse
from neurona.programs.facts import Fact

QUESTIONS_A_SECOND, SECONDS_A_RECORDING, QUICKSTART_SECONDS = 20_000, 0.05, 43.0
"""The last is half of the 86 s of CPU time (user and system) of the tree before."""


def questions_a_second(lab: Lab) -> Iterator[Bar]:
    """Relation questions about 400 recordings on 512 worlds of six things, from programs to answers; median of five."""
    rng, recordings, worlds = np.random.default_rng(0), 400, 512
    concepts, relations = tuple(f"c{k}" for k in range(60)), tuple(f"r{k}" for k in range(20))
    table, holds = [], []
    for _ in range(recordings):
        nouns = rng.permutation(60)[:6]
        facts = [Fact(concepts[k]) for k in nouns]
        pairs = [(a, b) for a in nouns for b in nouns if a != b]
        facts += [Fact(relations[rng.integers(20)], (concepts[a], concepts[b])) for a, b in pairs]
        facts = list(dict.fromkeys(facts))
        table.append(facts)
        holds.append(rng.random((len(facts), worlds)) < 0.4)
    drawn = Worlds.of_table(table, holds, concepts, relations)
    number = 5_000 if lab.quick else 20_000
    seconds = []
    for _ in range(5):
        words = rng.integers(60, size=(number, 2)), rng.integers(20, size=number)
        asked = [
            parse(f"exists x. c{a}(x) & r{r}(x, the y. c{b}(y))") for (a, b), r in zip(words[0], words[1], strict=True)
        ]
        about = rng.integers(recordings, size=number)
        start = time.perf_counter()
        share_true(drawn, asked, about)
        seconds.append(time.perf_counter() - start)
    yield at_least("questions a second on worlds", number / float(np.median(seconds)), QUESTIONS_A_SECOND, 0)


def reading_seconds(lab: Lab) -> Iterator[Bar]:
    """Seconds a recording to read all test recordings; what is compiled once is not counted again."""
    lesson = lab.lesson(QUICKSTART, *SCENES)
    lesson.read(lesson.held_out[:8])
    start = time.perf_counter()
    lesson.read(lesson.held_out)
    taken = (time.perf_counter() - start) / len(lesson.held_out)
    yield at_most("reading, seconds a recording", taken, SECONDS_A_RECORDING, figures={"cpus": os.cpu_count()})


def quickstart_seconds(lab: Lab) -> Iterator[Bar]:
    """User and system time of the quickstart's command, as on the first day: nothing is compiled yet."""
    with tempfile.TemporaryDirectory(dir=lab.folder) as folder:
        command = "from neurona.cli import main; main()"
        arguments = ["run", str(EXPERIMENTS / QUICKSTART), "--out", f"{folder}/run"]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", command, *arguments],
            env=os.environ | {"NEURONA_CACHE": f"{folder}/cache"},
            capture_output=True,
            text=True,
            check=False,
        )
        wall = time.perf_counter() - start
    if done.returncode:
        yield Bar(
            "quickstart, seconds of CPU time",
            f"failed: {done.stderr.strip()[-200:]}",
            f"<= {QUICKSTART_SECONDS}",
            False,
        )
        return
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    yield at_most("quickstart, seconds of CPU time", cpu, QUICKSTART_SECONDS, 1, {"wall": wall})
