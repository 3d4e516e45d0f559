"""Files of R (.rds, .rda, .RData), read by rdata, which is pure Python."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from neurona.errors import DataError


def read_r(path: Path) -> Any:
    """The one object of an .rds file; of others, name -> object. Lists are dicts, factors pandas' categoricals, data frames pandas' own.

    Raises:
        DataError: rdata is not installed, or the file is damaged.
    """
    if find_spec("rdata") is None:
        raise DataError(
            f"{path}: files of R are read by the package rdata; install it with: pip install 'neurona[data]'"
        )
    import rdata

    read = rdata.read_rds if path.suffix == ".rds" else rdata.read_rda
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # classes of R packages are read as plain objects
            return _plain(read(path))
    except Exception as error:  # whatever a parser meets in a damaged file
        raise DataError(f"{path}: cannot be read as a file of R ({error!r}); fetch it again") from error


def _plain(value: Any) -> Any:
    """Names as Python's own texts."""
    return {str(key): _plain(one) for key, one in value.items()} if isinstance(value, dict) else value
