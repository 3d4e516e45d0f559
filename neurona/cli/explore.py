"""`neurona explore`: a page in the browser that asks and shows a reading."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def explore(
    reading: Annotated[
        Path, typer.Argument(metavar="RUN_OR_READING", help="directory of a finished run, or of a saved reading")
    ],
    port: Annotated[int, typer.Option(min=0, max=65535, help="of this machine; a free one unless given")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open one")] = True,
) -> None:
    """Ask and see a reading in a browser: questions, traces, concept graphs, maps, conditions. Only this machine can reach it."""
    from neurona.explorer.serve import serve

    serve(reading, Console(), port=port, browser=browser)
