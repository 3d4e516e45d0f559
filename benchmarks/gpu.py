"""Does an accelerator give the CPU's numbers, and how fast is everything on it?

    python benchmarks/gpu.py [--quick] [--only PART ...] [--entities P ...] [--words N ...] [--precisions NAME ...] [--recordings N] [--minutes 5] [--out FILE]

Nothing more is begun after so many minutes; on a CPU ask for `--quick`, or for some parts and sizes. SIMULATED data throughout. It runs from the source tree, with JAX for the
device. On a machine without a network these wheels are to be brought, beside those of flax, optax, orbax-checkpoint, pandas and scikit-learn:

    annotated-doc annotated-types certifi charset-normalizer contourpy cycler decorator donfig filelock fonttools google-crc32c h5py idna importlib-resources
    jaxtyping jinja2 kiwisolver lark lazy-loader markupsafe matplotlib mne mpmath networkx nibabel nilearn numcodecs packaging pillow platformdirs pooch
    pyarrow pydantic pydantic-core pyparsing requests shellingham sympy tqdm typer typing-inspection urllib3 wadler-lindig xarray zarr

Its parts:

    parity      same answers, losses, scores and probabilities on the device and on a CPU, and the released arithmetic's (tests/vectors)
    execution   questions as `speeds/answering.py` asks them: on entity scores, from recordings to answers, and on possible worlds (NumPy: no device)
    reading     NEURONA's decoder reads recordings: scores of all words; then it is asked, from programs to answers
    explain     fit, first reading, and reading again
    training    NEURONA's loop as `speeds/training.py` runs it: H5, P entities, vocabularies of 1,000 and 5,000 words, float32, tf32, bfloat16

The JSON holds versions, device, the rate of a large matrix product in the same process, the most device memory in use so far, and how many programs were
compiled while the clock ran. Ends with 1 where parity is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import decoders as decoding
import jax
import measure
import numpy as np
import parity
from speeds import answering, training
from speeds.decoder import untrained

from neurona.decoders import decoders, fit
from neurona.decoders.neurona import NeuronaDecoder
from neurona.questions import Problem
from neurona.training import TrainingSettings, train

VECTORS = Path(__file__).parents[1] / "tests" / "vectors"
PRECISIONS = "float32", "tf32", "bfloat16"
LIMIT, APART = 1e-5, 0.02
"""Relative, of answers; of the probabilities of facts, whose chains part ways where numbers are rounded otherwise: mean distance."""


class Sizes(NamedTuple):
    """How much is measured.

    Attributes:
        entities: P of each case; the most memory in use grows with them, and so does the time to compile: the largest is trained in one precision.
        words: of the vocabularies; those after the first are trained on with the second P alone.
        recordings, epochs: of training.
        precisions: of training.
        asked: recordings that are read.
        images, nouns: of `explain`.
    """

    entities: tuple[int, ...] = (18, 100, 1024)
    words: tuple[int, ...] = (1000, 5000)
    recordings: int = 4900
    epochs: int = 3
    precisions: tuple[str, ...] = PRECISIONS
    asked: int = 512
    images: int = 600
    nouns: int = 60


SMALL = 64, 18, 100
"""Recordings, entities and words of what is compared."""
QUICK = Sizes((18,), (100,), 64, 2, ("float32", "bfloat16"), 32, 60, 20)
COMPILED = measure.Compilations()


def compare(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """The device beside a CPU."""
    if (VECTORS / "meta.json").is_file():
        errors = parity.answer_errors(*parity.read(VECTORS))
        yield _checked("answers beside plain NumPy's", max(errors.values()), LIMIT)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--save-results", f"{folder}/cpu.npz"]
        with subprocess.Popen(command, env=os.environ | {"JAX_PLATFORMS": "cpu"}) as other:
            here, again = results(), trained(untrained(*SMALL))
        if other.returncode:
            raise SystemExit("the same on a CPU failed; see above")
        there = dict(np.load(f"{folder}/cpu.npz"))
    yield _checked("losses of four epochs", parity.relative_error(here["loss"], there["loss"]), LIMIT)
    yield _checked("answers to 256 questions", parity.relative_error(here["answer"], there["answer"]), LIMIT)
    yield _checked("probabilities of facts, mean distance", float(np.abs(here["fact"] - there["fact"]).mean()), APART)
    yield {"name": "losses of the same training again", "error": parity.relative_error(again, here["loss"])}


def _checked(name: str, error: float, limit: float) -> dict[str, Any]:
    return {"name": name, "error": error, "limit": limit, "met": error <= limit}


def results() -> dict[str, np.ndarray]:
    """What must not depend on the device."""
    told = untrained(*SMALL)
    lesson, asked = decoding.simulated(60, 0.1, 20, True, 0)
    decoder = fit(lesson, decoders()["explain"].settings())
    rows = np.unique(asked.recording)[:8]
    # P(fact) of the candidates, which are the same wherever they are sampled.
    drawn = decoder.read(lesson.entities.features[rows], [str(row) for row in rows]).sampled.drawn
    fact = np.where(drawn.facts >= 0, drawn.probability, 0.0)
    return {"loss": trained(told), "answer": answers_of(told), "fact": fact}


def trained(told: tuple[NeuronaDecoder, np.ndarray, Problem]) -> np.ndarray:
    """Loss of each epoch."""
    decoder, inputs, lesson = told
    settings = TrainingSettings(epochs=4, selection="last")
    return train(decoder.members[0], inputs, lesson, settings, asked_only=True).history.train_loss.to_numpy()


def answers_of(told: tuple[NeuronaDecoder, np.ndarray, Problem]) -> np.ndarray:
    """Logits of yes, read from the decoder's reading."""
    decoder, _, lesson = told
    reading = decoder.read(lesson.entities.features, [str(k) for k in range(len(lesson.entities.features))])
    return np.asarray(reading.answers(lesson.train.queries[:256], lesson.train.recording[:256]).yes_no)


