"""`neurona configs` and `neurona config`: the configs that ship, and what one of them sets in full."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from neurona.cli.runs import Overrides


def configs() -> None:
    """The configs and papers that ship, by name."""
    from neurona.experiments.shipped import said_of, shipped_configs, shipped_papers

    console = Console()
    for name, path in shipped_configs().items():
        console.print(f"[bold]{name}[/bold]: {said_of(path)}", highlight=False)
    for name in shipped_papers():
        console.print(f"[bold]{name}[/bold]: a paper, for `neurona reproduce {name}`", highlight=False)


def config(
    name: Annotated[
        str | None, typer.Argument(metavar="CONFIG", help="a file, or one that ships (`neurona configs`)")
    ] = None,
    set_: Overrides = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="print the JSON Schema of config files, for editors")
    ] = False,
) -> None:
    """Print a config with all of its defaults, as YAML; or the JSON Schema of all configs."""
    if schema:
        from neurona.experiments.config_schema import config_schema

        typer.echo(json.dumps(config_schema(), indent=1))
        return
    if name is None:
        raise typer.BadParameter("name a config, or ask for --schema")
    from neurona.experiments.config import as_yaml, load_config

    typer.echo(as_yaml(load_config(name, set_ or ())), nl=False)
