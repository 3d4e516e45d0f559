"""What there is under `runs/`: each run with its settings in a line, whether it is finished, and its headline figures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from neurona.datasets.dataset import fingerprint_of, is_dataset
from neurona.errors import DataError

HEADLINES = ("yes/no", "describe")
"""Groups of questions that stand for a run."""

COLUMNS = ("run", "data", "decoder", "split", "seed", "status", "ended", "figures")


def find_runs(root: Path) -> pd.DataFrame:
    """The runs under a folder, the latest first.

    Args:
        root: folder of run directories, at any depth.

    Returns:
        One row a run, columns `COLUMNS`. `status` is `finished`, `unfinished`, `stale: ...` or `failed: ...`; `figures` are those
        rows of its accuracy table that `headlines` chooses.

    Raises:
        DataError: no such folder.
    """
    if not root.is_dir():
        raise DataError(f"{root}: no such folder; name the folder that `neurona run` left its results in")
    rows = [_row(path.parent, root) for path in _configs(root)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("ended", ascending=False, ignore_index=True)


def runs_table(runs: pd.DataFrame, root: Path) -> Table:
    """A block for each run, fit for a terminal of 80 columns."""
    table = Table(title=escape(f"{len(runs)} runs in {root}"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in ("run", "settings"):
        table.add_column(column, overflow="fold")
    table.add_column("accuracy (95 % interval), chance", no_wrap=True)
    for row in runs.to_dict("records"):
        settings = f"{row['data']}, {row['decoder']}, {row['split']}, seed {row['seed']}"
        figures = "\n".join(_figure(name, found) for name, found in row["figures"].items())
        if row["status"].startswith("stale"):
            figures = f"{figures}\n{row['status']}"
        cells = f"{row['run']}\n{row['ended']:%Y-%m-%d %H:%M}", settings, figures or row["status"]
        table.add_row(*map(escape, cells))
    return table


def _configs(root: Path) -> Iterator[Path]:
    """The config of each run directory; what lies inside a run is none."""
    for path in sorted(root.iterdir()):
        if path.is_dir():
            config = path / "config.yaml"
            yield from [config] if config.is_file() else _configs(path)


def _row(folder: Path, root: Path) -> dict[str, Any]:
    # Read as plain values: a run of an older version, whose settings may be others, is listed all the same.
    config = _mapping(yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8")))
    metrics = _json(folder / "metrics.json")
    dataset = _mapping(_json(folder / "provenance.json").get("dataset"))
    data = _mapping(config.get("data"))
    figures = _mapping(metrics.get("accuracy"))
    ended = folder / ("metrics.json" if metrics else "config.yaml")
    return {
        "run": folder.relative_to(root).as_posix(),
        "data": str(dataset.get("name") or data.get("name") or data.get("path"))
        + (" (SIMULATED)" if dataset.get("simulated") else ""),
        "decoder": str(_mapping(config.get("decoder")).get("kind")),
        "split": str(_mapping(config.get("evaluation")).get("split")),
        "seed": config.get("seed"),
        "status": _status(data, dataset, bool(metrics), _json(folder / "outcome.json").get("error")),
        "ended": datetime.fromtimestamp(ended.stat().st_mtime),
        "figures": headlines(figures),
    }


def _status(data: dict[str, Any], dataset: dict[str, Any], finished: bool, error: Any) -> str:
    if finished:
        return "stale: its data changed" if _changed(data, dataset) else "finished"
    return f"failed: {error}" if error else "unfinished"


def headlines(accuracy: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of an accuracy table that stand for a run: `yes/no` and `describe`, or the one type of questions that is all of either."""
    found = {}
    for name, is_describe in zip(HEADLINES, (False, True), strict=True):
        types = [
            one
            for one in accuracy
            if ("majority" in accuracy[one]) == is_describe and one not in ("overall", *HEADLINES)
        ]
        chosen = name if name in accuracy else next(iter(types), None)
        if chosen is not None:
            found[chosen] = accuracy[chosen]
    return found


def _changed(data: dict[str, Any], dataset: dict[str, Any]) -> bool:
    """Whether the folder of a run's data holds others by now; one that is gone tells nothing."""
    folder, before = Path(str(data.get("path"))), dataset.get("fingerprint")
    if not before or not is_dataset(folder):
        return False
    try:
        return fingerprint_of(folder) != before
    except DataError:
        return True


def _figure(name: str, row: Mapping[str, Any]) -> str:
    chance = f", {row['chance']:.3f}" if "chance" in row else ""
    return f"{name:8} {row['value']:.3f} ({row['low']:.3f}-{row['high']:.3f}){chance}"


def _json(path: Path) -> dict[str, Any]:
    try:
        return _mapping(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}
