"""What a run measures and draws is a list in its config."""

import io
import json

import pandas as pd
import pytest
from rich.console import Console

from neurona.errors import ConfigError
from neurona.experiments.metrics import METRICS
from neurona.experiments.plots import PLOTS
from neurona.experiments.runs.runner import run

SMALL = ("data.simulation.subjects=1", "data.simulation.images=60", "data.simulation.questions=6")


@pytest.fixture(scope="module")
def asked_for_all(tiny_text, tmp_path_factory):
    """A run of relational evidence that is asked for everything: its folder, and what it printed."""
    from neurona.experiments.config import load_config

    folder = tmp_path_factory.mktemp("run")
    (folder / "tiny.yaml").write_text(tiny_text)
    everything = [f"evaluation.metrics=[{','.join(METRICS)}]", f"evaluation.plots=[{','.join(PLOTS)}]"]
    config = load_config(
        folder / "tiny.yaml", ["decoder=relational_evidence", "evaluation.permutations=200", *SMALL, *everything]
    )
    printed = io.StringIO()
    run(config, folder, Console(file=printed, width=120))
    return folder, printed.getvalue()


def test_every_metric_is_measured_or_said_to_be_none_of_these_data(asked_for_all):
    folder, printed = asked_for_all
    metrics = json.loads((folder / "metrics.json").read_text())
    tables = {path.stem for path in (folder / "tables").glob("*.csv")}
    missing = metrics.get("not_measured", {})
    assert {"patterns", "concepts", "oracle"} <= tables
    # Parcels are no views, of which alone that metric tells something.
    assert set(METRICS) - {"views"} == tables | set(missing) | (set(METRICS) & set(metrics))
    assert all(f"{name}: not measured" in printed for name in missing)
    assert (pd.read_csv(folder / "tables" / "concepts.csv").data == "SIMULATED DATA").all()


def test_every_plot_is_drawn(asked_for_all):
    folder, _ = asked_for_all
    for name in ("accuracy.png", "groundings.png", "calibration.png"):
        assert (folder / name).stat().st_size > 1000
    assert list((folder / "graphs").glob("*.png"))


def test_p_is_among_the_figures_where_it_was_asked_for(asked_for_all):
    accuracy = json.loads((asked_for_all[0] / "metrics.json").read_text())["accuracy"]
    assert all(0 < row["p"] <= 1 for row in accuracy.values())


def test_nothing_is_drawn_that_was_not_asked_for(tiny, tmp_path):
    config = tiny("decoder=random", "evaluation.plots=[]", "evaluation.metrics=[]", *SMALL)
    run(config, tmp_path, Console(quiet=True))
    assert not list(tmp_path.glob("*.png"))
    assert "groundings" not in json.loads((tmp_path / "metrics.json").read_text())


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("evaluation.metrics=[calibratoin]", "no metric 'calibratoin'; did you mean 'calibration'"),
        ("evaluation.plots=[acuracy]", "no plot 'acuracy'; did you mean 'accuracy'"),
    ],
)
def test_an_unknown_name_is_refused_and_the_nearest_named(tiny, override, message):
    with pytest.raises(ConfigError, match=message):
        tiny(override)
