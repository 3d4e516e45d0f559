"""Three people, each from the documentation alone: scripts of the gallery, which end by comparing answers in memory and from files."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bars.bar import Bar, nothing_of

from own.bench import ROOT, Own, call


def people(own: Own) -> Iterator[Bar]:
    """Every script of the gallery comes to its end."""
    scripts = sorted((ROOT / "docs" / "gallery").glob("*.py"))
    failed = []
    for script in scripts:
        folder = own.folder / "gallery" / script.stem
        folder.mkdir(parents=True, exist_ok=True)
        done = call([sys.executable, str(script)], cwd=folder)
        if done.code:
            failed.append(script.stem)
            print(f"--- {script.stem}: {done.told[-1500:]}", flush=True)
    yield nothing_of("scripts of the gallery, failed", len(failed), len(scripts), {"failed": failed})
