"""Which network each DiFuMo component lies in.

The table has one row a component: `Component` (1, 2, ...), `Difumo_names`, `Yeo_networks7`, `Yeo_networks17`. Groups are in
alphabetical order; "No network found" is a group of its own, so that `Yeo_networks17` gives 18 of them. nilearn's
`fetch_atlas_difumo` ships the same table.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from neurona.errors import DataError, nearest_name
from neurona.recordings.text_tables import MISSING, read_text_table

LABELS = "difumo1024_yeo_labels.csv"
COLUMNS = ("Yeo_networks7", "Yeo_networks17")


def component_networks(labels_csv: Path | None, column: str, n_components: int = 1024) -> list[str]:
    """The network of each component, in the order of the components.

    Args:
        labels_csv: the table; None lets nilearn fetch the atlas.
        column: `Yeo_networks7` or `Yeo_networks17`, in any case of letters.
        n_components: of the atlas.

    Raises:
        DataError: the table is missing or damaged, lacks the column, or does not count `n_components` components.
    """
    source = str(labels_csv or f"nilearn's DiFuMo-{n_components}")
    table = _read(labels_csv) if labels_csv else _fetch(n_components)
    names = {str(name).lower(): name for name in table.columns}
    for name in ("Component", column):
        if name.lower() not in names:
            raise DataError(f"{source}: no column {name!r}{nearest_name(name, table.columns)}")
    component = pd.to_numeric(table[names["component"]], errors="coerce")
    network = table[names[column.lower()]]
    if sorted(component) != list(range(1, n_components + 1)):
        raise DataError(f"{source}: {len(table)} components found, expected each of 1 to {n_components} once")
    if (network.isna() | network.isin(["", MISSING])).any():
        raise DataError(f"{source}: column {column!r}: empty cells; every component needs a label")
    return [str(name) for _, name in sorted(zip(component, network, strict=True))]


def _read(labels_csv: Path) -> pd.DataFrame:
    return pd.DataFrame(dict(read_text_table(labels_csv).columns), dtype=object)


def _fetch(n_components: int) -> pd.DataFrame:
    from nilearn.datasets import fetch_atlas_difumo

    try:
        return pd.DataFrame(fetch_atlas_difumo(dimension=n_components).labels)
    except Exception as error:  # nilearn raises many kinds for a failed download
        raise DataError(f"DiFuMo: download failed ({error}); name a table of labels by its path") from error
