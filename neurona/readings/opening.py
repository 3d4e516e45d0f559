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

    Examples:
        >>> import tempfile, neurona as nr
        >>> data = nr.Dataset.from_arrays([[0.0], [1.0]] * 8, ["face", "house"] * 8)
        >>> reading = nr.fit(data, "linear_evidence").read(data)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     same = nr.open_reading(reading.save(f"{folder}/reading"))
        ...     answers = same.ask("exists x. face(x)").answer.tolist()
        >>> answers == reading.ask("exists x. face(x)").answer.tolist()
        True
    """
    plain, arrays = open_arrays(path, verify=verify)
    form = str(plain.get("form"))
    if form not in FORMS:
        raise DataError(f"{Path(path) / MANIFEST}: form {form!r} is unknown{nearest_name(form, FORMS)}")
    module, name = FORMS[form]
    opened: Reading = getattr(importlib.import_module(module), name).opened(plain, arrays, Path(path))
    return opened
