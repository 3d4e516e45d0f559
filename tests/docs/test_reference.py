"""The API reference tells of everything that `import neurona` gives; that its names exist is checked by `mkdocs build --strict`."""

import re
from pathlib import Path

import neurona

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_every_name_is_on_the_page():
    shown = set(re.findall(r"^::: neurona\.(\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert shown == set(neurona.__all__) - {"__version__"}
