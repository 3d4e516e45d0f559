"""CPU seconds: of readings, of `explain` at its size, and of the quickstart from its start to its end."""

from __future__ import annotations

from collections.abc import Iterator

import decoders as decoding
import numpy as np
from bars.bar import Bar, at_least, at_most
from bars.lab import EXPERIMENTS, QUICKSTART, SCENES, Lab

from neurona.decoders import decoders, fit
from speeds.bench import Clock, Speeds, command

SECONDS_A_RECORDING, QUICKSTART_SECONDS, EXPLAIN_SECONDS = 0.05, 60.0, 15.0


def readings(speeds: Speeds) -> Iterator[Bar]:
    """A recording of the quickstart, what is compiled once not counted again; then the whole command on the first day, when nothing is compiled."""
    lesson = Lab(speeds.folder, speeds.quick).lesson(QUICKSTART, *SCENES)
    lesson.read(lesson.held_out[:8])
    with Clock() as clock:
        lesson.read(lesson.held_out)
    yield at_most("explain, CPU seconds a recording", clock.cpu / len(lesson.held_out), SECONDS_A_RECORDING)
    arguments = ["run", str(EXPERIMENTS / QUICKSTART), "--out", str(speeds.folder / "first_day")]
    found = command(arguments, speeds.folder / "cache")
    yield at_most("quickstart, CPU seconds", found["cpu_s"], QUICKSTART_SECONDS, 1, found)


def explain(speeds: Speeds) -> Iterator[Bar]:
    """2,000 training images, 400 test images, 100 nouns: fit and all readings, on two cores."""
    images, nouns = (300, 30) if speeds.quick else (2400, 100)
    problem, asked = decoding.simulated(images, 0.0111, nouns, True, 0)
    rows, place = np.unique(asked.recording, return_inverse=True)
    with Clock() as clock:
        decoder = fit(problem, decoders()["explain"].settings())
        reading = decoder.read(problem.entities.features[rows], [str(row) for row in rows])  # type: ignore[union-attr]
    figures = {"images": images, "nouns": nouns, "recordings": len(rows), "wall_s": clock.wall}
    yield at_most(
        f"explain, {images} images, {nouns} nouns, seconds of two cores", clock.cpu / 2, EXPLAIN_SECONDS, 1, figures
    )
    right = np.array(reading.ask_each(asked.queries, place.reshape(-1)).answer) == asked.table.answer.to_numpy(str)
    yield at_least("explain, accuracy of these", float(right.mean()), 0.6)
