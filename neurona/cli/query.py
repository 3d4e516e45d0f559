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
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUERY...",
            help='"Is there a man?", "exists x. animate(x) & ~face(x)"; a prompt where there is none',
        ),
    ] = None,
    recordings: Annotated[
        str | None,
        typer.Option(
            "--recordings", "-r", help='ID,ID, all, or columns of the run: "subject=1 & run=run-02"; all unless given'
        ),
    ] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option(
            help="ID,ID, as often as you like: two recordings as one scene of the things `first` and `second`, which nobody saw together; all: every "
            "recording in one pair, drawn by lot"
        ),
    ] = None,
    given: Annotated[str | None, typer.Option(help="a formula that is taken to be true")] = None,
    coverage: Annotated[
        float | None,
        typer.Option(
            help="answer only where all but one answer can be ruled out, so that 0.9 (say) of such sets hold the right one"
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="show the value of every part, and leave it as JSON")
    ] = False,
    why_not: Annotated[
        bool, typer.Option("--why-not", help="show the smallest change of the decoded scene that turns the answer")
    ] = False,
    worlds: Annotated[int, typer.Option(min=0, help="show so many of the likeliest scenes")] = 0,
    simplify: Annotated[
        bool, typer.Option("--simplify", help="print the simplified query; the answer is the same")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print nothing but the answers, as JSON")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="print nothing but the answers, as CSV")] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="print the recordings, words and categories that there are")
    ] = False,
    graphs: Annotated[Path | None, typer.Option(help="where concept graphs go; RUN/graphs unless given")] = None,
) -> None:
    """Ask queries about one recording, about some, or about all; of one recording, its concept graph is left as files."""
    from neurona.errors import ConfigError
    from neurona.experiments.runs.asking import Source, summary
    from neurona.experiments.runs.query_tables import answers_table, summary_table

    console, source = Console(), Source.open(run)
    if pair:
        source, recordings = source.paired(pair, recordings), None
    reading = source.reading
    if list_:
        _print_what_there_is(reading, console)
        return
    if not texts:
        from neurona.cli.prompt import prompt

        prompt(source, recordings, given, graphs or run / "graphs", console)
        return
    chosen = source.select(recordings)
    if len(chosen) != 1 and (explain or worlds or why_not):
        raise ConfigError("--explain, --why-not and --worlds show one recording; name it with --recordings ID")
    said = source.ask(texts, chosen, given, coverage)
    if as_json or as_csv:
        print(said.to_json(orient="records", indent=1) if as_json else said.to_csv(index=False), end="")
        return
    if simplify:
        _print_simplified(reading, texts, console)
    print_understood(reading, texts, console)
    answers = answers_table(said, reading.about, given)
    print(answers) if isinstance(answers, str) else console.print(answers)
    if len(chosen) > 1:
        console.print(summary_table(summary(said), reading.about))
    elif recordings is not None or pair:
        _show_one(
            reading, texts, chosen[0], (graphs or run / "graphs") / chosen[0], given, explain, why_not, worlds, console
        )


def _show_one(
    reading: Reading,
    texts: list[str],
    recording: str,
    stem: Path,
    given: str | None,
    explain: bool,
    why_not: bool,
    worlds: int,
    console: Console,
) -> None:
    """Where the words were found, and whatever else was asked for; the concept graph is left as files."""
    from neurona.experiments.runs.query_tables import carriers_table, ranked_table
    from neurona.programs.open_question import OpenQuestion

    questions = {text: reading.question(text) for text in texts}
    for text, question in questions.items():
        if isinstance(question, OpenQuestion):
            console.print(ranked_table(reading, text, recording, given))
    closed = [text for text, question in questions.items() if not isinstance(question, OpenQuestion)]
    table = carriers_table(reading, closed, recording)
    if table is not None:
        console.print(table)
    if explain:
        _explain(reading, closed, recording, given, stem, console)
    if why_not:
        for text in closed:
            print_why_not(reading, text, recording, console)
    if worlds:
        print_worlds(reading, recording, worlds, given, console)
    leave_graph(reading, recording, stem, console)


def _print_what_there_is(reading: Reading, console: Console) -> None:
    words = reading.vocabulary
    parts = {
        f"{len(reading.recordings)} recordings": reading.recordings,
        f"{len(words.concepts)} concepts": words.concepts,
        f"{len(words.relations)} relations": words.relations,
        **{f"category {name}": members for name, members in words.categories.items()},
        **{f"{name} := {formula}": () for name, formula in words.definitions.items()},
        **{f"{name}(x, y) := {formula} (of pairs)": () for name, formula in words.paired.items()},
    }
    for title, members in parts.items():
        console.print(f"{title}: {', '.join(members)}" if members else title, highlight=False, markup=False)


def print_understood(reading: Reading, texts: list[str], console: Console) -> None:
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


def print_why_not(reading: Reading, text: str, recording: str, console: Console) -> None:
    """The smallest change of the decoded scene that turns the answer."""
    from neurona.experiments.runs.query_tables import change_in_words

    shown = change_in_words(reading, text, recording)
    console.print(f"{text}  {shown}", highlight=False, markup=False, soft_wrap=True)


def _print_simplified(reading: Reading, texts: list[str], console: Console) -> None:
    from neurona import programs

    for text in texts:
        shorter = programs.simplify(reading.parse(text), reading.vocabulary)
        words = programs.to_english(shorter, reading.vocabulary)
        shown = f"simplified: {programs.to_logic(shorter)}\n  in words: {words}"
        console.print(shown, highlight=False, markup=False)


def _explain(
    reading: Reading, texts: list[str], recording: str, given: str | None, stem: Path, console: Console
) -> None:
    """The trees in the terminal, and one JSON file: the tree of one query, or a list of those of several."""
    from neurona.files import write_json

    found = [reading.explain(text, recording, given=given) for text in texts]
    for one in found:
        console.print(one.tree())
    told = [one.to_dict() for one in found]
    write_json(f"{stem}.explanation.json", told[0] if len(told) == 1 else told)
    console.print(f"explanation: {stem}.explanation.json", highlight=False)


def print_worlds(reading: Reading, recording: str, count: int, given: str | None, console: Console) -> None:
    """The likeliest scenes, of those in which what is given is true."""
    from neurona.experiments.runs.query_tables import worlds_table

    console.print(worlds_table(reading, recording, count, given))


def leave_graph(reading: Reading, recording: str, stem: Path, console: Console) -> None:
    """The recording's concept graph, as files."""
    from neurona.graphs import write_graph
    from neurona.graphs.draw import draw

    graph = reading.graph(recording)
    for suffix in (".graphml", ".json"):
        write_graph(graph, Path(f"{stem}{suffix}"))
    draw(graph, Path(f"{stem}.png"))
    console.print(f"concept graph: {stem}.graphml, .json, .png", highlight=False)
