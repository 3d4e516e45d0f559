import pytest

from neurona.errors import ConfigError
from neurona.experiments.config import load_config


def test_a_misspelt_key_is_refused_and_the_nearest_named(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\ntraining: {stepz: 3}\n")
    with pytest.raises(ConfigError, match=r"training\.stepz.*did you mean 'steps'"):
        load_config(path)


def test_overrides_reach_sections(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n")
    assert load_config(path, ["training.steps=7"]).training.steps == 7
