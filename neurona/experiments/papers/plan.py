"""From a paper's tables to runs: every cell named, every config run once.

Rows of several tables often are one config (NEURONA stands in all of them), and a config's digest is its name; a plan lists what each row needs,
and the runs without repetition.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from neurona.errors import ConfigError, DataError, nearest_name
from neurona.evaluation.metrics.baseline_classifiers import BASELINES
from neurona.evaluation.predictions import UNITS
from neurona.experiments.config import load_config
from neurona.experiments.papers.tables import SUPERVISION, PaperTable, PaperTables
from neurona.experiments.schema import DataConfig
from neurona.experiments.sweeps.jobs import RUN
from neurona.experiments.sweeps.over import combinations, overrides
from neurona.experiments.sweeps.sweep import Fingerprints, PlannedRun, plan_run

VARIANT = "twin"
"""What a row of a table's `variants` is called by; they are twins of the SIMULATED one."""


@dataclass(frozen=True)
class Source:
    """The data that a table is made on.

    Attributes:
        name: of the data set, as its card has it; `simulated` for the twin made in memory.
        path: folder of a converted data set in the place of the twin.
        simulated: whether nobody measured it.
        own_recordings: whether each seed has recordings of its own: brains of the twin, pseudo-populations of neurons. Seeds of others differ in training alone.
    """

    name: str = "simulated"
    path: Path | None = None
    simulated: bool = True
    own_recordings: bool = True

    @classmethod
    def of_folder(cls, path: Path) -> Source:
        """A converted data set.

        Raises:
            DataError: no such folder, or it was not converted.
        """
        try:
            pointer = json.loads((path / "dataset.json").read_text(encoding="utf-8"))
            return cls(str(pointer["card"]), path, bool(pointer["simulated"]), own_recordings=False)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"--data {path}: no folder with a readable dataset.json; make one by `neurona data convert FOLDER OUT`"
            ) from error

    @classmethod
    def of_config(cls, data: DataConfig, seeded: bool = False) -> Source:
        """What a config names."""
        if data.simulation is not None:
            return cls()
        return cls(str(data.name), None, simulated=False, own_recordings=seeded)

    @property
    def is_twin(self) -> bool:
        """Whether it is simulated in memory."""
        return self.simulated and self.path is None

    @property
    def provenance(self) -> str:
        """What tables say of it."""
        return f"SIMULATED ({self.name})" if self.simulated else self.name

    def clusters(self, unit: str = "image") -> tuple[str, ...]:
        """Columns that tell apart what is independent, where seeds are pooled."""
        return tuple(column for column in UNITS[unit] if self.own_recordings or column != "seed")


EXCHANGED = {"evaluation.shuffle": True}
"""What makes a run its own control: the same questions and training, on recordings exchanged between images."""

TEXTS = {"evaluation.texts": True}
"""What lets a table's first row tell of the questions' texts alone, the other control."""


@dataclass(frozen=True)
class PlannedRow:
    """A row of a table: what it is called, its runs, one a seed, and the peers that are run with it.

    `control`: the same runs on recordings that are exchanged between images, where the table has them.
    """

    table: str
    row: str
    label: str
    choice: dict[str, Any]
    runs: tuple[PlannedRun, ...] = field(repr=False)
    source: Source = Source()
    peers: tuple[str, ...] = ()
    control: tuple[PlannedRun, ...] = field(default=(), repr=False)

    @property
    def unit(self) -> str:
        """What its finished runs take to be independent."""
        for run in self.runs:
            if run.finished:
                return str(json.loads((run.folder / "metrics.json").read_text(encoding="utf-8"))["unit"])
        return "image"