def learning(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Questions a second learned from."""
    cases = []
    for k, entities in enumerate(sizes.entities):
        several = k < max(2, len(sizes.entities) - 1)
        cases += [(entities, sizes.words[0], precision) for precision in sizes.precisions[: None if several else 1]]
        if k == min(1, len(sizes.entities) - 1):
            cases += [(entities, words, sizes.precisions[0]) for words in sizes.words[1:]]
    peaks = {precision: measure.matmul_rate(matrix(), precision) for precision in sizes.precisions}
    for entities, words, precision in cases:
        row = training.case(sizes.recordings, sizes.epochs, entities, 1, words, precision)
        row["peak_gflops"] = peaks[precision] / 1e9
        yield row | {"share_of_peak": row["encoder_gflops"] / row["peak_gflops"]}


def matrix() -> int:
    """A size that fills the device."""
    return 2048 if jax.default_backend() == "cpu" else 8192


def asking(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Questions a second answered."""
    for entities in sizes.entities[:2]:
        yield answering.case(entities, sizes.words[0], 24, 0, 0)
    yield {"name": "on worlds", **answering.on_worlds(*(() if sizes.images > 100 else (20, 20, 64)))}


def reading(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Recordings a second read by NEURONA's decoder, and questions a second that its reading is asked."""
    for entities in sizes.entities[:2]:  # With more entities, scores of all words are gigabytes.
        decoder, _, lesson = untrained(sizes.asked, entities, sizes.words[0])
        features, ids = lesson.entities.features, [str(k) for k in range(sizes.asked)]
        decoder.read(features, ids)
        compiled, seconds, found = _timed(lambda: decoder.read(features, ids))  # noqa: B023
        asked, rows = lesson.train.queries[:2048], lesson.train.recording[:2048]
        found.answers(asked, rows)
        compiled_asking, asking_seconds, _ = _timed(lambda: found.answers(asked, rows))  # noqa: B023
        yield {
            "entities": entities,
            "words": sizes.words[0],
            "recordings": sizes.asked,
            "recordings_per_s": sizes.asked / seconds,
            "questions_per_s": len(asked) / asking_seconds,
            "compiled_when_warm": compiled + compiled_asking,
        }


def explaining(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Seconds of a fit and of readings."""
    lesson, asked = decoding.simulated(sizes.images, 0.0111, sizes.nouns, True, 0)
    _, fit_s, decoder = _timed(lambda: fit(lesson, decoders()["explain"].settings()))
    rows, place = np.unique(asked.recording, return_inverse=True)
    features, ids = lesson.entities.features[rows], [str(row) for row in rows]
    _, first_s, _ = _timed(lambda: decoder.read(features, ids))
    compiled, read_s, found = _timed(lambda: decoder.read(features, ids))
    _, asked_s, said = _timed(lambda: found.ask_each(asked.queries, place.reshape(-1)))
    right = np.array(said.answer) == asked.table.answer.to_numpy(str)
    yield {
        "images": sizes.images,
        "nouns": sizes.nouns,
        "recordings": len(rows),
        "fit_s": fit_s,
        "read_first_s": first_s,
        "read_s": read_s,
        "recordings_per_s": len(rows) / read_s,
        "questions_per_s": len(asked) / asked_s,
        "accuracy": float(right.mean()),
        "oracle_accuracy": float(asked.table.oracle.mean()),
        "mixed": float((found.sampled.drawn.rhat < 1.1).mean()),
        "compiled_when_warm": compiled,
    }


def _timed(function: Callable[[], Any]) -> tuple[int, float, Any]:
    """Programs compiled, seconds, result."""
    before, start = COMPILED.count, time.perf_counter()
    found = function()
    return COMPILED.count - before, time.perf_counter() - start, found


PARTS: dict[str, Callable[[Sizes], Iterator[dict[str, Any]]]] = {
    "parity": compare,
    "execution": asking,
    "reading": reading,
    "explain": explaining,
    "training": learning,
}


def main() -> int:
    """Measure the parts, a line for each figure as it comes; JSON after each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, for a CPU")
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS), help="some parts")
    parser.add_argument("--entities", nargs="*", type=int, help="numbers of entities, small ones first")
    parser.add_argument("--words", nargs="*", type=int, help="of the vocabularies")
    parser.add_argument("--precisions", nargs="*", choices=PRECISIONS, help="of training")
    parser.add_argument("--recordings", type=int, help="of training")
    parser.add_argument("--minutes", type=float, default=5.0, help="after which no further case is begun")
    parser.add_argument("--out", type=Path, default=Path("runs/benchmarks/gpu.json"))
    parser.add_argument("--save-results", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.save_results:
        np.savez(given.save_results, **results())
        return 0
    sizes = QUICK if given.quick else Sizes()
    chosen = {name: getattr(given, name) for name in ("entities", "words", "precisions", "recordings")}
    sizes = sizes._replace(**{name: value for name, value in chosen.items() if value})
    content: dict[str, Any] = {"simulated": True, "provenance": measure.provenance(), "sizes": sizes._asdict()}
    print(content["provenance"], flush=True)
    content["cut_short"], begun = [], time.perf_counter()
    for part in given.only:
        start, content[part] = time.perf_counter(), []
        for row in _until(begun + 60 * given.minutes, PARTS[part](sizes)):
            if row is None:
                content["cut_short"].append(part)
                break
            row["device_memory_mb"] = measure.device_memory_mb()
            content[part].append(row)
            print(part, {key: _short(value) for key, value in row.items() if value is not None}, flush=True)
            measure.write_json(given.out, content)
        content[f"{part}_seconds"] = time.perf_counter() - start
    measure.write_json(given.out, content)
    if content["cut_short"]:
        print(f"out of time in: {', '.join(content['cut_short'])}")
    missed = [row["name"] for row in content.get("parity", []) if row.get("met") is False]
    print(f"parity missed: {'; '.join(missed)}" if missed else "done")
    return int(bool(missed))


def _until(end: float, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any] | None]:
    """The rows, none of them begun after the end; None where some may be left."""
    while time.perf_counter() < end:
        row = next(rows, {})
        if not row:
            return
        yield row
    yield None


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    raise SystemExit(main())
