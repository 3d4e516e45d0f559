"""`neurona configs`, `config`, `--version`, `--verbose`."""

import json
import logging
from importlib.metadata import version

import pytest
import yaml

from neurona.experiments.config import load_config


def test_the_version_is_printed(neurona):
    assert neurona("--version")[:2] == (0, f"neurona {version('neurona')}\n")


def test_what_ships_is_listed(neurona):
    code, printed, _ = neurona("configs")
    assert code == 0
    assert "quickstart: SIMULATED fMRI" in printed
    assert "neurona reproduce neurona_iclr2026" in printed


def test_a_config_is_printed_with_all_defaults_and_reads_back_the_same(neurona, tmp_path):
    code, printed, _ = neurona("config", "quickstart", "--set", "seed=3")
    assert code == 0
    assert yaml.safe_load(printed)["training"]["epochs"] == 60
    (tmp_path / "a.yaml").write_text(printed)
    assert load_config(tmp_path / "a.yaml") == load_config("quickstart", ["seed=3"])


def test_the_schema_is_json(neurona):
    code, printed, _ = neurona("config", "--schema")
    assert code == 0
    assert "evaluation" in json.loads(printed)["properties"]


def test_a_config_is_to_be_named(neurona):
    assert neurona("config")[0] == 2


@pytest.fixture
def logger():
    found = logging.getLogger("neurona")
    before = found.level, found.handlers, found.propagate
    yield found
    found.level, found.handlers, found.propagate = before


def test_long_work_is_told_of_on_stderr_where_asked_for(neurona, logger):
    assert not logger.isEnabledFor(logging.INFO)
    neurona("--verbose", "configs")
    assert logger.isEnabledFor(logging.INFO)
    assert len(logger.handlers) == 1