def plan(
    tables: PaperTables,
    folder: Path,
    data: Source | None = None,
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
        data: a converted set in the place of the twin; what the configs name when None.
        only: names of tables; all when empty.
        quick: small data and few seeds.
        seeds: how many instead.
        runs: where run directories go.
        run: what performs a run, `module:function`.

    Raises:
        ConfigError: an unknown table, settings that make no valid config, or data in the place of recordings that a config names.
    """
    for name in only:
        if name not in tables.tables:
            raise ConfigError(f"--only {name}: no such table{nearest_name(name, tables.tables)}")
    found: list[PlannedRow] = []
    made: dict[str, PlannedRun] = {}
    known: Fingerprints = {}
    for name, table in tables.tables.items():
        if (only and name not in only) or (quick and table.quick.skip):
            continue
        config = folder / (table.config or tables.config)
        source = _source(config, table, data)
        if table.data is not None and (table.data == "simulated") != source.is_twin:
            continue
        short = table.quick if quick else None
        base, many = _profile(tables, source, quick)
        of_all = base | table.set | (short.set if short else {})
        of_table = seeds or min(many, (short.seeds if short else None) or table.seeds or many)
        variants = {key: table.variants[key] for key in (short and short.variants) or table.variants} or {"": {}}
        peers = installed_peers(tables, table, quick)
        for number, row in enumerate((short.rows if short else None) or table.rows):
            own_peers = () if number else peers
            over = combinations((short.over if short else None) or table.over)
            for choice, varied in product(over, variants.items()):
                # Last, for another kind of decoder begins with its own defaults.
                last = {SUPERVISION: table.supervision} | _baselines(own_peers, tables, table)
                last |= TEXTS if table.exchanged and not number else {}
                settings = _on(source, of_all | tables.rows[row].set | choice | varied[1] | last)
                named = choice | ({VARIANT: varied[0]} if varied[0] else {})
                planned: list[PlannedRun] = []
                control: list[PlannedRun] = []
                for seed in range(of_table):
                    seeded = settings | {"seed": seed} | dict.fromkeys(table.seeded, seed)
                    ways = (
                        [(planned, seeded), (control, seeded | EXCHANGED)] if table.exchanged else [(planned, seeded)]
                    )
                    for kept, decided in ways:
                        one = plan_run(config, overrides(decided), {}, runs, run, known)
                        # One object a config: rows that share it share its run.
                        kept.append(made.setdefault(one.job.digest, one))
                label = tables.rows[row].label + "".join(f", {_short(key)} {value}" for key, value in named.items())
                found.append(PlannedRow(name, row, label, named, tuple(planned), source, own_peers, tuple(control)))
    return found


def distinct_runs(rows: Sequence[PlannedRow]) -> list[PlannedRun]:
    """The runs, each once; those on the same data beside each other, so that one process can share what it read and compiled."""
    runs = {run.job.digest: run for row in rows for run in (*row.runs, *row.control)}
    return sorted(
        runs.values(), key=lambda run: (run.config.seed, run.config.data.model_dump_json(), run.config.evaluation.split)
    )


def chosen_peers(tables: PaperTables, table: PaperTable, quick: bool = False) -> tuple[str, ...]:
    """The peers of a table, whether they are installed or not."""
    of_table = tables.peers if table.peers is None else table.peers
    return table.quick.peers if quick and table.quick.peers is not None else of_table


def installed_peers(tables: PaperTables, table: PaperTable, quick: bool = False) -> tuple[str, ...]:
    """The peers of a table whose packages are there."""
    return tuple(name for name in chosen_peers(tables, table, quick) if BASELINES[name].installed)


def _baselines(peers: Sequence[str], tables: PaperTables, table: PaperTable) -> dict[str, Any]:
    """Only tables with peers say anything of them: configs of other papers keep their own."""
    return {"evaluation.baselines": list(peers)} if chosen_peers(tables, table) else {}


def _profile(tables: PaperTables, source: Source, quick: bool) -> tuple[dict[str, Any], int]:
    """Settings and seeds of the kind of data, and of `--quick`."""
    settings: dict[str, Any] = {}
    many = tables.seeds
    for profile in (tables.simulated if source.is_twin else tables.measured, *([tables.quick] if quick else [])):
        settings |= profile.set
        many = profile.seeds or many
    return settings, many


def _source(config: Path, table: PaperTable, data: Source | None) -> Source:
    named = Source.of_config(load_config(config).data, bool(table.seeded))
    if data is None:
        return named
    if not named.is_twin:
        raise ConfigError(
            f"--data: {config} names its recordings ({named.name}); files at hand are found through NEURONA_DATA, so leave --data out"
        )
    return data


def _on(source: Source, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings for this data; dials of the simulation are none of measured data's."""
    if source.path is None:
        return settings
    kept = {key: value for key, value in settings.items() if not key.startswith("data.simulation")}
    return kept | {"data.simulation": None, "data.name": None, "data.path": str(source.path)}


def _short(key: str) -> str:
    return key.rsplit(".", 1)[-1]
