"""Larger than memory: what a recording costs in memory and CPU, from the slope between two sizes, and what 100,000 recordings would take.

Each size is a process of its own, which makes SIMULATED recordings of four labels (parcels x 5 times), and fits `linear_evidence` to them, reads and asks
them. The least amount of memory is that of the recordings themselves, 4 bytes a value; the bar is 4 GB for 100,000 recordings x 1,000 parcels x 5 times.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
from bars.bar import Bar, at_most, told

from speeds.bench import Speeds

TIMES, LABELS = 5, 4
WHOLE = 100_000 * 1_000 * TIMES
"""Values of the study that the bar speaks of."""


def larger(speeds: Speeds) -> Iterator[Bar]:
    """Slopes and what follows from them."""
    parcels, sizes = 200, (1_000, 4_000) if speeds.quick else (5_000, 20_000)
    small, large = (_measured(recordings, parcels) for recordings in sizes)
    values = (sizes[1] - sizes[0]) * parcels * TIMES
    for part in ("recordings", "fit", "read"):
        slope = (large[part] - small[part]) / values
        yield told(f"bytes a value at the peak, {part}", f"{slope:.1f}", {"small": small, "large": large})
    yield told("CPU of a fit, nanoseconds a value", f"{1e9 * (large['cpu'] - small['cpu']) / values:.0f}")
    peak = (large["read"] - small["read"]) / values * WHOLE
    yield at_most("100,000 recordings x 1,000 parcels x 5 times, GB at the peak (extrapolated)", peak / 1e9, 4.0, 1)


def _measured(recordings: int, parcels: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, str(recordings), str(parcels)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _run(recordings: int, parcels: int) -> dict[str, float]:
    """Peaks of resident memory in bytes after each step, and the CPU seconds of the fit."""
    import resource
    import time

    import neurona as nr
    from neurona.decoders.fitting import fit_decoder
    from neurona.decoders.linear_evidence import LinearEvidenceSettings

    def peak() -> float:
        return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    rng, label = np.random.default_rng(0), np.arange(recordings) % LABELS
    signal = rng.standard_normal((recordings, parcels, TIMES), np.float32)
    signal += 0.1 * rng.standard_normal((LABELS, parcels, TIMES), np.float32)[label]
    data = nr.Dataset.from_arrays(signal, np.array(list("abcd"))[label].tolist())
    del signal
    found = {"recordings": peak()}
    start = time.process_time()
    settings = LinearEvidenceSettings(decays=(0.1, 1.0), inner_folds=2, steps=10)
    decoder = fit_decoder(data, settings, entities="whole")
    found |= {"cpu": time.process_time() - start, "fit": peak()}
    decoder.read(data).ask("exists x. a(x)")
    return found | {"read": peak()}


if __name__ == "__main__":
    print(json.dumps(_run(int(sys.argv[1]), int(sys.argv[2]))))
