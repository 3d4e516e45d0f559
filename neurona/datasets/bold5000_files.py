"""One file of the BOLD5000-QA layout: an image's response and its questions.

    <subject>/{train,test}/<image>.npy      subject CSI1 .. CSI4

Each file is a pickled dictionary (see `restricted_pickle`):

    queries       list of programs in the reference's lambda syntax (any surface of the query language is read)
    answers       one each: yes/no (or booleans), or the word of a describe question
    brain_region  [5 time points, 1024 DiFuMo components], float, TR 2 s
    subject       the folder's name
    image_name    the file's name without .npy (`image` and `image name` are read as well)
    simulated     True where nobody measured this; real files lack it

Also read where they are there: `programs` (then `queries` are the questions in English and are not used), `session`, `run`, and one
value a question of `type`, `negative`, `pair`, `hops`. Other keys are not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from neurona.datasets.conversion import Row
from neurona.datasets.question_words import asked, plain_answer
from neurona.datasets.restricted_pickle import read_pickled_dict
from neurona.errors import DataError, QueryError, nearest_name
from neurona.files import write_atomically

N_TIMES, N_COMPONENTS, TR_S = 5, 1024, 2.0
SPLITS = ("train", "test")
NEEDED = ("queries", "answers", "brain_region", "subject")
IMAGE_KEYS = ("image_name", "image", "image name")
DETAILS = ("type", "negative", "pair", "hops")


class ImageFile(NamedTuple):
    """Place of one file in the layout."""

    path: Path
    subject: str
    split: str

    @property
    def image(self) -> str:
        return self.path.stem

    @property
    def place(self) -> str:
        return f"{self.subject}/{self.split}/{self.path.name}"


def write_recording(
    path: Path,
    queries: Sequence[str],
    answers: Sequence[Any],
    brain_region: Float[np.ndarray, "time component"],
    subject: str,
    image: str,
    simulated: bool = True,
    details: Mapping[str, Sequence[Any]] | None = None,
) -> None:
    """Write one file of the layout; it appears whole or not at all.

    For simulators and tests: the layout demands a pickled dictionary, of which all contents here are plain.

    Args:
        path: `<root>/<subject>/train/<image>.npy` or `.../test/...`; folders are made.
        queries: programs, in lambda syntax as the reference writes them.
        answers: one a query: `yes`, `no`, a word of the category, or a number.
        brain_region: `[5, 1024]`, written as float32.
        subject: must be the name of the folder above the split.
        image: must be the file's stem.
        simulated: marks the file as made up (key `simulated`); False only for copies of measured data.
        details: further columns of the questions, one value a query each: `type`, `negative`, `pair`, `hops`.

    Raises:
        OutputError: it cannot be written.
    """
    content: dict[str, Any] = {
        "queries": [str(query) for query in queries],
        "answers": [answer if isinstance(answer, bool | int) else str(answer) for answer in answers],
        "brain_region": np.asarray(brain_region, np.float32),
        "subject": subject,
        "image_name": image,
        **{name: list(column) for name, column in (details or {}).items()},
    }
    if simulated:
        content["simulated"] = True
    write_atomically(path, lambda target: np.save(target, np.array(content, dtype=object), allow_pickle=True))


def read_file(file: ImageFile) -> tuple[Row, list[str]]:
    """One recording with its questions, and all that is wrong with it; with faults, the row holds what is sound.

    Raises:
        DataError: the file cannot be read as the layout's dictionary.
    """
    content = read_pickled_dict(file.path)
    missing = [key for key in NEEDED if key not in content]
    if missing:
        raise DataError(f"{file.path}: no key {missing[0]!r}{nearest_name(missing[0], content)}")
    faults = _faults_of_names(file, content)
    values = content["brain_region"]
    if not isinstance(values, np.ndarray) or values.shape != (N_TIMES, N_COMPONENTS) or values.dtype.kind not in "fiu":
        found = f"{values.dtype} {list(values.shape)}" if isinstance(values, np.ndarray) else type(values).__name__
        faults.append(f"brain_region: found {found}, expected numbers [{N_TIMES}, {N_COMPONENTS}]")
        values = np.zeros((N_TIMES, N_COMPONENTS))
    values = values.astype(np.float32)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        time, component = bad[0].tolist()
        faults.append(f"brain_region: NaN or infinite at time point {time}, component {component} ({len(bad)} in all)")
    questions, wrong = _questions(content)
    identity = f"{file.subject}_{file.image}"
    coordinates = {
        "subject": file.subject,
        "split": file.split,
        "label": file.image,
        "image": file.image,
        "run": str(content.get("run", "")),
        "session": str(content.get("session", "")),
    }
    row = Row(identity, values.T, coordinates, questions, bool(content.get("simulated", False)))
    return row, faults + wrong


def _faults_of_names(file: ImageFile, content: Mapping[str, Any]) -> list[str]:
    faults = []
    if str(content["subject"]) != file.subject:
        faults.append(f"subject: found {content['subject']!r}, the folder says {file.subject!r}")
    named = next((content[key] for key in IMAGE_KEYS if key in content), None)
    if named is None:
        faults.append(f"no key {IMAGE_KEYS[0]!r}")
    elif Path(str(named)).stem != Path(file.image).stem:
        faults.append(f"image: found {named!r}, the file is named {file.path.name}")
    return faults


def _questions(content: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The sound questions of a file, and what is wrong with the others."""
    key = "programs" if "programs" in content else "queries"
    columns = {name: content[name] for name in (key, "answers", *DETAILS) if name in content}
    for name, column in columns.items():
        column = column.tolist() if isinstance(column, np.ndarray) else column
        if not isinstance(column, list | tuple):
            return [], [f"{name}: found {type(column).__name__}, expected a list"]
        columns[name] = column
        if len(column) != len(columns[key]):
            return [], [f"{len(column)} {name} for {len(columns[key])} {key}; each query needs one"]
    if not columns[key]:
        return [], [f"{key}: empty; an image without questions tells nothing"]
    questions, faults = [], []
    for k, (program, answer) in enumerate(zip(columns[key], columns["answers"], strict=True)):
        try:
            question = asked(str(program))
            plain = {"program": str(program), "answer": plain_answer(answer, question), "type": question.type}
            questions.append(plain | _details({name: columns[name][k] for name in DETAILS if name in columns}))
        except QueryError as error:
            faults.append(f"{key}[{k}]: unknown query {str(program)[:80]!r}: {error.reason} (column {error.column})")
        except DataError as error:
            faults.append(f"question {k}: {error}")
    return questions, faults


def _details(given: Mapping[str, Any]) -> dict[str, Any]:
    """Further columns of one question; what is None, NaN or empty is left unknown."""
    known = {name: value for name, value in given.items() if value is not None and value != "" and value == value}
    if isinstance(known.get("hops"), float) and known["hops"].is_integer():
        known["hops"] = int(known["hops"])
    if "hops" in known and not (isinstance(known["hops"], int) and 0 <= known["hops"] < 2**31):
        raise DataError(f"hops {known['hops']!r}; expected a whole number")
    return {name: value if name == "hops" else str(value) for name, value in known.items()}
