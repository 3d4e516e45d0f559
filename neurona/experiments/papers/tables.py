"""`tables.yaml`: which runs make a paper's tables, and which claims they are to bear out.

    row of a table  =  config + profile + table.set + rows[name].set (+ one choice of table.over) (+ one of table.variants),  for each seed

Data are what a table's config names: recordings, or the SIMULATED twin, in whose place `--data FOLDER` puts a converted set. Profiles say what differs between
the two, and what `--quick` makes smaller. Peers, classical decoders that are tuned inside the training folds, are run with the first row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from neurona.errors import ConfigError, nearest_name
from neurona.experiments.schema import BaselineName
from neurona.validated import Section, read_yaml_as

Setting = dict[str, Any]
"""Key of the config, with dots -> value. Order counts: `decoder` before `decoder.hypothesis`."""


SUPERVISION = "decoder.supervision"


class Row(Section):
    """A row that any table may name: its label and what sets it apart."""

    label: str
    set: Setting = {}


class Quick(Section):
    """What `--quick` makes of a table. `rows`, `over`, `seeds`, `peers`: instead of the table's own; `variants`: which of them; `set`: besides; `skip`: nothing at all."""

    set: Setting = {}
    peers: tuple[BaselineName, ...] | None = None
    rows: tuple[str, ...] | None = None
    over: dict[str, tuple[Any, ...]] | None = None
    variants: tuple[str, ...] | None = None
    seeds: Annotated[int, Field(ge=1)] | None = None
    skip: bool = False


class PaperTable(Section):
    """One table.

    Attributes:
        title: for the reader.
        note: what is not the same as in the paper.
        config: beside the file; the paper's when None.
        rows: names of rows.
        peers: classical decoders; the paper's when None.
        set: of all rows.
        over: further keys and values; every combination makes a row of its own.
        variants: name -> settings; each makes a row of its own, called by the name.
        measures: groups of questions, as accuracy tables name them, and categories at once (see `neurona.experiments.papers.measures`).
        seeds: fewer than the paper's tables have; None for as many.
        seeded: keys of the config that are the seed, too, so that each seed has recordings of its own (pseudo-populations).
        published: the table whose published numbers it stands beside; its own name when None.
        chance: null data: the verdict is whether a decoder stays at chance.
        exchanged: every row also runs on recordings exchanged between images, and the texts of an image's questions answer without any; claims are
            then tested on what is above the first control.
        supervision: what all of its decoders learn from.
        groundings: whether it also tells of groundings (`neurona.experiments.papers.groundings`).
        data: the kind of data it can be made from.
        quick: what `--quick` changes.
    """

    title: str
    note: str = ""
    config: str | None = None
    rows: tuple[str, ...]
    peers: tuple[BaselineName, ...] | None = None
    set: Setting = {}
    over: dict[str, tuple[Any, ...]] = {}
    variants: dict[str, Setting] = {}
    measures: tuple[str, ...] = ("overall",)
    seeds: Annotated[int, Field(ge=1)] | None = None
    seeded: tuple[str, ...] = ()
    published: str | None = None
    chance: bool = False
    exchanged: bool = False
    supervision: Literal["answers", "scenes"] = "answers"
    groundings: bool = False
    data: Literal["simulated", "measured"] | None = None
    quick: Quick = Quick()


class PaperClaim(Section):
    """Something the paper says, or a bar, as a comparison of rows.

    Attributes:
        text: the claim.
        left: `table/row`.
        right: `table/row` that it is compared with; none where the oracle is.
        kind: better: left answers more questions than right by more than `bound`, on the same questions. loses_at_most: left answers at most
            `bound` less than right does on questions of like types and kinds. of_oracle: SIMULATED data; left reaches more than the
            share `bound` of what the oracle does.
        bound: see `kind`.
        above_control: whether `better` is tested on what is above the rows' controls, where their tables have them (`exchanged`).
        measure: group of questions.
    """

    text: str
    left: str
    right: str | None = None
    kind: Literal["better", "loses_at_most", "of_oracle"] = "better"
    bound: Annotated[float, Field(ge=0, le=1)] = 0.0
    above_control: bool = True
    measure: str = "overall"

    @model_validator(mode="after")
    def _check(self) -> PaperClaim:
        if (self.right is None) != (self.kind == "of_oracle"):
            raise ValueError(
                f"claim {self.text!r}: `right` is for the kinds better and loses_at_most, and they need it"
            )
        return self


class Profile(Section):
    """What differs for a kind of data, or for `--quick`."""

    set: Setting = {}
    seeds: Annotated[int, Field(ge=1)] | None = None


class PaperTables(Section):
    """`tables.yaml`.

    Attributes:
        paper: short name.
        config: of tables that name none, beside the file.
        peers: classical decoders of tables that name none.
        seeds: of each row.
        beside: data set of the paper whose published numbers are put beside those of any other data, SIMULATED ones too; None: those of no stated set.
        simulated, measured, quick: profiles, applied in this order.
        rows, tables: by name.
        claims: what the paper says.
    """

    paper: str
    config: str
    peers: tuple[BaselineName, ...] = ()
    seeds: Annotated[int, Field(ge=1)] = 5
    beside: str | None = None
    simulated: Profile = Profile()
    measured: Profile = Profile()
    quick: Profile = Profile()
    rows: dict[str, Row]
    tables: dict[str, PaperTable]
    claims: tuple[PaperClaim, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> PaperTables:
        chosen = [(name, row.set) for name, row in self.rows.items()]
        chosen += [(name, table.set | table.over) for name, table in self.tables.items()]
        chosen += [(name, one) for name, table in self.tables.items() for one in table.variants.values()]
        for name, keys in chosen:
            if SUPERVISION in keys:
                raise ValueError(f"{name}: {SUPERVISION} is the same for a whole table: give the table's `supervision`")
        for name, table in self.tables.items():
            for row in (*table.rows, *(table.quick.rows or ())):
                if row not in self.rows:
                    raise ValueError(f"tables.{name}: unknown row {row!r}{nearest_name(row, self.rows)}")
            for variant in table.quick.variants or ():
                if variant not in table.variants:
                    raise ValueError(
                        f"tables.{name}.quick: unknown variant {variant!r}{nearest_name(variant, table.variants)}"
                    )
        known = {f"{name}/{row}" for name, table in self.tables.items() for row in table.rows}
        for claim in self.claims:
            for side in (claim.left, claim.right):
                if side is not None and side not in known:
                    raise ValueError(f"claim {claim.text!r}: no row {side!r}{nearest_name(side, known)}")
        return self


def read_tables(path: Path) -> PaperTables:
    """Read and check `tables.yaml`.

    Raises:
        ConfigError: missing, no YAML, or a key or value that does not fit.
    """
    return read_yaml_as(PaperTables, path, ConfigError)
