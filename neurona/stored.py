"""Fitted objects as folders: trees of dataclasses, named tuples, arrays and plain values. Never a pickle.

    save_stored(decoder, "decoder"),      load_stored("decoder", FittedDecoder)

`manifest.json` holds the tree, with the names of its classes and a checksum of it; every array is a `.npy` file of its own, with its checksum in the
manifest. The folder appears whole or not at all. Loading makes instances of this package's own dataclasses and named tuples, and of
those of packages that register something under an entry point group of `GROUPS`; nothing else is ever called.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib
import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np

from neurona.errors import DataError, OutputError
from neurona.files import checksum, digest, write_folder

MANIFEST = "manifest.json"
VERSION = 1
GROUPS = ("neurona.alignments", "neurona.decoders", "neurona.encoders", "neurona.logics")
"""Entry points of other packages, whose data a fitted object may hold."""
_MAPPED = 2**16
"""Arrays of fewer bytes are read at once, for every mapped file keeps a handle open."""
_PLAIN = (str, bool, int, type(None))
_Stored = TypeVar("_Stored")


def save_stored(value: Any, folder: str | Path) -> Path:
    """Write a fitted object into a folder, which is replaced where it holds a stored object already.

    Raises:
        OutputError: it cannot be written, the folder holds something else, or the object holds what is no data.
    """

    def fill(work: Path) -> None:
        writer = _Writer(work)
        tree = writer.plain(value, "")
        manifest = {
            "version": VERSION,
            "neurona": version("neurona"),
            "holds": type(value).__qualname__,
            "classes": list(writer.classes),
            "arrays": writer.sums,
            "checksum": digest(json.dumps(tree)),
            "tree": tree,
        }
        (work / MANIFEST).write_text(json.dumps(manifest) + "\n", encoding="utf-8")

    return write_folder(folder, fill, is_stored)


def load_stored(folder: str | Path, kind: type[_Stored], *, verify: bool = True, mapped: bool = False) -> _Stored:
    """Read what `save_stored` wrote.

    Args:
        folder: of the object.
        kind: what it must be.
        verify: compare all checksums, which reads every array.
        mapped: leave large arrays on disk until they are needed.

    Raises:
        DataError: the folder holds no such object, one of another version of Neurona, or damaged files.
    """
    folder = Path(folder)
    manifest = folder / MANIFEST
    if not is_stored(folder):
        raise DataError(f"{manifest}: missing; expected a folder that a {_spoken(kind)} was saved in")
    try:
        plain = json.loads(manifest.read_text(encoding="utf-8"))
        written, holds, by = plain["version"], plain["holds"], plain["neurona"]
        tree, classes, sums = plain["tree"], list(plain["classes"]), dict(plain["arrays"])
        whole = digest(json.dumps(tree)) == plain["checksum"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{manifest}: cannot be read ({error!r}); save the {_spoken(kind)} again") from error
    if written != VERSION:
        raise DataError(
            f"{manifest}: written by Neurona {by} in format {written}, and this is Neurona {version('neurona')} with format {VERSION}; "
            f"save the {_spoken(kind)} again"
        )
    if not whole:
        raise DataError(
            f"{manifest}: its checksum differs, so it was changed or damaged; save the {_spoken(kind)} again"
        )
    reader = _Reader(folder, classes, sums, verify, mapped)
    try:
        found = reader.value(tree)
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise DataError(
            f"{folder}: cannot be read by Neurona {version('neurona')} ({error}); it was written by {by}: save the {_spoken(kind)} again"
        ) from error
    if not isinstance(found, kind):
        raise DataError(f"{folder}: holds {holds}, which is no {_spoken(kind)}")
    return found


def _order(item: Any) -> str:
    """Equal sets are written alike, whatever the hashes of this process: a set of sets is ordered by their ordered members."""
    if isinstance(item, frozenset | set):
        return f"{{{', '.join(sorted(map(_order, item)))}}}"
    return repr(item)


def is_stored(folder: str | Path) -> bool:
    """Whether a folder looks like one that `save_stored` wrote."""
    return (Path(folder) / MANIFEST).is_file()


class _Writer:
    """Values as JSON can hold them; arrays are written beside, those of equal content once.

    A list in JSON is a tuple; what has no like in JSON is an object of one key, which says what it is.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.classes: dict[str, int] = {}
        self.sums: dict[str, str] = {}
        self._file_of: dict[str, str] = {}

    def plain(self, value: Any, path: str) -> Any:
        if type(value) in _PLAIN:
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, enum.Enum):
            return {"enum": [self._class(type(value), path), value.name]}
        if isinstance(value, np.generic):
            return {"number": [value.dtype.str, self.plain(value.item(), path)]}
        if isinstance(value, np.ndarray) or type(value).__module__.partition(".")[0] in ("jax", "jaxlib"):
            return {"array": self._array(np.asarray(value), path)}
        if _is_record(type(value)):
            number = self._class(type(value), path)
            fields = {name: self.plain(getattr(value, name), f"{path}.{name}") for name in _fields(type(value))}
            return {"of": [number, fields]}
        if isinstance(value, tuple | list | frozenset | set):
            items = sorted(value, key=_order) if isinstance(value, frozenset | set) else value
            found = [self.plain(item, f"{path}.{k}") for k, item in enumerate(items)]
            return found if isinstance(value, tuple) else {type(value).__name__: found}
        if isinstance(value, Mapping):
            if all(type(key) is str for key in value):
                return {"dict": {key: self.plain(item, f"{path}.{key}") for key, item in value.items()}}
            pairs = [(self.plain(key, f"{path}.key"), item) for key, item in value.items()]
            return {"pairs": [[key, self.plain(item, f"{path}.{k}")] for k, (key, item) in enumerate(pairs)]}
        raise OutputError(
            f"{path.strip('.') or 'the object'}: a {type(value).__module__}.{type(value).__qualname__} cannot be stored; "
            "fitted objects are dataclasses of arrays, numbers, texts, tuples and dicts"
        )

    def _class(self, found: type, path: str) -> int:
        name = f"{found.__module__}:{found.__qualname__}"
        try:
            _class(name)
        except (DataError, ImportError) as error:
            raise OutputError(f"{path.strip('.') or 'the object'}: {error}") from error
        return self.classes.setdefault(name, len(self.classes))

    def _array(self, array: np.ndarray, path: str) -> str:
        if array.dtype.hasobject:
            raise OutputError(f"{path.strip('.')}: an array of Python objects cannot be stored; use numbers or texts")
        name = quote(path.strip("."), safe=" ") or "value"
        if len(name) > 150 or f"{name}.npy" in self.sums:
            name = f"{name[:150]}-{len(self.sums)}"
        file = self.folder / f"{name}.npy"
        np.save(file, array, allow_pickle=False)
        total = checksum(file)
        if total in self._file_of:
            file.unlink()
            return self._file_of[total]
        self.sums[file.name] = total
        self._file_of[total] = file.name
        return file.name


