"""The .ts text format of the time series classification archives.

Lines that start with # are comments, those with @ the header; after @data each line is one case: its channels
separated by colons, each a comma-separated series, and the class label last.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float

from neurona.errors import DataError, nearest_name


def read_ts(path: Path) -> tuple[Float[np.ndarray, "case channel time"], list[str]]:
    """Values and labels of a multivariate .ts file of equal lengths.

    Raises:
        DataError: the file is missing, truncated, ragged, holds missing values or a label that its header does not name.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    header: dict[str, list[str]] = {}
    cases, labels = [], []
    in_data = False
    for number, line in enumerate(lines, start=1):
        if in_data and line.strip():
            values, label = _case(path, number, line, header)
            cases.append(values)
            labels.append(label)
        elif line.startswith("@"):
            key, *rest = line[1:].split()
            in_data = key.lower() == "data"
            header[key.lower()] = rest
    if not in_data:
        raise DataError(f"{path}: no line @data; the file is truncated or not in .ts format")
    if not cases:
        raise DataError(f"{path}: no cases after @data; the file is truncated, copy or fetch it again")
    return np.stack(cases), labels


def _case(path: Path, number: int, line: str, header: dict[str, list[str]]) -> tuple[np.ndarray, str]:
    where = f"{path}: line {number}"
    *channels, label = line.strip().split(":")
    known = header.get("classlabel", [])[1:]
    if label not in known:
        shown = label if len(label) < 30 else label[:27] + "..."
        raise DataError(
            f"{where}: label {shown!r} is not in the header{nearest_name(label, known)}; is the file truncated?"
        )
    try:
        values = [np.array(channel.split(","), dtype=np.float32) for channel in channels]
    except ValueError as error:
        raise DataError(
            f"{where}: {error}; expected numbers separated by commas (missing values are not read)"
        ) from error
    lengths = {len(series) for series in values}
    expected = int(header["dimensions"][0]), int(header["serieslength"][0])
    if len(values) != expected[0] or lengths != {expected[1]}:
        raise DataError(
            f"{where}: found {len(values)} channels of {sorted(lengths)} samples, the header says {expected[0]} of {expected[1]}"
        )
    return np.stack(values), label
