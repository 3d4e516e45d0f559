"""`neurona read`: what a decoder says about recordings that were in no experiment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from neurona.readings import Reading
    from neurona.recordings.entities.expected import Missing


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
    every: Annotated[
        float | None,
        typer.Option(
            help="seconds; continuous M/EEG: a window every so often instead of epochs of events, the state of concepts carried on from window to window"
        ),
    ] = None,
    dwell: Annotated[
        float | None,
        typer.Option(
            help="with --every: seconds that a state lasts on average, 0 to carry none on; by the order of the decoder's training recordings unless given"
        ),
    ] = None,
    surprise: Annotated[
        float | None,
        typer.Option(
            help="with --every: nats; windows whose means and variances surprise less are not read in full, their state is what is expected; all are unless given"
        ),
    ] = None,
) -> None:
    """Read new recordings, measured like those that the decoder was fitted to; `neurona query READING ...` asks about them."""
    from neurona.datasets.new_recordings import new_recordings, new_windows
    from neurona.decoders.state_filter import StateFilter
    from neurona.errors import ConfigError
    from neurona.experiments.runs.finished_run import decoder_of
    from neurona.readings.joined import joined

    console = Console()
    fitted = decoder_of(decoder)
    missing: Missing = "interpolate" if interpolate else "error"
    parts: dict[str, Reading] = {}
    if every is None and (dwell is not None or surprise is not None):
        raise ConfigError(
            "--dwell, --surprise: states are carried on from window to window; say with --every how far these are apart"
        )
    if every is not None and layout is not None:
        raise ConfigError("--layout: windows slide over continuous files, which have none; leave it out")
    for path in data:
        if every is not None:
            states = StateFilter(fitted, dwell, missing=missing, surprise=surprise)
            windows = new_windows(path, fitted.conversion, console, every_s=every, options=set_ or ())
            parts[str(path)] = states.read_all(windows)
            some = f", {states.quiet.read} of {states.quiet.seen} windows read in full" if states.quiet else ""
            console.print(f"{path}: states last {states.dwell_s:g} s{some}", highlight=False)
            continue
        recordings = new_recordings(path, fitted.conversion, console, layout=layout, options=set_ or ())
        parts[str(path)] = fitted.read(recordings, missing=missing)
    reading = joined(parts)
    reading.save(out)
    simulated = " (SIMULATED)" if reading.about.simulated else ""
    console.print(f"{out}: {len(reading.recordings)} recordings{simulated}", highlight=False)
    if (alignment := fitted.entities.alignment) is not None:
        console.print(f"aligned: {alignment.settings.does}", highlight=False)
