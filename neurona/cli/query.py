"""`neurona query`: ask what a run, or a reading, says about recordings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from neurona.readings import Reading


def query(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="directory of a finished run, or of a saved reading")],
    texts: Annotated[list[str], typer.Argument(metavar="QUERY...", help='e.g. "exists x. animate(x) & ~face(x)"')],
    recording: Annotated[
        str | None, typer.Option(help="id of a held-out recording (see predictions.parquet); all unless given")
    ] = None,
    given: Annotated[str | None, typer.Option(help="a formula that is taken to be true")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="show the value of every part, and leave it as JSON")
    ] = False,
    worlds: Annotated[int, typer.Option(min=0, help="show so many of the likeliest scenes")] = 0,
    simplify: Annotated[
        bool, typer.Option("--simplify", help="print the simplified query; the answer is the same")
    ] = False,
    graphs: Annotated[Path | None, typer.Option(help="where concept graphs go; RUN/graphs unless given")] = None,
) -> None:
    """Ask queries about one recording, or about all; of one recording, its concept graph is left as files."""
    from neurona.errors import ConfigError
    from neurona.experiments.runs.finished_run import reading_of
    from neurona.experiments.runs.query_tables import answers_table, carriers_table, ranked_table
    from neurona.programs.open_question import OpenQuestion

    console = Console()
    reading = reading_of(run)
    if recording is None and (explain or worlds):
        raise ConfigError("--explain and --worlds show one recording; name it with --recording")
    if simplify:
        _print_simplified(reading, texts, console)
    _print_understood(reading, texts, console)
    answers = answers_table(reading.ask(texts, recording, given=given), reading.about, given)
    print(answers) if isinstance(answers, str) else console.print(answers)
    if recording is None:
        return
    for text in texts:
        if isinstance(reading.question(text), OpenQuestion):
            console.print(ranked_table(reading, text, recording, given))
    texts = [text for text in texts if not isinstance(reading.question(text), OpenQuestion)]
    stem = (graphs or run / "graphs") / recording
    table = carriers_table(reading, texts, recording)
    if table is not None:
        console.print(table)
    if explain:
        _explain(reading, texts, recording, stem, console)
    if worlds:
        _print_worlds(reading, recording, worlds, console)
    _leave_graph(reading, recording, stem, console)


def _print_understood(reading: Reading, texts: list[str], console: Console) -> None:
    """The program that each question in English is taken for."""
    from neurona import programs
    from neurona.programs.open_question import OpenQuestion

    for text in texts:
        if programs.surface_of(text) != "english":
            continue
        question = reading.question(text)
        if isinstance(question, OpenQuestion):
            shown = f"{programs.to_logic(question.queries[0])}, and {len(question.queries) - 1} more like it"
        else:
            shown = programs.to_logic(question)
        console.print(f"{text}  understood as: {shown}", highlight=False, markup=False, soft_wrap=True)


def _print_simplified(reading: Reading, texts: list[str], console: Console) -> None:
    from neurona import programs

    for text in texts:
        shorter = programs.simplify(reading.parse(text), reading.vocabulary)
        words = programs.to_english(shorter, reading.vocabulary)
        shown = f"simplified: {programs.to_logic(shorter)}\n  in words: {words}"
        console.print(shown, highlight=False, markup=False)


def _explain(reading: Reading, texts: list[str], recording: str, stem: Path, console: Console) -> None:
    """The trees in the terminal, and one JSON file: the tree of one query, or a list of those of several."""
    from neurona.files import write_json

    found = [reading.explain(text, recording) for text in texts]
    for one in found:
        console.print(one.tree())
    told = [one.to_dict() for one in found]
    write_json(f"{stem}.explanation.json", told[0] if len(told) == 1 else told)
    console.print(f"explanation: {stem}.explanation.json", highlight=False)


def _print_worlds(reading: Reading, recording: str, count: int, console: Console) -> None:
    from neurona.experiments.runs.query_tables import worlds_table

    console.print(worlds_table(reading, recording, count))


def _leave_graph(reading: Reading, recording: str, stem: Path, console: Console) -> None:
    from neurona.graphs import write_graph
    from neurona.graphs.draw import draw

    graph = reading.graph(recording)
    for suffix in (".graphml", ".json"):
        write_graph(graph, Path(f"{stem}{suffix}"))
    draw(graph, Path(f"{stem}.png"))
    console.print(f"concept graph: {stem}.graphml, .json, .png", highlight=False)
