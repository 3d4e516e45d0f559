"""Small files that sweeps and reproductions leave, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from neurona.files import write_atomically


def write_json(path: Path, content: Any) -> Path:
    """As indented JSON.

    Raises:
        OutputError: it cannot be written.
    """
    return write_text(path, json.dumps(content, indent=1))


def write_text(path: Path, text: str) -> Path:
    """As UTF-8, ending in one newline.

    Raises:
        OutputError: it cannot be written.
    """

    def fill(target: Path) -> None:
        target.write_text(text.rstrip("\n") + "\n", encoding="utf-8")

    return write_atomically(path, fill)
