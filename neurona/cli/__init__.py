"""The command line: thin commands over the rooms below."""

from __future__ import annotations

import sys

import typer

from neurona.cli.data import data_app
from neurona.cli.query import query
from neurona.cli.runs import reproduce, run, sweep
from neurona.errors import NeuronaError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def neurona() -> None:
    """Decode brain recordings into concepts and answer symbolic questions about them."""


for command in (run, query, sweep, reproduce):
    app.command()(command)
app.add_typer(data_app, name="data")


def main() -> None:
    """Entry point; errors that the user can mend end with exit code 2 and one message."""
    try:
        app()
    except NeuronaError as error:
        print(f"neurona: {error}", file=sys.stderr)
        sys.exit(2)
