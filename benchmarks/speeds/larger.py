"""Larger than memory: what `neurona run` and `neurona query` hold and take, by recording and by value, and what 100,000 recordings would.

A SIMULATED study (parcels x 5 times) is written block by block: of four labels, for `explain` of scenes of up to eight things. Each decoder
learns three studies by the command line, each command a process of its own, of which the highest resident memory and the CPU time are taken; arrays of more than
4 MB lie on disk. The bar is 4 GB for 100,000 recordings x 1,000 parcels x 5 times, which are 2 GB in float32.

    PYTHONPATH=benchmarks python benchmarks/speeds/larger.py DECODER RECORDINGS PARCELS FOLDER [KEY=VALUE ...]        one size alone, with other settings
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bars.bar import Bar, at_most, told

from speeds.bench import Speeds, command

TIMES = 5
DECODERS = {
    "linear_evidence": "{kind: linear_evidence, decays: [0.1, 1.0], inner_folds: 2, steps: 10}",
    "neurona": "{kind: neurona, embedding: 8, rank: 2}",
    "explain": "explain",
}
SQUARES = {"linear_evidence": 3 * 8e-9 * TIMES**2, "neurona": 0.0, "explain": 6 * 8e-9}
"""GB that covariances of features, or of axes, need for the square of the parcels, whatever the recordings."""
_CONFIG = """name: larger
data: {{path: {data}}}
entities: atlas
decoder: {decoder}
training: {{epochs: 1}}
evaluation: {{split: image, test: 0.1, validation: 0.1, metrics: [], plots: [], fit_all: false}}
seed: 0
"""


def larger(speeds: Speeds) -> Iterator[Bar]:
    """What a recording and a value cost, and what follows from them."""
    n = 2_000 if speeds.quick else 8_000
    studies = (n, 100), (3 * n, 100), (3 * n, 200)
    for decoder in DECODERS:
        with tempfile.TemporaryDirectory() as folder:
            found = [measured(decoder, *one, Path(folder) / str(k), on_disk="4") for k, one in enumerate(studies)]
        squares = [SQUARES[decoder] * parcels**2 for _, parcels in studies]
        peaks = [one["run"]["peak_mb"] / 1e3 for one in found]
        memory = _costs(studies, np.subtract(peaks, squares))
        yield told(f"{decoder}: kB a recording at the peak of a run", f"{1e6 * memory[1]:.1f}", {"runs": found})
        yield told(f"{decoder}: bytes a value at the peak of a run", f"{1e9 * memory[2]:.2f}")
        cpu = _costs(studies, [one["run"]["after_s"] for one in found])
        yield told(f"{decoder}: CPU of a run, ms a recording and ns a value", f"{1e3 * cpu[1]:.2f}, {1e9 * cpu[2]:.0f}")
        query = _costs(studies, [one["query"]["peak_mb"] / 1e3 for one in found])
        for name, costs, square in (("run", memory, SQUARES[decoder] * 1_000**2), ("query", query, 0.0)):
            peak = float(_terms(100_000, 1_000) @ costs) + square
            what = f"{decoder}: GB at the peak of a {name}, 100,000 recordings x 1,000 parcels x 5 times (extrapolated)"
            yield at_most(what, peak, 4.0, 1)


def _terms(recordings: int, parcels: int) -> np.ndarray:
    """What costs grow with: nothing, recordings, values."""
    return np.array([1.0, recordings, recordings * parcels * TIMES])


def _costs(studies: Sequence[tuple[int, int]], found: Sequence[float] | np.ndarray) -> np.ndarray:
    return np.linalg.solve(np.stack([_terms(*one) for one in studies]), np.array(found))


def measured(
    decoder: str, recordings: int, parcels: int, folder: Path, *settings: str, on_disk: str = "256"
) -> dict[str, Any]:
    """What the run and the query take (`speeds.starts`), and the run's accuracy; `on_disk`: MB of an array from which on it lies there."""
    data, run = folder / "data", folder / "run"
    if not (data / "dataset.json").exists():
        make(data, recordings, parcels, several=decoder == "explain")
    config = folder / "larger.yaml"
    config.write_text(_CONFIG.format(data=data, decoder=DECODERS[decoder]), encoding="utf-8")
    word = "thing0" if decoder == "explain" else "a"
    commands = {
        "run": ["run", str(config), "--out", str(run), *(f"--set={one}" for one in settings)],
        "query": ["query", str(run), f"exists x. {word}(x)"],
    }
    found: dict[str, Any] = {
        name: command(one, folder / "cache", NEURONA_IN_MEMORY_MB=on_disk) for name, one in commands.items()
    }
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return found | {"accuracy": metrics["accuracy"]["overall"]["value"]}


