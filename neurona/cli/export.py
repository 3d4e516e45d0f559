"""`neurona export`: a decoder as one file that needs NumPy alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def export(
    decoder: Annotated[
        Path, typer.Argument(metavar="RUN_OR_DECODER", help="directory of a finished run, or of a saved decoder")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="the file to be, such as decoder.zip")],
    ask: Annotated[
        list[str] | None,
        typer.Option(
            help="a question that can be asked of it, as often as you like; whether each concept is there, and which word of each category, always can be"
        ),
    ] = None,
    questions: Annotated[Path | None, typer.Option(help="text file of more questions, one a line")] = None,
    int8: Annotated[
        bool, typer.Option("--int8", help="weights of eight bits, calibrated on the run's validation recordings")
    ] = False,
    calibrate: Annotated[
        list[Path] | None, typer.Option(help="--int8: data to calibrate on, where the run's own are not at hand")
    ] = None,
) -> None:
    """Leave the laboratory: one file that reads a trial and answers questions, with NumPy alone: `python OUT trials.npy`."""
    from neurona.errors import ConfigError
    from neurona.experiments.runs.finished_run import decoder_of
    from neurona.exporting.calibration import recordings_of, validation_of
    from neurona.exporting.export import export as write

    console = Console()
    if calibrate and not int8:
        raise ConfigError("--calibrate is for weights of eight bits; add --int8")
    fitted = decoder_of(decoder)
    asked = [*(ask or ()), *(_lines(questions) if questions else ())]
    recordings = None
    if int8:
        recordings = recordings_of(calibrate, fitted, console) if calibrate else validation_of(decoder, fitted, console)
    manifest = write(fitted, out, asked, recordings)
    simulated = " (SIMULATED)" if manifest["simulated"] else ""
    console.print(
        f"{out}: {out.stat().st_size / 1e3:.0f} kB, {manifest['decoder']} of {manifest['dataset'] or 'arrays'}{simulated}, {manifest['weights']}, "
        f"{len(manifest['questions'])} questions; python {out} trials.npy",
        highlight=False,
        soft_wrap=True,
    )
    if manifest["stablehlo"] is None:
        console.print(
            'without StableHLO, for which flatbuffers is needed: pip install "neurona[export]"', highlight=False
        )


def _lines(path: Path) -> list[str]:
    from neurona.errors import ConfigError

    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"--questions {path}: cannot be read ({error}); expected a text file, one question a line"
        ) from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
