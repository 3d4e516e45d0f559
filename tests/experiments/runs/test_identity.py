"""What makes two runs the same run."""

import json

import pytest
import stub_runs
import yaml

from neurona.decoders import decoders
from neurona.errors import DataError
from neurona.experiments.config import load_config
from neurona.experiments.runs import run_folder
from neurona.experiments.runs.identity import data_fingerprint, decisive_settings, digest_of, is_finished


@pytest.mark.parametrize(
    ("override", "same"),
    [
        ("seed=0", True),
        ("name=other", True),
        ("training.checkpoint_epochs=3", True),
        ("training.tensorboard=true", True),
        ("training.mesh.devices=2", True),
        ("training.epochs=60", True),
        ("seed=1", False),
        ("training.epochs=3", False),
        ("decoder=relational_evidence", False),
        ("decoder.steps=3", False),
        ("data.subjects=[SIM1]", False),
        ("data.simulation.snr=0.5", False),
    ],
)
def test_settings_that_decide_no_number_decide_no_directory(tiny, override, same):
    assert (digest_of(tiny(), "") == digest_of(tiny(override), "")) == same


def test_a_setting_that_is_written_out_at_its_default_changes_nothing(tiny, tmp_path):
    (tmp_path / "full.yaml").write_text(yaml.safe_dump(tiny().model_dump(mode="json")))
    assert digest_of(load_config(tmp_path / "full.yaml"), "") == digest_of(tiny(), "")


def test_other_data_make_another_run_and_other_places_do_not(tiny):
    plain = tiny("data.simulation=null", "data.name=null", "data.path=here")
    moved = tiny("data.simulation=null", "data.name=null", "data.path=there")
    assert digest_of(plain, "a") == digest_of(moved, "a") != digest_of(plain, "b")


def test_simulated_data_are_decided_by_the_settings(tiny):
    assert data_fingerprint(tiny()) == ""


def test_data_that_are_not_there_have_no_fingerprint(tiny, tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        data_fingerprint(tiny("data.simulation=null", "data.name=null", f"data.path={tmp_path / 'set'}"))


@pytest.fixture
def run(tiny, tmp_path):
    """The directory of a finished run, and its config."""
    config = tiny()
    run_folder.begin(tmp_path / "run", config)
    stub_runs.answers(config, tmp_path / "run", None)
    return tmp_path / "run", config


def test_a_run_is_finished_once_its_metrics_are_there(run):
    folder, config = run
    assert is_finished(folder, config, "")
    (folder / "metrics.json").unlink()
    assert not is_finished(folder, config, "")


def test_a_run_on_other_data_or_with_other_settings_is_not_finished(run, tiny):
    folder, config = run
    assert not is_finished(folder, config, "other data")
    assert not is_finished(folder, tiny("seed=1"), "")
    assert is_finished(folder, tiny("training.mlflow=true"), "")


def test_a_run_of_before_a_setting_was_there_is_finished(run):
    folder, config = run
    settings = yaml.safe_load((folder / "config.yaml").read_text())
    del settings["training"]["patience"]
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    assert is_finished(folder, config, "")


def test_a_run_made_when_a_default_was_another_is_not_finished(run):
    folder, config = run
    settings = yaml.safe_load((folder / "config.yaml").read_text())
    settings["training"]["patience"] = 11
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    assert not is_finished(folder, config, "")


def test_a_damaged_run_is_not_finished(run):
    folder, config = run
    (folder / "provenance.json").write_text(json.dumps([]))
    assert not is_finished(folder, config, "")


@pytest.mark.parametrize("kind", decoders())
def test_settings_of_every_decoder_have_an_identity(tiny, kind):
    told = decisive_settings(tiny(f"decoder={kind}"))
    assert told["decoder"]["kind"] == kind
    assert json.loads(json.dumps(told)) == told
