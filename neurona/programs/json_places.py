"""Where in a JSON text a value stands; `json` itself does not say."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import TypeAlias

Steps: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys of objects and indices of lists."""

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def offset_of(text: str, steps: Steps) -> int:
    """The offset of a value in a valid JSON text; of what holds it where a step leads nowhere."""
    offset = _skip(text, 0)
    for step in steps:
        found = _member(text, offset, step)
        if found is None:
            return offset
        offset = found
    return offset


def _member(text: str, offset: int, step: str | int) -> int | None:
    if text[offset] != ("{" if isinstance(step, str) else "["):
        return None
    found, index = None, 0
    offset = _skip(text, offset + 1)
    while text[offset] not in "}]":
        key: str | int = index
        if isinstance(step, str):
            key, offset = scanstring(text, offset + 1)
            offset = _skip(text, _skip(text, offset) + 1)
        if key == step:
            found = offset  # the last of repeated keys counts, as for `json`
        offset = _skip(text, _DECODER.raw_decode(text, offset)[1])
        if text[offset] == ",":
            offset = _skip(text, offset + 1)
        index += 1
    return found


def _skip(text: str, offset: int) -> int:
    return _SPACE.match(text, offset).end()  # type: ignore[union-attr]
