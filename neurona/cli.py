"""The command line: thin commands over the rooms below."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from neurona.errors import NeuronaError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

data_app = typer.Typer(no_args_is_help=True, help="Fetch and check data sets.")
app.add_typer(data_app, name="data")


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
    from neurona.experiments.run_folder import prepare
    from neurona.experiments.runner import run as run_experiment

    _keep_compiled_code()
    console = Console()
    loaded = load_config(config, set_ or ())
    folder = prepare(loaded, out)
    run_experiment(loaded, folder, console)
    console.print(f"results: {folder}")


@app.command()
def query(
    run_directory: Annotated[Path, typer.Argument(metavar="RUN", help="directory of a finished run")],
    text: Annotated[str, typer.Argument(metavar="QUERY", help='e.g. "exists x. animate(x) & ~face(x)"')],
    recording: Annotated[str, typer.Option(help="id of a held-out recording (see predictions.parquet)")],
    graphs: Annotated[Path | None, typer.Option(help="where the concept graph goes; RUN/graphs unless given")] = None,
) -> None:
    """Ask a finished run about one recording, and leave the recording's concept graph."""
    from neurona.evaluation.tables import evidence_table
    from neurona.experiments.query import RecordingState
    from neurona.graphs import draw, to_graphml, to_json

    console = Console()
    state = RecordingState(run_directory, recording)
    reply = state.ask(text)
    certainty = "" if reply.probability is None else f"  (probability {reply.probability:.2f})"
    console.print(f"{recording}: {text}\n[bold]{reply.answer}[/bold]{certainty}", highlight=False)
    simulated = bool(state.state.attrs["simulated"])
    console.print(
        evidence_table(reply.carriers, "Entities that speak most for each concept (evidence, logits)", simulated)
    )
    stem = (graphs or run_directory / "graphs") / recording
    graph = state.graph()
    to_graphml(graph, Path(f"{stem}.graphml"))
    to_json(graph, Path(f"{stem}.json"))
    draw(graph, Path(f"{stem}.png"))
    console.print(f"concept graph: {stem}.graphml, .json, .png")


@data_app.command()
def fetch(name: str) -> None:
    """Fetch a data set into the cache, verify and convert it."""
    from neurona.datasets.registry import source

    console = Console()
    console.print(f"{name}: {source(name).fetch(console)}")


@data_app.command()
def check(
    name: str, path: Annotated[Path | None, typer.Option(help="folder to check instead of the cache")] = None
) -> None:
    """Read a data set whole and say what it holds; a fault ends with exit code 2."""
    from neurona.datasets.registry import source

    console = Console()
    dataset = source(name).read(path, console)
    data = dataset.recordings.data
    sizes = " x ".join(f"{size} {axis}s" for axis, size in data.sizes.items())
    console.print(
        f"{dataset.card.title}\n{sizes}, {data.attrs['units']}, {len(dataset.questions)} questions: no faults"
    )
    for fault in dataset.card.known_faults:
        console.print(f"known: {fault}")


@data_app.command("list")
def list_() -> None:
    """The data sets by name."""
    from neurona.datasets.card import read_card
    from neurona.datasets.registry import DATASETS

    for name in DATASETS:
        Console().print(f"{name}: {read_card(name).title}", highlight=False)


def _keep_compiled_code() -> None:
    """A second run of the same shapes need not compile again."""
    import jax

    from neurona.datasets.download import cache_folder

    jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "compiled"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 1.0)


def main() -> None:
    """Entry point; errors that the user can mend end with exit code 2 and one message."""
    try:
        app()
    except NeuronaError as error:
        print(f"neurona: {error}", file=sys.stderr)
        sys.exit(2)
