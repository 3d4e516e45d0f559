"""Foreign `.npy` files that hold one pickled dictionary, read without running any code that they contain.

A pickle is a program for a stack machine; its harm lies in the functions it may name and call (reference-semantics, fault 5).
Three gates stand before it:

1. Its instructions are listed first, which runs nothing: those that reach outside the file (persistent ids, the extension registry)
   or that would exhaust memory or stack are refused.
2. A global is admitted only if NumPy needs it to store an array or a scalar. Not even these are called: each name stands
   for a stand-in of this module that only keeps what it is given.
3. Stand-ins become arrays by `numpy.frombuffer`, after shape, type and number of bytes were found to agree.

What comes out holds only dict, list, tuple, str, bytes, int, float, bool, None and arrays of plain numbers.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import re
from pathlib import Path
from typing import Any

import numpy as np

from neurona.errors import DataError

MAX_BYTES = 16 * 2**20
"""A file of the layout has about 50 kB."""
MAX_TUPLES, MAX_VALUES, MAX_DEPTH = 10_000, 100_000, 8

_REBUILD = "damaged or half-written; copy it again"


def read_pickled_dict(path: Path, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The dictionary that `numpy.save(path, {...}, allow_pickle=True)` wrote.

    Raises:
        DataError: it cannot be read, is too large, half-written, holds something else, or names a global that no array
            needs; nothing that it names was run.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise DataError(f"{path}: {size} bytes; a file of this layout has at most {max_bytes}, is it another one?")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    text = _after_header(path, content)
    _list_instructions(path, text)
    try:
        found = _Unpickler(path, text).load()
        value = _Resolver().value(found)
    except DataError:
        raise
    except Exception as error:  # a damaged pickle raises of many kinds
        raise DataError(f"{path}: {_REBUILD} ({type(error).__name__}: {error})") from error
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise DataError(f"{path}: holds {type(value).__name__}, expected one dictionary with names as keys")
    return value


def _after_header(path: Path, content: bytes) -> bytes:
    """The pickle behind the `.npy` header, which must promise a single object."""
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        reader = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, _, dtype = reader(stream)
    except (ValueError, KeyError, EOFError, TypeError) as error:
        raise DataError(f"{path}: no .npy header ({error}); {_REBUILD}") from error
    if dtype != np.dtype(object) or shape != ():
        raise DataError(f"{path}: holds an array of {dtype} {list(shape)}, expected one pickled dictionary")
    return content[stream.tell() :]


def _list_instructions(path: Path, text: bytes) -> None:
    """Refuse instructions that reach outside the file or exhaust the machine. Lists them only, runs none."""
    tuples = count = end = 0
    try:
        for code, argument, place in pickletools.genops(text):
            count, end = count + 1, place or 0
            tuples += code.name.startswith("TUPLE")
            if code.name.startswith("EXT"):
                raise DataError(
                    f"{path}: refused, names code {argument} of the extension registry; get the file elsewhere"
                )
            if code.name.endswith("PERSID"):
                raise DataError(f"{path}: refused, names a persistent id ({argument!r}); get the file elsewhere")
            # A large index makes the unpickler allocate that many places; a tower of tuples overflows the stack.
            if (code.name in ("PUT", "BINPUT", "LONG_BINPUT") and int(argument or 0) > count) or tuples > MAX_TUPLES:
                raise DataError(f"{path}: refused, would exhaust memory ({code.name}); get the file elsewhere")
    except (ValueError, IndexError) as error:
        raise DataError(f"{path}: {_REBUILD} ({error})") from error
    if end != len(text) - 1:
        raise DataError(f"{path}: {len(text) - 1 - end} bytes after its end; {_REBUILD}")


_NEW_NAMES = {
    "numpy.core.multiarray": "numpy._core.multiarray",
    "numpy.core.numeric": "numpy._core.numeric",
    "__builtin__": "builtins",
}
"""Modules as older versions of NumPy and Python name them."""


class _Unpickler(pickle.Unpickler):
    """Admits the names that NumPy needs, as stand-ins."""

    def __init__(self, path: Path, text: bytes):
        super().__init__(io.BytesIO(text))
        self._path = path

    def find_class(self, module: str, name: str) -> Any:
        admitted = _GLOBALS.get((_NEW_NAMES.get(module, module), name))
        if admitted is None:
            raise DataError(
                f"{self._path}: refused, names the global {module}.{name}, which this layout does not need and which was "
                "not run; get the file from a source that you trust"
            )
        return admitted()

    def persistent_load(self, pid: Any) -> Any:
        raise DataError(f"{self._path}: refused, names a persistent id ({pid!r})")


class _StandIn:
    """What an admitted name stands for. A fresh one for each mention, so that no file can change another's."""

    __slots__ = ("given", "state")

    def __init__(self) -> None:
        self.given: tuple | None = None
        self.state: Any = None

    def __call__(self, *given: Any) -> _StandIn:
        made = type(self)()
        made.given = given
        return made

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __reduce__(self):
        raise TypeError("stand-ins are not stored")