def make(folder: Path, recordings: int, parcels: int, several: bool) -> None:
    """Write a study, SIMULATED, a chunk of its store at a time: recordings show one of four labels, or any of eight things."""
    import neurona as nr
    from neurona.datasets.dataset import Dataset, write_parts, write_pointer
    from neurona.recordings import store
    from neurona.recordings.recordings import rows_per_chunk

    rng, drawn = np.random.default_rng(0), np.random.default_rng(1)
    words = [f"thing{k}" for k in range(8)] if several else list("abcd")
    label = drawn.permutation(np.arange(recordings) % len(words))
    shown = drawn.random((recordings, len(words))) < 0.4 if several else np.eye(len(words), dtype=bool)[label]
    patterns = 0.1 * rng.standard_normal((len(words), parcels, TIMES), np.float32)
    labels = pd.DataFrame(shown[:64], columns=words) if several else [words[k] for k in label[:64]]
    few = nr.Dataset.from_arrays(_measured(shown[:64], patterns, rng), labels, simulated=True, name="larger")
    folder.mkdir(parents=True)
    write_parts(folder, few, folder)  # its card and vocabulary
    path, rows = folder / "recordings.zarr", rows_per_chunk(parcels, TIMES)
    store.start(path, (recordings, parcels, TIMES), rows)
    for first in range(0, recordings, rows):
        store.write_rows(path, first, _measured(shown[first : first + rows], patterns, rng))
    ids, channels = np.array([f"r{k:06d}" for k in range(recordings)]), few.recordings.data.channel.values
    coordinates: dict[str, Any] = {
        name: ("recording", np.zeros(recordings, "U1")) for name in ("run", "split", "label")
    }
    coordinates |= {"recording": ("recording", ids), "subject": ("recording", ids.astype("U4"))}
    coordinates |= dict.fromkeys(("channel", "group"), ("channel", channels))
    coordinates |= {"time": ("time", few.recordings.data.time.values)}
    kept = store.finish(path, coordinates, few.recordings.data.attrs)
    asked = []
    for k, word in enumerate(words):
        # Each recording is asked about some of the words, one after the other.
        own = (np.arange(recordings) - k) % len(words) < (5 if several else 2)
        asked.append(_asked(ids[own], f"exists x. {word}(x)", "exists", np.where(shown[own, k], "yes", "no")))
    if not several:
        asked.append(
            _asked(ids, f"describe {next(iter(few.vocabulary.categories))}", "describe", np.array(words)[label])
        )
    pd.concat(asked, ignore_index=True).to_parquet(folder / "questions.parquet", index=False)
    write_pointer(folder, Dataset("larger", few.card, kept, pd.DataFrame(), {}, few.vocabulary), folder)


def _measured(shown: np.ndarray, patterns: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Patterns of what is shown, and noise of variance 1."""
    noise = rng.standard_normal((len(shown), *patterns.shape[1:]), np.float32)
    return noise + np.tensordot(shown.astype(np.float32), patterns, 1)


def _asked(ids: np.ndarray, program: str, kind: str, answers: np.ndarray) -> pd.DataFrame:
    names = [f"{name} {program}" for name in ids]
    return pd.DataFrame({"question": names, "recording": ids, "program": program, "answer": answers, "type": kind})


if __name__ == "__main__":
    kind, recordings, parcels, folder, *settings = sys.argv[1:]
    print(json.dumps(measured(kind, int(recordings), int(parcels), Path(folder), *settings)))
