"""Are damaged and odd tables and sidecars read rightly, or refused in words? Never with a traceback, never with another label or onset.

    cd benchmarks; python -m own.fuzz_tables [COUNT]

A sound file of each kind (events, confounds, channels, questions, sidecar) is changed at random in its cells, its writing or its bytes. What is
read of it is compared with what was written, by a second, plain reader of the bytes; what only looks odd (line ends, byte order mark, empty lines,
further columns) must be read. Of whole folders with one such file, those that `data check` finds faultless must convert.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from bars.bar import Bar, nothing_of, told
from rich.console import Console

from neurona.datasets import layouts
from neurona.datasets.stimulus_questions import read_questions
from neurona.errors import NeuronaError
from neurona.recordings.bids_files import BidsTree
from neurona.recordings.bold_times import volume_times
from neurona.recordings.confounds import read_confounds
from neurona.recordings.events import read_events
from neurona.recordings.text_tables import read_text_table

Grid = list[list[str]]
VOLUMES = 60
KINDS = ("events", "confounds", "channels", "questions", "sidecar")


class WronglyRead(Exception):
    """What was read is not what was written."""


class NeedlesslyRefused(Exception):
    """A file that says what it says in a usual way was refused."""


@dataclass(frozen=True)
class Case:
    """One file.

    Attributes:
        kind: one of `KINDS`.
        content: of the file.
        mutations: what was done to it, by name.
        harmless: whether it says the same as before, in a way that a reader must know.
    """

    kind: str
    content: bytes
    mutations: tuple[str, ...]
    harmless: bool


def sound_table(kind: str) -> Grid:
    """A table as it should be."""
    if kind == "events":
        kinds = ("face", "house", "01", "2")
        rows = [[f"{4 + 8.25 * k:.2f}", "2.0", kinds[k % 4], ("n/a", "0.5")[k % 2]] for k in range(12)]
        return [["onset", "duration", "trial_type", "response_time"], *rows]
    if kind == "confounds":
        rows = [[f"{np.sin(k):.6f}", "n/a" if not k else f"{np.cos(k):.6f}", f"{k * k}"] for k in range(VOLUMES)]
        return [["trans_x", "trans_x_derivative1", "csf"], *rows]
    if kind == "channels":
        return [
            ["name", "type", "units", "status"],
            *([f"E{k}", "EEG", "uV", ("good", "bad")[k % 7 == 3]] for k in range(16)),
        ]
    return [
        ["label", "program", "answer", "hops"],
        *(
            [("dog", "01", "n/a")[k % 3], f"exists x. {('dog', 'car')[k % 2]}(x)", ("yes", "no")[k % 2], "1"]
            for k in range(12)
        ),
    ]


SIDECAR = {"TaskName": "look", "RepetitionTime": 2.0, "EchoTime": 0.03, "SliceTiming": [0, 0.5, 1, 1.5]}

WORDS = (
    *(
        "n/a",
        "N/A",
        "nan",
        "NaN",
        "",
        " ",
        "None",
        "null",
        "true",
        "yes",
        "01",
        "1",
        "1.0",
        "1e3",
        "-1",
        "+2",
        "1,5",
        "1_0",
        "0x1F",
        "inf",
    ),
    *(
        "٣",
        "9" * 400,
        "1e-400",
        '"face',
        'face"',
        '"',
        "'",
        "#",
        "Bad smell",
        "BAD_x",
        "[red]",
        "[/]",
        "=1+1",
        "Ä",
        "\u2028",
        "\x0b",
        "\x1b[31m",
    ),
    *(
        " face",
        "face ",
        "x" * 3000,
        "\ufeff",
        "\x1c",
        "\x85",
        "2000",
        "1e9",
        "dog(x",
        "exists x. dog(x)",
        "describe K",
        "maybe",
        "10e",
    ),
)


def _any_row(rng: random.Random, grid: Grid) -> int:
    return rng.randrange(len(grid))


def _set_cell(rng: random.Random, grid: Grid) -> None:
    row = grid[_any_row(rng, grid)]
    if row:
        row[rng.randrange(len(row))] = rng.choice(WORDS)


def _change_column(rng: random.Random, grid: Grid) -> None:
    column, word = rng.randrange(len(grid[0])), rng.choice(WORDS)
    for row in grid[1:]:
        if column < len(row) and rng.random() < 0.7:
            row[column] = word


def _drop_cell(rng: random.Random, grid: Grid) -> None:
    row = grid[_any_row(rng, grid)]
    if row:
        del row[rng.randrange(len(row))]


def _add_cell(rng: random.Random, grid: Grid) -> None:
    row = grid[_any_row(rng, grid)]
    row.insert(rng.randrange(len(row) + 1), rng.choice(WORDS))


def _copy_column(rng: random.Random, grid: Grid) -> None:
    column = rng.randrange(len(grid[0]))
    for row in grid:
        row.append(row[column] if column < len(row) else "")


def _copy_row(rng: random.Random, grid: Grid) -> None:
    grid.insert(_any_row(rng, grid), list(grid[_any_row(rng, grid)]))


def _delete_row(rng: random.Random, grid: Grid) -> None:
    if len(grid) > 1:
        del grid[_any_row(rng, grid)]


def _swap_rows(rng: random.Random, grid: Grid) -> None:
    one, other = _any_row(rng, grid), _any_row(rng, grid)
    grid[one], grid[other] = grid[other], grid[one]


def _index_column(rng: random.Random, grid: Grid) -> None:
    for k, row in enumerate(grid[1:]):
        row.insert(0, str(k))


def _tab_after_rows(rng: random.Random, grid: Grid) -> None:
    for row in grid[1:]:
        row.append("")


def _tab_after_lines(rng: random.Random, grid: Grid) -> None:
    for row in grid:
        row.append("")


def _empty_row(rng: random.Random, grid: Grid) -> None:
    grid.insert(_any_row(rng, grid), [""] * rng.choice((1, len(grid[0]))))


def _further_column(rng: random.Random, grid: Grid) -> None:
    place = rng.randrange(len(grid[0]) + 1)
    for k, row in enumerate(grid):
        row.insert(min(place, len(row)), f"note{len(row)}" if not k else rng.choice(WORDS[:30]))


def _order_of_columns(rng: random.Random, grid: Grid) -> None:
    order = rng.sample(range(len(grid[0])), len(grid[0]))
    for row in grid:
        row[:] = [row[k] for k in order if k < len(row)]


CELLS: Mapping[str, Callable[[random.Random, Grid], None]] = {
    "cell": _set_cell,
    "column": _change_column,
    "field dropped": _drop_cell,
    "field added": _add_cell,
    "column twice": _copy_column,
    "row twice": _copy_row,
    "row deleted": _delete_row,
    "rows swapped": _swap_rows,
    "index column": _index_column,
    "tab after rows": _tab_after_rows,
}
HARMLESS: Mapping[str, Callable[[random.Random, Grid], None]] = {
    "tab after all lines": _tab_after_lines,
    "empty row": _empty_row,
    "further column": _further_column,
    "order of columns": _order_of_columns,
}
WRITINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "CR": lambda content: content.replace(b"\n", b"\r"),
    "byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "no last line end": lambda content: content.removesuffix(b"\n"),
    "lines at the end": lambda content: content + b"\n\n",
}
"""Harmless, too."""

ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "commas": lambda content: content.replace(b"\t", b","),
    "spaces": lambda content: content.replace(b"\t", b"   "),
    "UTF-16": lambda content: content.decode(errors="replace").encode("utf-16"),
    "Latin-1": lambda content: content.decode(errors="replace").encode("latin-1", errors="replace"),
    "empty": lambda content: b"",
    "annex": lambda content: b"/annex/objects/MD5E-s1--0.tsv\n",
}


def _damage(rng: random.Random, content: bytes) -> bytes:
    place = rng.randrange(len(content) + 1)
    cut = rng.randrange(4)
    new = bytes(rng.choice((rng.randrange(256), 9, 10, 13, 0, 34, 44, 45, 46, 48)) for _ in range(rng.randrange(3)))
    return content[:place] if not cut else content[:place] + new + content[place + rng.randrange(2) :]


def make_case(rng: random.Random) -> Case:
    """A file with one to three mutations; one in four with harmless ones alone."""
    kind, harmless = rng.choice(KINDS), rng.random() < 0.25
    if kind == "sidecar":
        return _sidecar_case(rng)
    grid, names = sound_table(kind), []
    known = (*HARMLESS, *WRITINGS) if harmless else (*CELLS, *HARMLESS)
    # Empty rows come last: other mutations would fill them.
    for name in sorted(rng.sample(known, rng.randint(1, 3)), key="empty row".__eq__):
        names.append(name)
        if name not in WRITINGS and grid and grid[0]:
            {**CELLS, **HARMLESS}[name](rng, grid)
    content = "".join("\t".join(row) + "\n" for row in grid).encode()
    for name in names:
        content = WRITINGS[name](content) if name in WRITINGS else content
    if not harmless and rng.random() < 0.3:
        name = rng.choice((*ENCODINGS, "bytes", "bytes", "bytes"))
        names.append(name)
        content = ENCODINGS[name](content) if name in ENCODINGS else _damage(rng, content)
    return Case(kind, content, tuple(names), harmless)


def _sidecar_case(rng: random.Random) -> Case:
    fields, names = dict(SIDECAR), ["field"]
    values = (2, "2.0", 2000, 0, -1, None, True, [2.0], {}, "n/a", 1e999, float("nan"), 1e-9, 10**400, 1.5)
    fields[rng.choice(("RepetitionTime", "StartTime", "VolumeTiming", "EchoTime"))] = rng.choice(values)
    if rng.random() < 0.2:
        fields["VolumeTiming"] = [
            rng.choice((k * 2.0, k * 2.5, "x", k)) if rng.random() < 0.05 else k * 2.0
            for k in range(rng.choice((60, 59)))
        ]
        fields.pop("RepetitionTime" if rng.random() < 0.7 else "EchoTime", None)
    content = json.dumps(fields).encode()
    if rng.random() < 0.3:
        names.append("bytes")
        content = _damage(rng, content)
    return Case("sidecar", content, tuple(names), False)


def read_case(case: Case, folder: Path) -> str:
    """`read` or `refused`.

    Raises:
        WronglyRead, NeedlesslyRefused: see there.
        Exception: any other is a crash.
    """
    try:
        _READERS[case.kind](case, folder)
    except NeuronaError as error:
        if case.harmless:
            raise NeedlesslyRefused(str(error)) from error
        if str(folder) not in str(error):
            raise WronglyRead(f"a message that names no file: {error}") from error
        return "refused"
    return "read"


def written(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header, and rows with their lines, by the plainest reader of tab-separated text."""
    lines = re.split("\r\n|\n|\r", content.decode("utf-8-sig"))
    rows = [(k, line.split("\t")) for k, line in enumerate(lines, start=1) if line.replace("\t", "")]
    return rows[0][1], rows[1:]


