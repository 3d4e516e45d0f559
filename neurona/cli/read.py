"""`neurona read`: what a decoder says about recordings that were in no experiment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def read(
    decoder: Annotated[
        Path, typer.Argument(metavar="RUN_OR_DECODER", help="directory of a finished run, or of a saved decoder")
    ],
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATA...", help="data sets, BIDS folders, MNE epochs, continuous M/EEG or NIfTI images with events"
        ),
    ],
    out: Annotated[Path, typer.Option(help="folder of the reading to be")],
    layout: Annotated[str | None, typer.Option(help="of a folder as obtained; detected unless given")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="key=value, a setting of the layout that is to be another than the decoder's"),
    ] = None,
    interpolate: Annotated[
        bool, typer.Option("--interpolate", help="EEG: interpolate channels that are missing")
    ] = False,
) -> None:
    """Read new recordings, measured like those that the decoder was fitted to; `neurona query READING ...` asks about them."""
    from neurona.datasets.new_recordings import new_recordings
    from neurona.experiments.runs.finished_run import decoder_of
    from neurona.readings.joined import joined

    console = Console()
    fitted = decoder_of(decoder)
    parts = {}
    for path in data:
        recordings = new_recordings(path, fitted.conversion, console, layout=layout, options=set_ or ())
        parts[str(path)] = fitted.read(recordings, missing="interpolate" if interpolate else "error")
    reading = joined(parts)
    reading.save(out)
    simulated = " (SIMULATED)" if reading.about.simulated else ""
    console.print(f"{out}: {len(reading.recordings)} recordings{simulated}", highlight=False)
    if (alignment := fitted.entities.alignment) is not None:
        console.print(f"aligned: {alignment.settings.does}", highlight=False)
