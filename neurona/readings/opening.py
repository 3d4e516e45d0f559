"""Opening a reading that was saved."""

from __future__ import annotations

import importlib
from pathlib import Path

from neurona.errors import DataError, nearest_name
from neurona.readings.files import MANIFEST, open_arrays
from neurona.readings.reading import Reading

FORMS = {
    "worlds": ("neurona.readings.world_reading", "WorldReading"),
    "entity_scores": ("neurona.readings.entity_scores", "EntityScoreReading"),
    "joined": ("neurona.readings.joined", "JoinedReading"),
    "product": ("neurona.readings.product", "ProductReading"),
}
"""Form -> module and class with `opened(plain, arrays, folder)`. The two forms, and what is made of several."""


def open_reading(path: str | Path, *, verify: bool = False) -> Reading:
    """Open the folder of a reading; large arrays stay on disk until they are needed.

    Args:
        path: what `Reading.save` wrote.
        verify: compare all checksums first.

    Raises:
        DataError: it is no reading, of another version, or damaged.
    """
    plain, arrays = open_arrays(path, verify=verify)
    form = str(plain.get("form"))
    if form not in FORMS:
        raise DataError(f"{Path(path) / MANIFEST}: form {form!r} is unknown{nearest_name(form, FORMS)}")
    module, name = FORMS[form]
    opened: Reading = getattr(importlib.import_module(module), name).opened(plain, arrays, Path(path))
    return opened
