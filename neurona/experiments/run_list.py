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

from neurona.errors import DataError

HEADLINES = ("yes/no", "describe")
"""Groups of questions that stand for a run."""

COLUMNS = ("run", "data", "decoder", "split", "seed", "status", "ended", "figures")


def find_runs(root: Path) -> pd.DataFrame:
    """The runs under a folder, the latest first.

    Args:
        root: folder of run directories, at any depth.

    Returns:
        One row a run, columns `COLUMNS`. `status` is `finished`, `unfinished`, or why it failed in a sweep; `figures` maps the `HEADLINES` to rows
        of the accuracy table.

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
    error = _json(folder / "outcome.json").get("error")
    simulated = _mapping(_json(folder / "provenance.json").get("dataset")).get("simulated")
    data = _mapping(config.get("data"))
    figures = _mapping(metrics.get("accuracy"))
    ended = folder / ("metrics.json" if metrics else "config.yaml")
    return {
        "run": folder.relative_to(root).as_posix(),
        "data": str(data.get("name")) + (" (SIMULATED)" if simulated else ""),
        "decoder": str(_mapping(config.get("decoder")).get("kind")),
        "split": str(_mapping(config.get("evaluation")).get("split")),
        "seed": config.get("seed"),
        "status": "finished" if metrics else f"failed: {error}" if error else "unfinished",
        "ended": datetime.fromtimestamp(ended.stat().st_mtime),
        "figures": {name: figures[name] for name in HEADLINES if name in figures},
    }


def _figure(name: str, row: Mapping[str, Any]) -> str:
    return f"{name:8} {row['value']:.3f} ({row['low']:.3f} - {row['high']:.3f}), {row['chance']:.3f}"


def _json(path: Path) -> dict[str, Any]:
    try:
        return _mapping(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}
