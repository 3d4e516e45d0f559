"""The command line: thin commands over the rooms below."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from neurona.cli.configs import config, configs
from neurona.cli.data import data_app
from neurona.cli.explore import explore
from neurona.cli.export import export
from neurona.cli.query import query
from neurona.cli.read import read
from neurona.cli.report import report
from neurona.cli.runs import compare, reproduce, run, runs, sweep
from neurona.errors import NeuronaError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def neurona(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="say what long work is doing, on stderr")] = False,
    version_: Annotated[bool, typer.Option("--version", help="print the version")] = False,
) -> None:
    """Decode brain recordings into concepts and answer symbolic questions about them."""
    if version_:
        typer.echo(f"neurona {version('neurona')}")
        raise typer.Exit
    if verbose:
        _log_to_stderr()
    from neurona.experiments.runs.compiled_code import keep_compiled_code

    keep_compiled_code()


def _log_to_stderr() -> None:
    import logging

    from rich.console import Console
    from rich.logging import RichHandler

    logger = logging.getLogger("neurona")
    logger.setLevel(logging.INFO)
    logger.propagate = False  # other packages give the root logger a handler of theirs
    logger.handlers = [RichHandler(console=Console(stderr=True), show_path=False)]


for command in (run, read, query, export, explore, report, runs, compare, configs, config, sweep, reproduce):
    app.command()(command)
app.add_typer(data_app, name="data")


def main() -> None:
    """Entry point; errors that the user can mend end with exit code 2 and one message."""
    try:
        app()
    except NeuronaError as error:
        print(f"neurona: {error}", file=sys.stderr)
        sys.exit(2)
