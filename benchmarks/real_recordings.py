"""Is every bar met that decoders of real recordings are held to? One line a bar: what was measured, what it had to be, met or MISSED.

    python benchmarks/real_recordings.py [--quick] [--only NAME ...] [--folder DIR] [--out FILE]

Accuracies on public recordings beside plain peers, with recipes chosen inside training folds and then frozen; other people and other days; encoders
beside those of braindecode; words found among many entities. Recordings are looked for in NEURONA_DATA, else fetched; what
is planted is SIMULATED and says so. Ends with 1 where a bar is missed. Themes are the modules of `real/` that have `THEMES`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import real
from bars.bar import Bar
from bars.lab import Lab
from bars.report import report


def themes() -> dict[str, Callable[[Lab], Iterator[Bar]]]:
    """Of all modules, in the order of their names."""
    found: dict[str, Callable[[Lab], Iterator[Bar]]] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(real.__path__)):
        for name, measure in getattr(importlib.import_module(f"real.{module}"), "THEMES", {}).items():
            if name in found:
                raise SystemExit(f"benchmarks/real: two themes are called {name!r}")
            found[name] = measure
    return found


if __name__ == "__main__":
    raise SystemExit(report(__doc__, themes(), Lab))
