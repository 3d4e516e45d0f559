"""The command line: thin commands over the rooms below."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from neurona.errors import NeuronaError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def neurona() -> None:
    """Decode brain recordings into concepts and answer symbolic questions about them."""


@app.command()
def run(
    config: Path,
    set_: Annotated[list[str] | None, typer.Option("--set", help="key=value, overrides the config")] = None,
    out: Annotated[Path | None, typer.Option(help="run directory")] = None,
) -> None:
    """Run an experiment from its config."""
    from neurona.experiments.config import load_config
    from neurona.experiments.runner import run as run_experiment
    from neurona.experiments.runner import run_folder

    console = Console()
    loaded = load_config(config, set_ or ())
    folder = run_folder(loaded, out)
    run_experiment(loaded, folder, console)
    console.print(f"results: {folder}")


def main() -> None:
    """Entry point; errors that the user can mend end with exit code 2 and one message."""
    try:
        app()
    except NeuronaError as error:
        print(f"neurona: {error}", file=sys.stderr)
        sys.exit(2)
