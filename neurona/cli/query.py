"""`neurona query`: ask a finished run about a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def query(
    run_directory: Annotated[Path, typer.Argument(metavar="RUN", help="directory of a finished run")],
    text: Annotated[str, typer.Argument(metavar="QUERY", help='e.g. "exists x. animate(x) & ~face(x)"')],
    recording: Annotated[str, typer.Option(help="id of a held-out recording (see predictions.parquet)")],
    graphs: Annotated[Path | None, typer.Option(help="where the concept graph goes; RUN/graphs unless given")] = None,
    simplify: Annotated[bool, typer.Option("--simplify", help="ask the simplified query, and print it")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="show the value of every part, and leave it as JSON")
    ] = False,
) -> None:
    """Ask a finished run about one recording, and leave the recording's concept graph."""
    from neurona.evaluation.files import write_atomically
    from neurona.evaluation.tables import evidence_table
    from neurona.experiments.query import RecordingState
    from neurona.graphs import draw, to_graphml, to_json

    console = Console()
    state = RecordingState(run_directory, recording)
    if simplify:
        from neurona import programs

        shorter = programs.simplify(programs.parse(text, state.vocabulary), state.vocabulary)
        text = programs.to_logic(shorter)
        words = programs.to_english(shorter, state.vocabulary)
        console.print(f"simplified: {text}\n  in words: {words}", highlight=False, markup=False)
    reply = state.ask(text)
    certainty = "" if reply.probability is None else f"  (probability {reply.probability:.2f})"
    console.print(f"{recording}: {text}\n[bold]{reply.answer}[/bold]{certainty}", highlight=False)
    simulated = bool(state.state.attrs["simulated"])
    console.print(
        evidence_table(reply.carriers, "Entities that speak most for each concept (evidence, logits)", simulated)
    )
    stem = (graphs or run_directory / "graphs") / recording
    explanation = reply.explanation
    if explain and explanation is None:
        console.print("no values of parts: the answer is the share of possible worlds in which the query holds")
    elif explain and explanation is not None:
        as_json = explanation.to_json()
        console.print(explanation.tree())

        def fill(target: Path) -> None:
            target.write_text(as_json + "\n", encoding="utf-8")

        write_atomically(Path(f"{stem}.explanation.json"), fill)
        console.print(f"explanation: {stem}.explanation.json", highlight=False)
    graph = state.graph()
    to_graphml(graph, Path(f"{stem}.graphml"))
    to_json(graph, Path(f"{stem}.json"))
    draw(graph, Path(f"{stem}.png"))
    console.print(f"concept graph: {stem}.graphml, .json, .png")
