"""Rebuild the tables of real recordings in the README and the docs: `neurona reproduce` of the papers, then their results between the marks of each file.

    python benchmarks/real_tables.py [--quick | --no-runs] [--only PAPER[/TABLE] ...] [--runs DIR]

Runs that are finished are not made again; --no-runs makes none, and takes the results that `neurona reproduce` left in DIR. A table whose runs are not all finished is
left out of the files, with a line that says so; each says at which commit it was measured, and nothing else stays between the marks. With --quick the tables go to
the terminal and to no file.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from neurona.experiments.papers.report import markdown_table
from neurona.experiments.papers.reproduce import reproduce
from neurona.experiments.papers.tables import read_tables
from neurona.experiments.shipped import find_paper
from neurona.experiments.sweeps.sweep import Workers
from neurona.files import write_text

ROOT = Path(__file__).parents[1]
PAPERS = ("haxby2001", "zhang2011", "kriegeskorte2008", "eegmmidb", "uea", "erp")
HEADLINES = ("haxby2001", "uea")
"""Papers that the README shows; the docs show all."""
BEGIN, END = "<!-- real recordings: begin -->", "<!-- real recordings: end -->"
SHORT = ("row", "measure", "measured", "interval", "unit", "chance", "beside", "effect", "p")
"""Columns of the README; the docs have published figures besides, and the peers' own rows."""
FULL = (*SHORT, "published", "source")


def left(papers: Mapping[str, Sequence[str]], runs: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Title and lines of each table, as reproductions left them."""
    texts = ("beside", "commit", "chosen", "unit", "source", "verdict", "data")
    for paper, only in papers.items():
        tables = read_tables(find_paper(paper) / "tables.yaml")
        found = pd.read_csv(runs / tables.paper / "reproduction" / "results.csv", dtype=dict.fromkeys(texts, str))
        found[list(texts)] = found[list(texts)].fillna("")
        for name, part in found.groupby("table", sort=False):
            if not only or name in only:
                yield f"{paper}, {name}: {tables.tables[str(name)].title}", part


def measured(
    papers: Mapping[str, Sequence[str]], quick: bool, runs: Path, console: Console
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Title and lines of each table, as it was run now."""
    for paper, only in papers.items():
        tables = read_tables(find_paper(paper) / "tables.yaml")
        found = reproduce(
            paper, console=console, only=only, quick=quick, runs=runs, workers=Workers(together=12)
        ).results
        for name, part in found.groupby("table", sort=False):
            yield f"{paper}, {name}: {tables.tables[str(name)].title}", part


def rebuilt(text: str, table: str) -> str:
    """A file's text with a table between its marks.

    Raises:
        SystemExit: the marks are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def written(found: Sequence[tuple[str, pd.DataFrame]], columns: Sequence[str], decoders_alone: bool) -> str:
    """All tables, one below the other."""
    lines = [
        "Rebuilt by `python benchmarks/real_tables.py`; settings chosen inside training folds. `commit+`: with changes made after that commit.",
        "",
    ]
    for title, part in found:
        commits = ", ".join(dict.fromkeys(one for one in part.commit if one))
        lines += [f"**{title}**" + (f" (measured at {commits})" if commits else ""), ""]
        if part.verdict.str.contains("missing").any():
            lines += ["Not measured on this tree: runs are missing.", ""]
            continue
        lines += [markdown_table(part[part.kind == "decoder"] if decoders_alone else part, columns), ""]
    return "\n".join(lines).rstrip()


def main() -> None:
    """Read the command line, measure, rebuild."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rows, small data; no file is rebuilt")
    parser.add_argument("--no-runs", action="store_true", help="take the results that reproductions left")
    parser.add_argument("--only", nargs="*", default=list(PAPERS), help="papers, or PAPER/TABLE")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where runs are kept")
    given = parser.parse_args()
    papers: dict[str, list[str]] = {}
    for name in given.only:
        paper, _, table = name.partition("/")
        papers.setdefault(paper, []).extend([table] if table else [])
    found = list(left(papers, given.runs) if given.no_runs else measured(papers, given.quick, given.runs, Console()))
    if given.quick:
        return
    headlines = [(title, part) for title, part in found if title.startswith(HEADLINES)]
    for path, shown, columns, decoders_alone in (
        (ROOT / "README.md", headlines, SHORT, True),
        (ROOT / "docs" / "reproduction.md", found, FULL, False),
    ):
        write_text(path, rebuilt(path.read_text(encoding="utf-8"), written(shown, columns, decoders_alone)))


if __name__ == "__main__":
    main()
