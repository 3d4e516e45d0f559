"""From a paper's tables to runs: every cell named, every config run once.

Rows of several tables often are one config (NEURONA stands in all of them), and a config's digest is its name; a plan lists what each row needs,
and the runs without repetition.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neurona.errors import ConfigError, DataError, nearest_name
from neurona.experiments.papers.tables import SUPERVISION, PaperTable, PaperTables
from neurona.experiments.sweeps.jobs import RUN
from neurona.experiments.sweeps.over import combinations, overrides
from neurona.experiments.sweeps.sweep import Fingerprints, PlannedRun, plan_run


@dataclass(frozen=True)
class Source:
    """The data that a reproduction is made on.

    Attributes:
        name: of the data set, as its card has it; `simulated` for the twin made in memory.
        path: folder of a converted data set.
        simulated: whether nobody measured it.
    """

    name: str = "simulated"
    path: Path | None = None
    simulated: bool = True

    @classmethod
    def of(cls, data: str) -> Source:
        """From `simulated` or the path of a converted data set.

        Raises:
            DataError: no such folder, or it was not converted.
        """
        if data == "simulated":
            return cls()
        path = Path(data)
        try:
            pointer = json.loads((path / "dataset.json").read_text(encoding="utf-8"))
            return cls(str(pointer["card"]), path, bool(pointer["simulated"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"--data {data}: neither `simulated` nor a folder with a readable dataset.json; make one by "
                "`neurona data convert FOLDER OUT`"
            ) from error

    @property
    def provenance(self) -> str:
        """What tables say of it."""
        return f"SIMULATED ({self.name})" if self.simulated else self.name

    @property
    def own_images(self) -> bool:
        """Whether each seed has images (and a brain) of its own; those of a folder differ in training alone, SIMULATED or not."""
        return self.path is None

    @property
    def clusters(self) -> tuple[str, ...]:
        """Columns that tell clusters apart where seeds are pooled."""
        return ("seed", "image") if self.own_images else ("image",)


@dataclass(frozen=True)
class PlannedRow:
    """A row of a table: what it is called, and its runs, one a seed."""

    table: str
    row: str
    label: str
    choice: dict[str, Any]
    runs: tuple[PlannedRun, ...] = field(repr=False)


def plan(
    tables: PaperTables,
    folder: Path,
    source: Source,
    *,
    only: Sequence[str] = (),
    quick: bool = False,
    seeds: int | None = None,
    runs: Path = Path("runs"),
    run: str = RUN,
) -> list[PlannedRow]:
    """All rows with their runs.

    Args:
        tables: of the paper, from `folder`.
        folder: of the paper's configs.
        source: data.
        only: names of tables; all when empty.
        quick: small data and few seeds.
        seeds: how many instead.
        runs: where run directories go.
        run: what performs a run, `module:function`.

    Raises:
        ConfigError: an unknown table, or settings that make no valid config.
    """
    for name in only:
        if name not in tables.tables:
            raise ConfigError(f"--only {name}: no such table{nearest_name(name, tables.tables)}")
    profiles = [tables.simulated if source.path is None else tables.measured, *([tables.quick] if quick else [])]
    base: dict[str, Any] = {}
    many = tables.seeds
    for profile in profiles:
        base |= profile.set
        many = profile.seeds or many
    found: list[PlannedRow] = []
    made: dict[str, PlannedRun] = {}
    known: Fingerprints = {}
    for name, table in tables.tables.items():
        if (only and name not in only) or not _possible(table, source, quick):
            continue
        short = table.quick if quick else None
        of_all = table.set | (short.set if short else {})
        rows = (short.rows if short else None) or table.rows
        over = (short.over if short else None) or table.over
        of_table = seeds or min(many, (short.seeds if short else None) or table.seeds or many)
        for row in rows:
            for choice in combinations(over):
                # Last, for another kind of decoder begins with its own defaults.
                learned = {SUPERVISION: table.supervision}
                settings = _on(source, base | of_all | tables.rows[row].set | choice | learned)
                planned = []
                for seed in range(of_table):
                    one = plan_run(folder / tables.config, overrides(settings | {"seed": seed}), {}, runs, run, known)
                    # One object a config: rows that share it share its run.
                    planned.append(made.setdefault(one.job.digest, one))
                label = tables.rows[row].label + "".join(f", {_short(key)} {value}" for key, value in choice.items())
                found.append(PlannedRow(name, row, label, choice, tuple(planned)))
    return found


def distinct_runs(rows: Sequence[PlannedRow]) -> list[PlannedRun]:
    """The runs, each once; those on the same data beside each other, so that one process can share what it read and compiled."""
    runs = {run.job.digest: run for row in rows for run in row.runs}
    return sorted(
        runs.values(), key=lambda run: (run.config.seed, run.config.data.model_dump_json(), run.config.evaluation.split)
    )


def _on(source: Source, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings for this data; dials of the simulation are none of measured data's."""
    if source.path is None:
        return settings
    kept = {key: value for key, value in settings.items() if not key.startswith("data.simulation")}
    return kept | {"data.simulation": None, "data.name": None, "data.path": str(source.path)}


def _possible(table: PaperTable, source: Source, quick: bool) -> bool:
    if quick and table.quick.skip:
        return False
    return table.data is None or (table.data == "simulated") == (source.path is None)


def _short(key: str) -> str:
    return key.rsplit(".", 1)[-1]
