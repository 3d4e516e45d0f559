"""What `explain` costs: CPU of its fit, and of a recording that it reads, against images, vocabulary and parcels; `costs.png` in the folder shows it.

SIMULATED scenes. One size grows at a time, the others stay; what is compiled at first is not counted. The exponent is that of the two largest sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from pathlib import Path
from typing import NamedTuple

import decoders as decoding
import matplotlib.pyplot as plt
from bars.bar import Bar, at_most, told

from neurona.decoders import decoders, fit
from speeds.bench import Clock, Speeds

BASE = {"training images": 400, "nouns": 50, "parcels": 16}
SIZES = {"training images": (200, 400, 800, 1600), "nouns": (25, 50, 100, 200), "parcels": (4, 8, 16, 32)}
EXPONENT = {"training images": 1.15, "nouns": 2.0}
"""Of the fit: linear in recordings, but for what a clock tells wrongly, and at most quadratic in words."""
A_PARCEL, READ = 16, 100
"""Components of a parcel, and test recordings that are read."""
SECONDS = (1, 2, 5, 10, 20)
"""Ticks of the picture."""


class Cost(NamedTuple):
    """CPU seconds of a fit, and of a recording."""

    fit: float
    reading: float


def costs(speeds: Speeds) -> Iterator[Bar]:
    """A line a size, and the exponents."""
    measured(BASE)
    found: dict[str, dict[int, Cost]] = {}
    for name, sizes in SIZES.items():
        found[name] = {size: measured(BASE | {name: size}) for size in (sizes[1:3] if speeds.quick else sizes)}
        each = ", ".join(f"{size}: {cost.fit:.1f} s, {1e3 * cost.reading:.0f} ms" for size, cost in found[name].items())
        yield told(f"explain, CPU of a fit and of a recording by {name}", each)
        (small, less), (large, more) = list(found[name].items())[-2:]
        for part in Cost._fields:
            exponent = log(getattr(more, part) / getattr(less, part)) / log(large / small)
            what = f"explain, exponent of {'the fit' if part == 'fit' else 'a recording'} by {name}"
            if part == "fit" and name in EXPONENT:
                yield at_most(what, exponent, EXPONENT[name], 2)
            else:
                yield told(what, f"{exponent:.2f}")
    speeds.folder.mkdir(parents=True, exist_ok=True)
    drawn(found, speeds.folder / "costs.png")


def measured(size: dict[str, int]) -> Cost:
    """Of one study."""
    parcels, images = size["parcels"], size["training images"]
    problem, asked = decoding.simulated(
        images + min(images, 400), 0.1, size["nouns"], True, 0, components=A_PARCEL * parcels, parcels=parcels
    )
    rows = sorted(set(asked.recording.tolist()))[:READ]
    with Clock() as fitting:
        decoder = fit(problem, decoders()["explain"].settings())
    decoder.read(problem.entities.features[rows[:8]], [str(row) for row in rows[:8]])  # type: ignore[union-attr]
    with Clock() as reading:
        decoder.read(problem.entities.features[rows], [str(row) for row in rows])  # type: ignore[union-attr]
    return Cost(fitting.cpu, reading.cpu / len(rows))


def drawn(found: dict[str, dict[int, Cost]], file: Path) -> None:
    """Both costs against each size, on logarithmic scales."""
    figure, axes = plt.subplots(1, len(found), figsize=(9, 3), sharey=True, layout="constrained")
    for axis, (name, by_size) in zip(axes, found.items(), strict=True):
        sizes = list(by_size)
        axis.loglog(sizes, [cost.fit for cost in by_size.values()], "o-", label="fit, CPU s")
        axis.loglog(sizes, [100 * cost.reading for cost in by_size.values()], "s--", label="100 recordings read, CPU s")
        axis.set_xticks(sizes, labels=map(str, sizes))
        axis.set_yticks(SECONDS, labels=map(str, SECONDS))
        axis.set_ylim(SECONDS[0], SECONDS[-1])
        axis.minorticks_off()
        axis.set_xlabel(name)
    axes[0].set_ylabel("CPU seconds (SIMULATED scenes)")
    axes[0].legend(frameon=False, fontsize="small")
    figure.savefig(file, dpi=150)
    plt.close(figure)