class _Class(_StandIn):
    """`numpy.ndarray`, named but never made."""

    __slots__ = ()


class _Type(_StandIn):
    """`numpy.dtype(name, align, copy)`; its state holds the byte order."""

    __slots__ = ()

    def value(self) -> np.dtype:
        name = self.given[0] if self.given else None
        if not isinstance(name, str) or not re.fullmatch(r"[biufUSO][0-9]{0,6}", name):
            raise ValueError(f"type {name!r}; expected numbers, text or objects")
        order = self.state[1] if isinstance(self.state, tuple) and len(self.state) > 1 else "="
        plain = np.dtype(name)
        if order == ">":
            return plain.newbyteorder(">")
        return plain.newbyteorder("<") if order == "<" else plain


class _Array(_StandIn):
    """`_reconstruct(ndarray, (0,), b"b")`, then the state (version, shape, type, column-major, data)."""

    __slots__ = ()

    def parts(self) -> tuple[Any, Any, Any, Any]:
        _, shape, dtype, column_major, data = self.state
        return data, dtype, shape, "F" if column_major else "C"


class _Buffer(_StandIn):
    """`_frombuffer(data, type, shape, order)`, of pickle protocol 5."""

    __slots__ = ()

    def parts(self) -> tuple[Any, Any, Any, Any]:
        data, dtype, shape, order = self.given or ()
        return data, dtype, shape, order


class _Scalar(_StandIn):
    """`scalar(type, data)`."""

    __slots__ = ()


class _Encode(_StandIn):
    """`_codecs.encode(text, "latin1")`: how bytes are stored below pickle protocol 3."""

    __slots__ = ()

    def value(self) -> bytes:
        text, encoding = self.given or ()
        if encoding not in ("latin1", "latin-1"):
            raise ValueError(f"encoding {encoding!r}")
        return text.encode("latin-1")


class _Empty(_StandIn):
    """`bytes()`: how no bytes are stored below pickle protocol 3."""

    __slots__ = ()

    def value(self) -> bytes:
        if self.given != ():
            raise ValueError("bytes of something")
        return b""


_GLOBALS: dict[tuple[str, str], type[_StandIn]] = {
    ("numpy", "ndarray"): _Class,
    ("numpy", "dtype"): _Type,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "scalar"): _Scalar,
    ("numpy._core.numeric", "_frombuffer"): _Buffer,
    ("_codecs", "encode"): _Encode,
    ("builtins", "bytes"): _Empty,
}


class _Resolver:
    """Stand-ins to values, within limits of depth and number: a pickle may hold itself."""

    def __init__(self) -> None:
        self._count = 0

    def value(self, found: Any, depth: int = 0) -> Any:
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise ValueError(f"nested deeper than {MAX_DEPTH} levels or more than {MAX_VALUES} values")
        match found:
            case dict():
                return {self.value(key, depth + 1): self.value(item, depth + 1) for key, item in found.items()}
            case list() | tuple():
                return type(found)(self.value(item, depth + 1) for item in found)
            case _Array() | _Buffer():
                return self._array(*found.parts(), depth)
            case _Scalar():
                dtype, data = found.given or ()
                return self._array(data, dtype, (), "C", depth)
            case _Encode() | _Empty():
                return found.value()
            case None | bool() | int() | float() | str() | bytes():
                return found
        raise ValueError(f"holds {type(found).__name__}")

    def _array(self, data: Any, dtype: Any, shape: Any, order: Any, depth: int) -> Any:
        """An array; text and objects as a list; a single number or object as itself."""
        if not isinstance(dtype, _Type) or not isinstance(shape, tuple):
            raise ValueError("an array without type or shape")
        if not all(type(size) is int and 0 <= size <= MAX_BYTES for size in shape):
            raise ValueError(f"an array of shape {shape}")
        kind, size = dtype.value(), math.prod(shape)
        data = data.value() if isinstance(data, _Encode | _Empty) else data
        if kind.kind == "O":
            if len(shape) > 1 or not isinstance(data, list) or len(data) != size:
                raise ValueError(f"an array of objects of shape {shape}; expected one axis at most")
            items = self.value(data, depth)
            return items if shape else items[0]
        if not isinstance(data, bytes | bytearray) or len(data) != size * kind.itemsize:
            raise ValueError(f"an array of {kind} {list(shape)} without its {size * kind.itemsize} bytes")
        values = np.frombuffer(data, kind).reshape(shape, order="F" if order == "F" else "C")
        if kind.kind in "US":
            return values.tolist()
        return values.astype(kind.newbyteorder("=")) if shape else values.item()