def _agree(found: object, expected: object) -> None:
    if found != expected:
        raise WronglyRead(f"read {str(found)[:300]}, written {str(expected)[:300]}")


def _events(case: Case, folder: Path) -> None:
    path = folder / "sub-01_task-look_events.tsv"
    path.write_bytes(case.content)
    found = read_events(path)
    header, rows = written(case.content)
    onset, duration, label = (header.index(name) for name in ("onset", "duration", "trial_type"))
    expected = [
        (line, float(row[onset]), 0.0 if row[duration].strip(" ") == "n/a" else float(row[duration]), row[label])
        for line, row in rows
        if row[label] != "n/a"
    ]
    _agree(list(found.itertuples(name=None)), expected)


def _confounds(case: Case, folder: Path) -> None:
    path, names = folder / "sub-01_desc-confounds_timeseries.tsv", ["trans_x_derivative1", "csf"]
    path.write_bytes(case.content)
    found = read_confounds(folder / "sub-01_bold.nii.gz", path, names, VOLUMES)
    header, rows = written(case.content)
    for name in names:
        cells = [row[header.index(name)].strip(" ") for _, row in rows]
        values = np.array([0.0 if cell == "n/a" else float(cell) for cell in cells])
        if "n/a" in cells[1:] or not np.allclose(
            found[name], values - values.mean(), rtol=1e-9, atol=0, equal_nan=True
        ):
            raise WronglyRead(f"column {name}: read {found[name].tolist()[:5]}, written {cells[:5]}")


