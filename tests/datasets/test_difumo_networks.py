from pathlib import Path

import pandas as pd
import pytest

from neurona.datasets.difumo_networks import component_networks
from neurona.errors import DataError


def labels(tmp_path, networks=("Visual", "No network found", "Default", "Visual"), components=(1, 3, 2, 4)):
    path = tmp_path / "labels.csv"
    pd.DataFrame({"Component": components, "Yeo_networks7": networks}).to_csv(path, index=False)
    return path


def test_components_are_put_in_order(tmp_path):
    expected = ["Visual", "Default", "No network found", "Visual"]
    assert component_networks(labels(tmp_path), "yeo_networks7", 4) == expected


def test_the_reference_table_gives_18_groups():
    table = Path(__file__).parents[3] / "shared" / "data" / "difumo1024_yeo_labels.csv"
    if not table.is_file():
        pytest.skip("no table difumo1024_yeo_labels.csv beside the checkout")
    networks = component_networks(table, "Yeo_networks17")
    assert len(networks) == 1024
    assert len(set(networks)) == 18


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({}, "Yeo_networks17", "no column 'Yeo_networks17'; did you mean 'Yeo_networks7'"),
        ({"components": (1, 2, 2, 4)}, "Yeo_networks7", "expected each of 1 to 4 once"),
        ({"networks": ("a", None, "b", "c")}, "Yeo_networks7", "empty cells"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path, change, column, message):
    with pytest.raises(DataError, match=message):
        component_networks(labels(tmp_path, **change), column, 4)
    with pytest.raises(DataError, match=r"none\.csv: no such file"):
        component_networks(tmp_path / "none.csv", column)
