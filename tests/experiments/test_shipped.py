"""Configs and papers by name, from anywhere."""

import pytest

from neurona.errors import ConfigError
from neurona.experiments.config import load_config
from neurona.experiments.shipped import find_config, find_paper, said_of, shipped_configs, shipped_papers


def test_every_config_that_ships_is_valid_and_says_what_it_is_for():
    for name, path in shipped_configs().items():
        assert load_config(name).name
        assert said_of(path)


def test_a_config_is_found_by_its_name_outside_the_checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_config("quickstart").name == "quickstart"
    assert find_config("slice") == find_config("haxby2001/slice")


def test_a_file_at_hand_comes_before_one_that_ships(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quickstart").write_text("mine")
    assert find_config("quickstart").read_text() == "mine"


def test_an_unknown_name_is_an_error_with_the_nearest_one():
    with pytest.raises(ConfigError, match=r"did you mean 'quickstart'.*neurona configs"):
        find_config("quikstart")
    with pytest.raises(ConfigError, match="did you mean 'neurona_iclr2026'"):
        find_paper("neurona_iclr2025")


def test_papers_are_found_by_their_names():
    for name, folder in shipped_papers().items():
        assert find_paper(name) == find_paper(folder) == folder