def _channels(case: Case, folder: Path) -> None:
    path = folder / "sub-01_channels.tsv"
    path.write_bytes(case.content)
    table = read_text_table(path)
    found = [table.cells(name) for name in ("name", "type", "status")]
    header, rows = written(case.content)
    _agree(found, [tuple(row[header.index(name)] for _, row in rows) for name in ("name", "type", "status")])


def _questions(case: Case, folder: Path) -> None:
    path = folder / "questions.tsv"
    path.write_bytes(case.content)
    asked = read_questions(path, ["a", "b"], ["dog", "01"]).table
    header, rows = written(case.content)
    label, program = (header.index(name) for name in ("label", "program"))
    expected = [({"dog": "a", "01": "b"}[row[label]], row[program]) for _, row in rows if row[label] in ("dog", "01")]
    _agree(sorted(zip(asked.recording, asked.program, strict=True)), sorted(expected))


def _sidecar(case: Case, folder: Path) -> None:
    (folder / "dataset_description.json").write_text("{}")
    (folder / "task-look_bold.json").write_bytes(case.content)
    bold = folder / "sub-01" / "func" / "sub-01_task-look_bold.nii.gz"
    image = nib.Nifti1Image(np.zeros((1, 1, 1, VOLUMES), np.float32), np.eye(4))
    image.header["pixdim"][4] = 0  # the sidecar alone says when
    found = volume_times(bold, image, BidsTree().sidecar(bold))
    fields = json.loads(case.content.decode("utf-8-sig"))
    if "VolumeTiming" in fields:
        _agree(found.times.tolist(), [float(value) for value in fields["VolumeTiming"]])
    else:
        _agree((found.tr, found.times[0]), (float(fields["RepetitionTime"]), float(fields.get("StartTime", 0.0))))


