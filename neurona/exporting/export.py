"""A fitted decoder as one file that needs nothing of Neurona: `neurona export`.

manifest.json      what it is: words, entities, channels, units, preprocessing, semantics, questions, checksums
arrays/*.npy       weights (of eight bits where asked for) and constants
graphs.json        the path from signal to scores, and the questions' programs, as operations for NumPy
path.stablehlo     the same path for XLA's compilers (`jax.export`), which takes the arrays as arguments
neurona_runtime/   what reads all this with NumPy alone; `python FILE trials.npy` runs it
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, fields, is_dataclass
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jax
import jax.export
import numpy as np
from jaxtyping import Array, Float

from neurona.decoders.fitted import FittedDecoder
from neurona.errors import ConfigError
from neurona.exporting.graph import traced
from neurona.exporting.int8 import Rounded, calibrated
from neurona.exporting.paths import Path as DecoderPath
from neurona.exporting.paths import path_of
from neurona.exporting.questions import Compiled, compiled, usual_questions
from neurona.exporting.runtime import load
from neurona.files import digest, write_atomically
from neurona.readings import EntityScoreReading, Reading

VERSION = 1
_DATE = (2000, 1, 1, 0, 0, 0)
"""Of all parts, so that equal decoders make equal files."""
_MAIN = "from neurona_runtime.command import main\n\nmain()\n"
_SEMANTICS = {
    "scores": "Scores of words on entities are logits. Programs are executed on them with the named logic: all else follows from what it says of "
    "conjunction, negation, quantifiers, `the` and `count`; graphs.json holds the operations. probability = 1 / (1 + exp(-temperature logit)).",
    "worlds": "A program's probability is the sum of the shares of the listed worlds in which it is true; share = softmax(log_share). `the` is "
    "Russell's: an atom about a thing that is not there alone is false.",
}


def export(
    fitted: FittedDecoder,
    out: str | Path,
    asked: Sequence[str] = (),
    calibration: Float[np.ndarray, "recording channel time"] | None = None,
) -> dict[str, Any]:
    """Write a fitted decoder into a file.

    Args:
        fitted: the decoder.
        out: the file to be, a zip archive.
        asked: questions that can be asked of it, beside whether each concept is there and which word of each category.
        calibration: recordings of `fitted.entities.expected`'s channels; where given, weights are rounded to eight bits, calibrated by these.

    Returns:
        The manifest.

    Raises:
        ConfigError: such a decoder, or its features, cannot be exported.
        QueryError: a question cannot be understood.
        OutputError: the file cannot be written.
    """
    path = path_of(fitted)
    reading = fitted.decoder.read(
        np.zeros((1, len(fitted.entities.entities.entity_of_feature)), np.float32), ["a trial"]
    )
    questions = compiled([*usual_questions(fitted.vocabulary), *asked], reading)
    expected = fitted.entities.expected
    signal = jax.ShapeDtypeStruct((len(expected.channels), expected.n_times), np.float32)
    with _precision(path):
        rounded = {} if calibration is None else calibrated(path, np.asarray(calibration, np.float32))
        graph = traced(path.function, path.weights, {"signal": signal}, "constant")
        stored = _stored(path.weights, rounded)
        stablehlo = _stablehlo(path, stored, signal)
    arrays = stored | graph.constants
    for template in questions.templates:
        arrays |= template.constants
    if questions.truths is not None:
        arrays["truths"] = np.packbits(questions.truths, axis=1)
    graphs = {"path": graph.plain, "templates": [template.plain for template in questions.templates]}
    parts = {"graphs.json": json.dumps(graphs).encode(), "__main__.py": _MAIN.encode()}
    parts |= {} if stablehlo is None else {"path.stablehlo": stablehlo}
    parts |= {f"arrays/{number}.npy": _npy(array) for number, array in enumerate(arrays.values())}
    parts |= dict(_runtime())
    manifest = _manifest(fitted, reading, path, questions) | {
        "weights": "int8" if rounded else "float32",
        "calibrated_by": 0 if calibration is None else len(calibration),
        "stablehlo": None if stablehlo is None else {"arrays": sorted(stored), "call": "f(arrays, signal), from jax.export.deserialize"},
        "arrays": {name: number for number, name in enumerate(arrays)},
        "checksums": {name: digest(content) for name, content in parts.items()},
    }  # fmt: skip
    parts["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()

    def written(file: Path) -> None:
        _zip(file, parts)
        _tried(file, signal.shape)

    write_atomically(out, written)
    return manifest


def _tried(file: Path, shape: tuple[int, ...]) -> None:
    """Reads a trial of noise and answers all questions, so that what the runtime lacks shows here and not where the file is used.

    Raises:
        ConfigError: the runtime lacks a form of an operation.
    """
    try:
        load(file).read(np.random.default_rng(0).normal(size=shape)).ask_all()
    except NotImplementedError as error:
        raise ConfigError(f"export: the runtime does not know {error}; choose another encoder or logic") from error


def _precision(path: DecoderPath) -> AbstractContextManager[Any]:
    return jax.enable_x64(True) if path.wide else nullcontext()


def _stored(weights: Mapping[str, np.ndarray], rounded: Mapping[str, Rounded]) -> dict[str, np.ndarray]:
    """Arrays of the file: weights, of those that are rounded the whole numbers and their scales."""
    found: dict[str, np.ndarray] = {}
    for name, weight in weights.items():
        if name in rounded:
            found |= {name: rounded[name].whole, f"{name} scale": rounded[name].scale}
        else:
            found[name] = weight
    return found


def _stablehlo(path: DecoderPath, stored: Mapping[str, np.ndarray], signal: jax.ShapeDtypeStruct) -> bytes | None:
    """The path for XLA's compilers; None where what writes it is not installed (`neurona[export]`)."""
    if find_spec("flatbuffers") is None:
        return None

    def function(arrays: Mapping[str, Array], signal: Float[Array, "channel time"]) -> Mapping[str, Array]:
        scaled = {name: f"{name} scale" for name in path.weights if f"{name} scale" in arrays}
        weights = {
            name: arrays[name].astype(arrays[scaled[name]].dtype) * arrays[scaled[name]]
            if name in scaled
            else arrays[name]
            for name in path.weights
        }
        found: Mapping[str, Array] = path.function(weights, signal)
        return found

    shapes = {name: jax.ShapeDtypeStruct(array.shape, array.dtype) for name, array in stored.items()}
    return bytes(jax.export.export(jax.jit(function))(shapes, signal).serialize())


