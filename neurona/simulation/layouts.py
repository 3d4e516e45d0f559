"""A simulation on disk, in the layouts of real data, every file marked as simulated.

    native         `recordings.zarr`, `questions.parquet`, `dataset.json`: opened by `open_dataset`
    bold5000_qa    the reference's layout, and `difumo1024_yeo_labels.csv` with the simulated parcels as networks
    bids           `bids_layout`: NIfTI runs with events
    mne            `mne_layout`: epochs and raw data of EEG sensors

Beside the data stand the folder `truth` and a file `SIMULATED`. A folder appears complete or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.progress import track

from neurona.datasets.bold5000_files import DETAILS, N_COMPONENTS
from neurona.datasets.bold5000_qa import write_recording
from neurona.datasets.dataset import save_dataset
from neurona.datasets.difumo_networks import LABELS
from neurona.errors import ConfigError, OutputError, nearest_name
from neurona.files import write_folder
from neurona.programs import parse, to_lambda
from neurona.simulation.bids_layout import write_bids
from neurona.simulation.mne_layout import write_mne
from neurona.simulation.settings import SimulationSettings
from neurona.simulation.simulation import Simulation
from neurona.simulation.truth_files import NOTICE, write_truth

_Writer = Callable[[Simulation, Path, Console], None]


def write(simulation: Simulation, folder: Path, layout: str = "native", console: Console | None = None) -> None:
    """Write data and truth.

    Args:
        simulation: what is written.
        folder: new, or empty.
        layout: one of `LAYOUTS`.
        console: where progress is shown; a new one when None.

    Raises:
        ConfigError: an unknown layout, or settings that it cannot hold.
        OutputError: the folder holds something already, or cannot be written.
    """
    check_layout(simulation.settings, layout, folder)

    def fill(work: Path) -> None:
        LAYOUTS[layout](simulation, work, console or Console())
        (work / "SIMULATED").write_text(NOTICE, encoding="utf-8")
        write_truth(simulation, work / "truth")

    write_folder(folder, fill, lambda _: False)


def check_layout(settings: SimulationSettings, layout: str, folder: Path) -> None:
    """Raise the error that `write` would raise, before anything is simulated."""
    if layout not in LAYOUTS:
        raise ConfigError(f"simulation: unknown layout {layout!r}{nearest_name(layout, LAYOUTS)}")
    if layout == "bold5000_qa" and settings.components != N_COMPONENTS:
        raise ConfigError(
            f"simulation: layout bold5000_qa has {N_COMPONENTS} components, found {settings.components}; "
            "leave components at its default or choose layout native"
        )
    if layout == "bold5000_qa" and settings.repeats > 1:
        raise ConfigError("simulation: layout bold5000_qa has one recording an image; set repeats to 1")
    wanted = "eeg" if layout == "mne" else "fmri"
    if layout != "native" and settings.modality != wanted:
        raise ConfigError(f"simulation: layout {layout} needs modality {wanted}, found {settings.modality}")
    if layout != "native" and settings.beyond_layouts:
        raise ConfigError(
            f"simulation: layout {layout} cannot hold {', '.join(settings.beyond_layouts)}; choose layout native, or leave "
            f"{'it' if len(settings.beyond_layouts) == 1 else 'them'} at the default"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder}: holds something already; choose another folder or remove it")


def _write_native(simulation: Simulation, folder: Path, console: Console) -> None:
    made = replace(simulation.dataset(), truth=folder / "truth")
    if len(made.questions):
        # What any decoder can be expected to reach at best, so that every evaluation can say its share of it.
        oracle = simulation.oracle()["expected"].to_numpy()
        made = replace(made, questions=made.questions.assign(oracle=oracle))
    with console.status("writing recordings"):
        save_dataset(made, folder)


def _write_bold5000_qa(simulation: Simulation, folder: Path, console: Console) -> None:
    data = simulation.recordings.data
    lambdas = {program: to_lambda(parse(program)) for program in simulation.questions["program"].unique()}
    by_image = dict(iter(simulation.questions.groupby("image", sort=False)))
    for number, (values, subject, split, image) in enumerate(
        track(
            zip(data.values, data.subject.values, data.split.values, data.image.values, strict=True),
            "writing recordings",
            total=len(data),
            console=console,
            transient=True,
        )
    ):
        asked = by_image.get(image)
        if asked is None:
            raise OutputError(
                f"recording {number}: image {image} has no questions, which the layout does not allow; ask for more "
                "questions or images"
            )
        write_recording(
            folder / subject / split / f"{image}.npy",
            [lambdas[program] for program in asked["program"]],
            asked["answer"].tolist(),
            values.T,
            str(subject),
            str(image),
            simulated=True,
            details={name: asked[name].tolist() for name in DETAILS},
        )
    networks = [simulation.brain.parcels[k] for k in simulation.brain.parcel_of_component]
    pd.DataFrame(
        {
            "Component": range(1, len(networks) + 1),
            "Difumo_names": [f"SIMULATED {name}" for name in simulation.brain.components],
            "Yeo_networks7": networks,
            "Yeo_networks17": networks,
        }
    ).to_csv(folder / LABELS, index=False)


LAYOUTS: dict[str, _Writer] = {
    "native": _write_native,
    "bold5000_qa": _write_bold5000_qa,
    "bids": write_bids,
    "mne": write_mne,
}
