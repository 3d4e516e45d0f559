"""Larger than memory: what `neurona run` and `neurona query` hold and take for studies of two sizes, the slope between them, and 100,000 recordings.

A SIMULATED study of four labels (parcels x 5 times) is written block by block, so that it is never in memory. Each decoder then learns it by the command line, each
command a process of its own, of which the highest resident memory and the CPU time are taken. The bar is 4 GB for 100,000 recordings x 1,000 parcels x 5
times, 20 GB in float64: memory that does not grow with recordings has a slope of 0.

    PYTHONPATH=benchmarks python benchmarks/speeds/larger.py DECODER RECORDINGS PARCELS FOLDER [KEY=VALUE ...]        one size alone, with other settings
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bars.bar import Bar, at_most, told

from speeds.bench import Speeds, command

TIMES, LABELS = 5, "abcd"
WHOLE = 100_000 * 1_000 * TIMES
"""Values of the study that the bar speaks of."""
DECODERS = {
    "linear_evidence": "{kind: linear_evidence, decays: [0.1, 1.0], inner_folds: 2, steps: 10}",
}
_CONFIG = """name: larger
data: {{path: {data}}}
entities: atlas
decoder: {decoder}
training: {{epochs: 2}}
evaluation: {{split: image, test: 0.1, validation: 0.1, metrics: [], plots: [], fit_all: false}}
seed: 0
"""


def larger(speeds: Speeds) -> Iterator[Bar]:
    """Slopes and what follows from them."""
    parcels, sizes = (100, (1_000, 4_000)) if speeds.quick else (200, (5_000, 40_000))
    values = (sizes[1] - sizes[0]) * parcels * TIMES
    for decoder in DECODERS:
        with tempfile.TemporaryDirectory() as folder:
            small, large = (measured(decoder, size, parcels, Path(folder) / str(size)) for size in sizes)
        for part in ("run", "query"):
            slope = 1e6 * (large[part]["peak_mb"] - small[part]["peak_mb"]) / values
            yield told(
                f"{decoder}: bytes a value at the peak, {part}", f"{slope:.2f}", {"small": small, "large": large}
            )
        cpu = (large["run"]["after_s"] - small["run"]["after_s"]) / values
        yield told(f"{decoder}: CPU of a run, nanoseconds a value", f"{1e9 * cpu:.0f}")
        peak = large["run"]["peak_mb"] / 1e3 + (WHOLE - sizes[1] * parcels * TIMES) * slope_of(small, large, values)
        name = f"{decoder}: 100,000 recordings x 1,000 parcels x 5 times, GB at the peak (extrapolated)"
        yield at_most(name, peak, 4.0, 1)


def slope_of(small: dict[str, Any], large: dict[str, Any], values: int) -> float:
    """GB a value at the peak of a run."""
    return max(large["run"]["peak_mb"] - small["run"]["peak_mb"], 0.0) / 1e3 / values


def measured(decoder: str, recordings: int, parcels: int, folder: Path, *settings: str) -> dict[str, Any]:
    """What the run and the query take (`speeds.starts`), and the run's accuracy."""
    data, run = folder / "data", folder / "run"
    if not (data / "dataset.json").exists():
        make(data, recordings, parcels)
    config = folder / "larger.yaml"
    config.write_text(_CONFIG.format(data=data, decoder=DECODERS[decoder]), encoding="utf-8")
    found = {
        "run": command(["run", str(config), "--out", str(run), *(f"--set={one}" for one in settings)], folder / "cache")
    }
    found["query"] = command(["query", str(run), "exists x. a(x)"], folder / "cache")
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return found | {"accuracy": metrics["accuracy"]["overall"]["value"]}


def make(folder: Path, recordings: int, parcels: int) -> None:
    """Write the study, SIMULATED, a chunk of its store at a time."""
    import neurona as nr
    from neurona.datasets.dataset import Dataset, write_parts, write_pointer
    from neurona.recordings import store
    from neurona.recordings.recordings import rows_per_chunk

    rng, label = np.random.default_rng(0), np.random.default_rng(1).permutation(np.arange(recordings) % len(LABELS))
    means = 0.1 * rng.standard_normal((len(LABELS), parcels, TIMES), np.float32)
    few = np.arange(2 * len(LABELS)) % len(LABELS)
    shown = nr.Dataset.from_arrays(means[few], [LABELS[k] for k in few], simulated=True, name="larger")
    folder.mkdir(parents=True)
    write_parts(folder, shown, folder)  # its card and vocabulary
    path, rows = folder / "recordings.zarr", rows_per_chunk(parcels, TIMES)
    store.start(path, (recordings, parcels, TIMES), rows)
    for first in range(0, recordings, rows):
        of = label[first : first + rows]
        store.write_rows(path, first, means[of] + rng.standard_normal((len(of), parcels, TIMES), np.float32))
    ids = np.array([f"r{k:06d}" for k in range(recordings)])
    along: dict[str, Any] = dict.fromkeys(("subject", "run", "split"), np.zeros(recordings, "U1"))
    along |= {"recording": ids, "subject": ids.astype("U4"), "label": np.array(list(LABELS))[label]}
    channels = shown.recordings.data.channel.values
    coordinates = {name: ("recording", values) for name, values in along.items()}
    coordinates |= {"channel": ("channel", channels), "group": ("channel", channels)}
    coordinates |= {"time": ("time", shown.recordings.data.time.values)}
    kept = store.finish(path, coordinates, shown.recordings.data.attrs)
    asked = [
        _asked(ids, f"describe {next(iter(shown.vocabulary.categories))}", "describe", np.array(list(LABELS))[label])
    ]
    for k, word in enumerate(LABELS):
        own = np.arange(recordings) % len(LABELS) == k
        asked.append(_asked(ids[own], f"exists x. {word}(x)", "exists", np.where(label[own] == k, "yes", "no")))
    pd.concat(asked, ignore_index=True).to_parquet(folder / "questions.parquet", index=False)
    write_pointer(folder, Dataset("larger", shown.card, kept, pd.DataFrame(), {}, shown.vocabulary), folder)


def _asked(ids: np.ndarray, program: str, kind: str, answers: np.ndarray) -> pd.DataFrame:
    names = [f"{name} {program}" for name in ids]
    return pd.DataFrame({"question": names, "recording": ids, "program": program, "answer": answers, "type": kind})


if __name__ == "__main__":
    kind, recordings, parcels, folder, *settings = sys.argv[1:]
    print(json.dumps(measured(kind, int(recordings), int(parcels), Path(folder), *settings)))
