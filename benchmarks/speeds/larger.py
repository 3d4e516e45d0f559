"""Larger than memory: what `neurona run` and `neurona query` hold and take of 100,000 recordings x 1,000 parcels x 5 times.

A SIMULATED study is written block by block: of four labels, for `explain` of scenes of up to eight things. A subject is 1,000 recordings of 1,000 parcels x 5 times, 20 MB
in float32. Each decoder learns and reads 10 and 100 subjects by the command line, each command a process of its own, of which the highest resident memory (pages of files
counted) and the CPU time are taken; the bar is 4 GB for 100. What 1,000 subjects would take is extrapolated from the two, and says so. It takes 30 to 60 CPU minutes and 15 GB in
`TMPDIR` and in `--folder`, where what was measured is kept, and not measured again.

`--quick` measures four small studies, of 100 and 200 parcels, with arrays of more than 4 MB on disk, and extrapolates from all four: no peak of 100 subjects is measured.

    PYTHONPATH=benchmarks python benchmarks/speeds/larger.py DECODER RECORDINGS PARCELS FOLDER [KEY=VALUE ...]        one size alone, with other settings
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bars.bar import Bar, at_most, told

from speeds.bench import Speeds, command

TIMES, PARCELS, OF_SUBJECT = 5, 1_000, 1_000
"""Of a recording; recordings of a subject."""
DECODERS = {
    "linear_evidence": "{kind: linear_evidence, decays: [0.1], steps: 10}",
    "neurona": "{kind: neurona, embedding: 8, rank: 2, encoder: instances}",
    "explain": "explain",
}
"""The lightest that they may be: one decay, one epoch, one small network for all parcels; the paper's convolution takes more than four times its CPU."""
SQUARES = {"linear_evidence": 8e-9 * TIMES**2, "neurona": 0.0, "explain": 6 * 8e-9}
"""GB that covariances of features, or of axes, need for the square of the parcels, whatever the recordings."""
_CONFIG = """name: larger
data: {{path: {data}}}
entities: atlas
decoder: {decoder}
training: {{epochs: 1}}
evaluation: {{split: image, test: 0.02, validation: 0.02, metrics: [], plots: [], fit_all: false}}
seed: 0
"""


def larger(speeds: Speeds) -> Iterator[Bar]:
    """The study, or small ones and what would follow from them."""
    return _extrapolated(speeds) if speeds.quick else _whole(speeds)


def _whole(speeds: Speeds) -> Iterator[Bar]:
    for decoder in DECODERS:
        ten, hundred = (measured(decoder, OF_SUBJECT * n, PARCELS, speeds.folder / "larger") for n in (10, 100))
        for name in ("run", "query"):
            peaks = [one[name]["peak_mb"] / 1e3 for one in (ten, hundred)]
            times = [one[name]["cpu_s"] for one in (ten, hundred)]
            yield told(f"{decoder}: GB at the peak of a {name}, 10 subjects", f"{peaks[0]:.2f}", ten)
            yield at_most(f"{decoder}: GB at the peak of a {name}, 100 subjects", peaks[1], 4.0, 2, hundred)
            yield told(f"{decoder}: CPU seconds of a {name}, 10 and 100 subjects", f"{times[0]:.0f}, {times[1]:.0f}")
            ahead = [ten_of + 11 * (of - ten_of) for ten_of, of in (peaks, times)]
            what = f"{decoder}: GB and CPU seconds of a {name}, 1,000 subjects (EXTRAPOLATED)"
            yield told(what, f"{ahead[0]:.1f}, {ahead[1]:.0f}")


def _extrapolated(speeds: Speeds) -> Iterator[Bar]:
    studies = [(recordings, parcels) for recordings in (2_000, 6_000) for parcels in (100, 200)]
    terms = np.stack([_terms(*one) for one in studies])
    for decoder in DECODERS:
        found = [measured(decoder, *one, speeds.folder / "larger-quick", on_disk="4") for one in studies]
        for name in ("run", "query"):
            squares = [SQUARES[decoder] * parcels**2 if name == "run" else 0.0 for _, parcels in studies]
            costs = np.linalg.solve(terms, np.array([one[name]["peak_mb"] / 1e3 for one in found]) - squares)
            square = SQUARES[decoder] * PARCELS**2 if name == "run" else 0.0
            peak = float(_terms(100 * OF_SUBJECT, PARCELS) @ costs) + square
            what = f"{decoder}: GB at the peak of a {name}, 100 subjects (EXTRAPOLATED from small studies)"
            yield at_most(what, peak, 4.0, 1, {"runs": found, "costs": costs.tolist()})


def _terms(recordings: int, parcels: int) -> np.ndarray:
    """What peaks grow with: nothing, parcels, recordings, values."""
    return np.array([1.0, parcels, recordings, recordings * parcels * TIMES])


def measured(
    decoder: str, recordings: int, parcels: int, folder: Path, *settings: str, on_disk: str = "256"
) -> dict[str, Any]:
    """What the run and the query take (`speeds.starts`), and the run's accuracy.

    Args:
        decoder: one of `DECODERS`.
        recordings, parcels: of the study.
        folder: of studies, runs, and what was measured of them.
        settings: of the config, in place of those above.
        on_disk: MB of an array from which on it lies there.
    """
    several, size = decoder == "explain", f"{recordings}x{parcels}"
    name = "-".join([decoder, size, *settings]).replace("/", "_")
    data, run, kept = folder / f"{'scenes' if several else 'labels'}-{size}", folder / name, folder / f"{name}.json"
    if kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    if not (data / "complete").exists():
        shutil.rmtree(data, ignore_errors=True)
        make(data, recordings, parcels, several)
        (data / "complete").touch()
    shutil.rmtree(run, ignore_errors=True)
    config = folder / f"{name}.yaml"
    config.write_text(_CONFIG.format(data=data, decoder=DECODERS[decoder]), encoding="utf-8")
    commands = {
        "run": ["run", str(config), "--out", str(run), *(f"--set={one}" for one in settings)],
        "query": ["query", str(run), f"exists x. {'thing0' if several else 'a'}(x)"],
    }
    found: dict[str, Any] = {
        name: command(one, folder / "cache", NEURONA_IN_MEMORY_MB=on_disk) for name, one in commands.items()
    }
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    found["accuracy"] = metrics["accuracy"]["overall"]["value"]
    kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found


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