def _manifest(fitted: FittedDecoder, reading: Reading, path: DecoderPath, questions: Compiled) -> dict[str, Any]:
    expected, entities, words = fitted.entities.expected, fitted.entities.entities, fitted.vocabulary
    found = {
        "format": "neurona export",
        "version": VERSION,
        "neurona": version("neurona"),
        **asdict(reading.about),
        "recording": {
            **{name: getattr(expected, name) for name in ("modality", "units", "space", "sampling_hz", "start_s", "n_times", "channels")},
            "positions": None if expected.positions is None else expected.positions.tolist(),
        },
        "preprocessing": {"already_applied": _described(dict(fitted.conversion)), "in_the_file": _described(fitted.entities.features_of)},
        "vocabulary": _described(words),
        "entities": {"kind": entities.kind, "names": entities.names},
        "form": path.form,
        "semantics": _SEMANTICS[path.form],
        "asking": _asking(reading),
        "questions": questions.questions,
    }  # fmt: skip
    if isinstance(reading, EntityScoreReading):
        found |= {
            "logic": _described(reading.logic) | {"name": reading.logic.name},
            "hypothesis": reading.hypothesis._asdict(),
        }
        found |= {"temperature": reading.temperature, "members": len(reading.members)}
    elif questions.truths is not None:
        found["worlds"] = questions.truths.shape[1]
    return found


def _asking(reading: Reading) -> dict[str, Any]:
    """The asking model, as `runtime.asking` reads it."""
    asking, suppression = reading.asking, reading.asking.suppression
    freed = None
    if suppression is not None:
        freed = {"answers": suppression.answers, "tau": suppression.tau, "held": dict(suppression.held)}
    weights = {form: np.asarray(one).tolist() for form, one in asking.weights.items()}
    return {"weights": weights, "temperatures": dict(asking.temperatures), "suppression": freed}


def _described(value: Any) -> Any:
    """Settings as JSON can hold them; of arrays their shapes."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"kind": type(value).__name__} | {
            one.name: _described(getattr(value, one.name)) for one in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(name): _described(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_described(one) for one in value]
    if isinstance(value, np.ndarray):
        return f"array {list(value.shape)}"
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def _runtime() -> Iterator[tuple[str, bytes]]:
    for file in files("neurona.exporting.runtime").iterdir():
        if file.name.endswith(".py"):
            yield f"neurona_runtime/{file.name}", file.read_bytes()


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def _zip(file: Path, parts: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(parts.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED, 9)