_READERS: Mapping[str, Callable[[Case, Path], None]] = {
    "events": _events,
    "confounds": _confounds,
    "channels": _channels,
    "questions": _questions,
    "sidecar": _sidecar,
}


def write_study(root: Path) -> Path:
    """SIMULATED BOLD of two runs in a few voxels, as small as a study can be."""
    rng = np.random.default_rng(0)
    (root / "sub-01" / "func").mkdir(parents=True)
    (root / "dataset_description.json").write_text(
        json.dumps({"Name": "Fuzz", "BIDSVersion": "1.9.0", "Simulated": True})
    )
    (root / "task-look_bold.json").write_text(json.dumps(SIDECAR))
    for run in (1, 2):
        image = nib.Nifti1Image(100 + rng.normal(size=(3, 3, 2, VOLUMES)).astype(np.float32), np.eye(4))
        image.header.set_zooms((1, 1, 1, 2.0))
        stem = root / "sub-01" / "func" / f"sub-01_task-look_run-{run:02d}"
        nib.save(image, f"{stem}_bold.nii.gz")
        for kind, name in (("events", "events"), ("confounds", "desc-confounds_timeseries")):
            Path(f"{stem}_{name}.tsv").write_text("".join("\t".join(row) + "\n" for row in sound_table(kind)))
    return root


def check_folder(case: Case, study: Path, out: Path) -> str:
    """`sound` where the folder with this file in it is found faultless and converts, else `refused`.

    Raises:
        WronglyRead: it is found faultless and does not convert.
        Exception: any other is a crash.
    """
    names = {"events": "run-01_events.tsv", "confounds": "run-01_desc-confounds_timeseries.tsv"}
    path = (
        study / "task-look_bold.json"
        if case.kind == "sidecar"
        else study / "sub-01" / "func" / f"sub-01_task-look_{names[case.kind]}"
    )
    before, console = path.read_bytes(), Console(file=io.StringIO())
    path.write_bytes(case.content)
    options = ["confounds=[csf]", "betas.noise_model=ols"]
    try:
        try:
            report = layouts.check(study, console, "bids_fmri", options)
            console.print(report.table())
        except NeuronaError:
            return "refused"
        if not report.sound:
            return "refused"
        try:
            layouts.convert(study, out, console, "bids_fmri", options)
        except NeuronaError as error:
            raise WronglyRead(f"found faultless, but: {error}") from error
        return "sound"
    finally:
        path.write_bytes(before)
        shutil.rmtree(out, ignore_errors=True)


def fuzzed_tables(count: int = 10_000, seed: int = 0, folders: int | None = None) -> Iterator[Bar]:
    """The bars: no crash, nothing read wrongly, nothing usual refused.

    Args:
        count: files.
        seed: of the mutations.
        folders: whole folders that are checked and converted; one in a hundred files when None.
    """
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as temporary:
        yield from _bars(
            "mutated files", [make_case(rng) for _ in range(count)], lambda case: read_case(case, Path(temporary))
        )
    with tempfile.TemporaryDirectory() as temporary:
        study, out = write_study(Path(temporary) / "study"), Path(temporary) / "set"
        cases = (case for case in iter(lambda: make_case(rng), None) if case.kind in ("events", "confounds", "sidecar"))
        chosen = [next(cases) for _ in range(count // 100 if folders is None else folders)]
        yield from _bars("folders with a mutated file", chosen, lambda case: check_folder(case, study, out))


def _bars(what: str, cases: Sequence[Case], look: Callable[[Case], str]) -> Iterator[Bar]:
    done, told_of = Counter[str](), Counter[str]()
    for case in cases:
        try:
            verdict = look(case)
        except WronglyRead as error:
            verdict, why = "wrong", str(error)
        except NeedlesslyRefused as error:
            verdict, why = "needless", str(error)
        except Exception:
            verdict, why = "crash", traceback.format_exc(limit=-4)
        done[verdict] += 1
        if verdict in ("wrong", "needless", "crash") and told_of[verdict] < 5:
            told_of[verdict] += 1
            print(f"--- {verdict}: {case.kind}, {', '.join(case.mutations)}\n{why}\n{case.content[:400]!r}", flush=True)
    yield nothing_of(f"{what}: tracebacks", done["crash"], len(cases))
    yield nothing_of(f"{what}: labels, onsets or numbers changed in silence", done["wrong"], len(cases))
    yield nothing_of(f"{what}: usual writing refused", done["needless"], len(cases))
    yield told(f"{what}: read, refused", f"{done['read'] + done['sound']}, {done['refused']}")


def main() -> int:
    missed = False
    for bar in fuzzed_tables(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000):
        print(f"{bar.name:<72} {bar.measured:>14}  {bar.bar:<14} {bar.verdict}".rstrip(), flush=True)
        missed |= bar.met is False
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
