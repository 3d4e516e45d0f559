"""The truth beside simulated data.

settings.yaml               the dials and the seed: `simulate` makes the same data from them again
scenes.yaml                 the scene graphs
grounding.parquet           word x parcel: which parcels carry which word
patterns.npz                planted patterns and gates, atlas, gains of subjects' sessions, time course, noise covariances
oracle.parquet      for each question of each recording: llr, correct, expected, chance
oracle_by_kind.csv  the same by type and kind of negative
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from neurona.errors import DataError
from neurona.scenes.yaml_scenes import to_yaml
from neurona.simulation.settings import SimulationSettings
from neurona.simulation.simulation import Simulation
from neurona.simulation.summary import accuracy_by_kind

NOTICE = "SIMULATED: nobody measured these data. Made by Neurona's simulator; the truth lies in the folder truth.\n"


def write_truth(simulation: Simulation, folder: Path) -> None:
    """Write all of it into a new folder."""
    folder.mkdir(parents=True)
    (folder / "SIMULATED").write_text(NOTICE, encoding="utf-8")
    dials = {"simulated": True, "seed": simulation.seed} | dataclasses.asdict(simulation.settings)
    (folder / "settings.yaml").write_text(yaml.safe_dump(dials, sort_keys=False), encoding="utf-8")
    (folder / "scenes.yaml").write_text(to_yaml(simulation.scenes), encoding="utf-8")
    truth, brain = simulation.truth, simulation.brain
    grounding = pd.DataFrame(truth.patterns.planted, columns=list(brain.parcels))
    grounding.insert(0, "word", truth.patterns.words)
    grounding.to_parquet(folder / "grounding.parquet", index=False)
    names = ("word", "subject", "object", "gate", "subject_gate", "object_gate")
    np.savez(
        folder / "patterns.npz",
        simulated=np.array(True),
        words=np.array(truth.patterns.words),
        nouns=np.array(simulation.ontology.nouns),
        **{name: getattr(truth.patterns, name) for name in names},
        centroids=brain.centroids,
        parcel_of_component=brain.parcel_of_component,
        parcels=np.array(brain.parcels),
        gains=truth.measurement.gains,
        session_of_image=truth.sessions.of_image,
        session_gain=truth.sessions.gain,
        session_offset=truth.sessions.offset,
        onset_s=np.zeros(0) if truth.sessions.onset_s is None else truth.sessions.onset_s,
        time_course=truth.measurement.time_course,
        time_covariance=truth.measurement.time_covariance,
        space_covariance=truth.measurement.space_covariance,
        scale=np.array(truth.scale),
        shown=truth.shown,
    )
    if len(simulation.questions):
        simulation.oracle().to_parquet(folder / "oracle.parquet", index=False)
        accuracy_by_kind(simulation).to_csv(folder / "oracle_by_kind.csv", index=False)


def read_settings(folder: Path) -> tuple[SimulationSettings, int]:
    """The settings and the seed in a folder that `write_truth` wrote.

    Raises:
        DataError: missing or damaged.
        ConfigError: settings out of range.
    """
    path = folder / "settings.yaml"
    try:
        dials = yaml.safe_load(path.read_text(encoding="utf-8"))
        seed = int(dials.pop("seed"))
        del dials["simulated"]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path}: cannot be read ({error!r}); simulate the data again") from error
    return SimulationSettings.of(dials), seed
