"""The prompt of `neurona query` without a query: one question a line, with completion of words and a history.

:recordings ID     what is asked about (see --recordings); alone, what there is       :given FORMULA   taken to be true; alone, nothing
:why-not           the smallest change that turns the last answer                     :worlds N        the likeliest scenes
:graph             leave the concept graph as files         :list   words and categories        :help        :quit
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from neurona.cli.query import leave_graph, print_understood, print_why_not, print_worlds
from neurona.errors import NeuronaError
from neurona.experiments.runs.asking import Source, summary
from neurona.experiments.runs.query_tables import answers_table, ranked_table, summary_table
from neurona.files import cache_folder
from neurona.programs.open_question import OpenQuestion

COMMANDS = (":recordings", ":given", ":why-not", ":worlds", ":graph", ":list", ":help", ":quit")
MOST_ROWS = 20
"""Recordings whose answers are shown one by one."""


class _Prompt:
    """What the prompt remembers from line to line."""

    def __init__(self, source: Source, recordings: str | None, given: str | None, graphs: Path, console: Console):
        self.source, self.given, self.graphs, self.console = source, given, graphs, console
        self.recordings = source.select(recordings)
        self.last = ""

    def answer(self, line: str) -> bool:
        """One line; False where it was the last."""
        command, _, rest = line.partition(" ")
        rest = rest.strip()
        if not line.startswith(":"):
            self._ask(line)
        elif command == ":quit":
            return False
        elif command == ":recordings":
            self._choose(rest)
        elif command == ":given":
            self.given = rest or None
            self.console.print(f"given: {self.given or 'nothing'}", highlight=False, markup=False)
        elif command == ":list":
            words = self.source.reading.vocabulary
            self.console.print(
                ", ".join((*words.concepts, *words.definitions, *words.relations)), highlight=False, markup=False
            )
        elif command in (":why-not", ":worlds", ":graph"):
            self._show(command, rest)
        else:
            self.console.print(__doc__.split("\n\n")[1], highlight=False, markup=False)
        return True

    def _ask(self, line: str) -> None:
        reading = self.source.reading
        print_understood(reading, [line], self.console)
        said, self.last = self.source.ask([line], self.recordings, self.given), line
        if len(self.recordings) <= MOST_ROWS:
            self.console.print(answers_table(said, reading.about, self.given))
        if len(self.recordings) > 1:
            self.console.print(summary_table(summary(said), reading.about))
        elif isinstance(reading.question(line), OpenQuestion):
            self.console.print(ranked_table(reading, line, self.recordings[0], self.given))

    def _choose(self, text: str) -> None:
        known = self.source.reading.recordings
        if text:
            self.recordings = self.source.select(text)
        shown = ", ".join((self.recordings if text else known)[:MOST_ROWS])
        more = len(self.recordings if text else known) - MOST_ROWS
        self.console.print(shown + (f", and {more} more" if more > 0 else ""), highlight=False, markup=False)

    def _show(self, command: str, rest: str) -> None:
        if len(self.recordings) != 1:
            self.console.print(
                f"{command} shows one recording; choose it with :recordings ID", highlight=False, markup=False
            )
            return
        recording, reading = self.recordings[0], self.source.reading
        if command == ":graph":
            leave_graph(reading, recording, self.graphs / recording, self.console)
        elif command == ":worlds":
            print_worlds(reading, recording, int(rest) if rest.isdigit() else 3, self.given, self.console)
        elif self.last:
            print_why_not(reading, self.last, recording, self.console)


def prompt(source: Source, recordings: str | None, given: str | None, graphs: Path, console: Console) -> None:
    """Ask until the input ends.

    Args:
        source: that is asked.
        recordings, given: to begin with.
        graphs: where concept graphs go.
        console: for answers.
    """
    asking = _Prompt(source, recordings, given, graphs, console)
    console.print(f"{len(asking.recordings)} recordings; :help tells what else there is", highlight=False)
    with _line_editing(source):
        while True:
            try:
                line = input("? ").strip()
            except (EOFError, KeyboardInterrupt):
                return
            try:
                if line and not asking.answer(line):
                    return
            except NeuronaError as error:
                console.print(str(error), highlight=False, markup=False)


@contextlib.contextmanager
def _line_editing(source: Source) -> Iterator[None]:
    """Completion of the vocabulary's words, recordings and commands, and a history, where the system can."""
    try:
        import readline
    except ImportError:  # Windows
        yield
        return
    words = source.reading.vocabulary
    known = sorted(
        {
            *words.concepts,
            *words.definitions,
            *words.relations,
            *words.categories,
            *source.reading.recordings,
            *COMMANDS,
        }
    )

    def complete(start: str, state: int) -> str | None:
        found = [word for word in known if word.startswith(start)]
        return found[state] if state < len(found) else None

    history = cache_folder() / "query_history"
    with contextlib.suppress(OSError):
        readline.read_history_file(history)
    readline.set_completer_delims(" \t\n(),?")
    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True)
            readline.set_history_length(1000)
            readline.write_history_file(history)