class _Reader:
    """The opposite of `_Writer`."""

    def __init__(self, folder: Path, classes: list[str], sums: dict[str, str], verify: bool, mapped: bool):
        self.folder, self.sums, self.verify, self.mapped = folder, sums, verify, mapped
        self.classes: list[Any] = [_class(name) for name in classes]
        self._arrays: dict[str, np.ndarray] = {}

    def value(self, plain: Any) -> Any:
        if isinstance(plain, list):
            return tuple(self.value(item) for item in plain)
        if not isinstance(plain, dict):
            return plain
        ((tag, held),) = plain.items()
        return self._makers[tag](self, held)

    def _of(self, held: Any) -> Any:
        number, fields = held
        return self.classes[number](**{name: self.value(item) for name, item in fields.items()})

    def _array(self, name: str) -> np.ndarray:
        if name not in self._arrays:
            self._arrays[name] = self._read(name)
        return self._arrays[name]

    def _read(self, name: str) -> np.ndarray:
        expected, path = self.sums[name], self.folder / name
        if path.parent != self.folder:
            raise DataError(f"{self.folder / MANIFEST}: names a file outside its folder, {name!r}")
        if not path.is_file():
            raise DataError(f"{path}: missing, though {MANIFEST} names it; copy the whole folder, or save it again")
        if self.verify and checksum(path) != expected:
            raise DataError(f"{path}: its checksum differs from {MANIFEST}'s; copy the folder again, or save it again")
        mode: Any = "r" if self.mapped and path.stat().st_size > _MAPPED else None
        return np.asarray(np.load(path, mmap_mode=mode, allow_pickle=False))

    _makers: Mapping[str, Callable[[_Reader, Any], Any]] = {
        "of": _of,
        "array": _array,
        "float": lambda self, held: float(held),
        "number": lambda self, held: np.dtype(held[0]).type(self.value(held[1])),
        "enum": lambda self, held: self.classes[held[0]][held[1]],
        "list": lambda self, held: [self.value(item) for item in held],
        "set": lambda self, held: {self.value(item) for item in held},
        "frozenset": lambda self, held: frozenset(self.value(item) for item in held),
        "dict": lambda self, held: {key: self.value(item) for key, item in held.items()},
        "pairs": lambda self, held: {self.value(key): self.value(item) for key, item in held},
    }


def _is_record(kind: type) -> bool:
    """A dataclass or a named tuple."""
    return dataclasses.is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))


def _fields(kind: type) -> tuple[str, ...]:
    """What its constructor takes."""
    if dataclasses.is_dataclass(kind):
        return tuple(one.name for one in dataclasses.fields(kind) if one.init)
    return tuple(kind._fields)  # type: ignore[attr-defined]


@cache
def _class(name: str) -> type:
    """The class `module:name`, if it is data of this package or of one that registers something with it."""
    module, _, own = name.partition(":")
    package = module.partition(".")[0]
    if package not in _packages():
        raise DataError(
            f"class {name} is of package {package!r}, which registers nothing with Neurona; install the package that made this "
            "object, and let it name its decoder under the entry point group neurona.decoders"
        )
    try:
        found = getattr(importlib.import_module(module), own, None)
    except ImportError as error:
        raise DataError(f"class {name} cannot be imported ({error}); install the version that wrote it") from error
    if (
        not isinstance(found, type)
        or not (_is_record(found) or issubclass(found, enum.Enum))
        or f"{found.__module__}:{found.__qualname__}" != name
    ):
        raise DataError(f"class {name} is no dataclass that this version has; install the version that wrote it")
    return found


@cache
def _packages() -> frozenset[str]:
    points = (point for group in GROUPS for point in entry_points(group=group))
    others = {point.value.partition(":")[0].partition(".")[0] for point in points}
    return frozenset({"neurona"} | others)


def _spoken(kind: type) -> str:
    """`FittedDecoder` -> `fitted decoder`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).strip()
