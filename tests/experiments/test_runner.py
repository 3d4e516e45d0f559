"""Real recordings, whole experiments: better than guessing with labels, guessing without."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from neurona.datasets.registry import source
from neurona.errors import DataError
from neurona.evaluation import chance_interval
from neurona.experiments.config import load_config
from neurona.experiments.runner import run

CONFIGS = Path(__file__).parents[2] / "experiments"
QUIET = Console(file=io.StringIO())
QUICK = ["decoder.decays=[0.03]", "evaluation.baselines=[]"]
MEEG = ["meg_directions/directions", "eeg_bci/finger_movements", "eeg_bci/scp1", "eeg_bci/scp2"]


def meeg_config(name, *overrides):
    config = load_config(CONFIGS / f"{name}.yaml", [*QUICK, *overrides])
    try:
        source(config.data.name).fetch(QUIET)
    except DataError as error:
        pytest.skip(f"not in the cache and not to be fetched here: {error}")
    return config


def within_chance(metrics):
    describe = metrics["accuracy"]["describe"]
    low, high = chance_interval(describe["chance"], describe["n"])
    return low <= describe["value"] <= high


@pytest.mark.parametrize("name", MEEG)
def test_shuffled_answers_of_real_meeg_are_decoded_at_chance(name, tmp_path):
    assert within_chance(run(meeg_config(name, "evaluation.shuffle=true"), tmp_path, QUIET))


@pytest.mark.slow
def test_shuffled_answers_of_real_fmri_are_decoded_at_chance(haxby_slice, tmp_path):
    config = load_config(
        CONFIGS / "haxby2001" / "slice.yaml", [*QUICK, f"data.path={haxby_slice}", "evaluation.shuffle=true"]
    )
    assert within_chance(run(config, tmp_path, QUIET))


@pytest.mark.parametrize(("name", "at_least"), [("meg_directions/directions", 0.518), ("eeg_bci/scp1", 0.807)])
def test_real_meeg_is_decoded(name, at_least, tmp_path):
    metrics = run(meeg_config(name), tmp_path, QUIET)
    assert metrics["accuracy"]["describe"]["value"] >= at_least
    assert not within_chance(metrics)


def test_real_fmri_is_decoded(haxby_slice, tmp_path):
    config = load_config(CONFIGS / "haxby2001" / "slice.yaml", [*QUICK, f"data.path={haxby_slice}"])
    metrics = run(config, tmp_path, QUIET)
    assert metrics["accuracy"]["describe"]["value"] >= 0.74
    assert not within_chance(metrics)
