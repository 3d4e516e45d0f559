"""PhysioNet's EEG Motor Movement/Imagery Database (Schalk et al. 2004): fists or feet, left or right, executed or imagined.

Runs 3 to 14 of each of 109 people hold 30 trials each, half of them rest. Events are T0 (rest), T1 and T2, whose meaning the run's
number tells. Files are MNE-Python's: `mne.datasets.eegbci` fetches and verifies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import mne
from annotated_types import Ge, Le, MinLen
from rich.console import Console

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.datasets.download import local_folder
from neurona.datasets.readers.columns import described
from neurona.datasets.registry import DATASETS, Source
from neurona.errors import DataError
from neurona.files import cache_folder, remembered_checksum, verify
from neurona.recordings.meeg import epochs_recordings, joined
from neurona.recordings.recordings import Recordings
from neurona.recordings.sensor_groups import site_of

NAME = "eegmmidb"
_EVENTS = {"T0": 1, "T1": 2, "T2": 3}
_INSIDE = Path("MNE-eegbci-data", "files", "eegmmidb", "1.0.0")
"""Where MNE-Python puts the files."""

_Subject = Annotated[int, Ge(1), Le(109)]
_Run = Annotated[int, Ge(3), Le(14)]


@dataclass(frozen=True)
class EegmmidbSettings:
    """Whose recordings, which runs, and what of a trial.

    Attributes:
        subjects: 1 to 109.
        runs: 3 to 14 (1 and 2 have no trials): 3, 7, 11 left or right fist; 4, 8, 12 the same, imagined; 5, 9, 13 both fists or both
            feet; 6, 10, 14 the same, imagined.
        tmin, tmax: seconds after a trial's onset; `tmax` itself is left out. A trial lasts 4.1 s.
        band: Hz to keep of each run, by a zero-phase filter (MNE-Python's firwin) before trials are cut; all when None. None of
            either edge: no filter there.
        rest: whether rest between trials is recordings, too.
    """

    subjects: Annotated[tuple[_Subject, ...], MinLen(1)] = (1,)
    runs: Annotated[tuple[_Run, ...], MinLen(1)] = tuple(range(3, 15))
    tmin: float = 0.0
    tmax: float = 4.0
    band: tuple[float | None, float | None] | None = None
    rest: bool = True

    def files(self, folder: Path) -> list[Path]:
        """Of these people and runs."""
        return [folder / f"S{who:03d}" / f"S{who:03d}R{run:02d}.edf" for who in self.subjects for run in self.runs]


def words_of(run: int, event: str) -> tuple[str, ...]:
    """Limb, side and mode of a trial.

    >>> words_of(4, "T2"), words_of(5, "T2"), words_of(5, "T0")
    (('fist', 'right', 'imagined'), ('feet', 'both', 'executed'), ('rest',))
    """
    if event == "T0":
        return ("rest",)
    limb_and_side = {
        (True, "T1"): ("fist", "left"),
        (True, "T2"): ("fist", "right"),
        (False, "T1"): ("fist", "both"),
        (False, "T2"): ("feet", "both"),
    }[_one_fist(run), event]
    return (*limb_and_side, mode_of(run))


def mode_of(run: int) -> str:
    """What a run asked for: `executed` or `imagined`."""
    return "executed" if run % 2 else "imagined"


def _one_fist(run: int) -> bool:
    return run % 4 in (3, 0)


def fetch(settings: EegmmidbSettings, console: Console) -> Path:
    """The folder of subjects in the cache; what is missing is fetched, and verified, by MNE-Python.

    Raises:
        DataError: the download failed.
    """
    root = cache_folder() / NAME
    folder = root / _INSIDE
    missing = [file for file in settings.files(folder) if not file.is_file()]
    if missing:
        root.mkdir(parents=True, exist_ok=True)
        try:
            with console.status(f"fetching {len(missing)} runs of {NAME} from PhysioNet (2.5 MB each)"):
                mne.datasets.eegbci.load_data(
                    list(settings.subjects), list(settings.runs), path=root, update_path=False, verbose="error"
                )
        except Exception as error:  # pooch and requests raise many kinds
            raise DataError(
                f"{NAME}: download failed ({error}); get SXXX/SXXXRYY.edf elsewhere and name their folder with --set data.path=FOLDER"
            ) from error
    return folder


def locate(settings: EegmmidbSettings, path: Path | None, console: Console) -> Path:
    """`path` (a folder that holds S001, S002 and so on), else `$NEURONA_DATA/eegmmidb` where it has the files, else fetched.

    Raises:
        DataError: there is no such folder, or the download failed.
    """
    local = local_folder(NAME)
    if path is None and local is not None and all(file.is_file() for file in settings.files(local)):
        return local
    folder = path or fetch(settings, console)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; data.path names a folder of S001, S002 and so on")
    return folder


def read(settings: EegmmidbSettings, path: Path | None, console: Console) -> Dataset:
    """Recordings `[trial, 64, time]` in V, one a trial (and one a rest), and questions.

    Raises:
        DataError: files are missing or damaged, people were sampled differently, or a window that trials do not have.
    """
    folder, card = locate(settings, path, console), read_card(NAME)
    checksums = {}
    parts: list[Recordings] = []
    shown: list[tuple[str, ...]] = []
    numbers: list[int] = []
    runs = [(who, run) for who in settings.subjects for run in settings.runs]
    for (who, run), file in zip(runs, settings.files(folder), strict=True):
        if not file.is_file():
            raise DataError(
                f"{file}: no such file; fetch it with `neurona data fetch {NAME} --set subjects=[{who}] --set runs=[{run}]`"
            )
        if file.name in card.files:
            verify(file, card.files[file.name], thorough=False)
        checksums[file.name] = remembered_checksum(file)
        part = _trials(file, settings, who, run)
        parts.append(part)
        shown += [words_of(run, str(event)) for event in part.data.label.values]
        numbers += [run] * part.n_recordings
    rates = {float(part.data.attrs["sampling_hz"]) for part in parts}
    if len(rates) > 1:
        raise DataError(
            f"{folder}: sampled at {sorted(rates)} Hz; choose people of one rate with data.settings.subjects"
        )
    recordings, _ = joined(parts)
    recordings.validate(str(folder))
    columns = {
        "mode": [mode_of(run) for run in numbers],
        "repetition": [str((run - 3) // 4 + 1) for run in numbers],
        "task": ["one fist" if _one_fist(run) else "fists or feet" for run in numbers],
        "movement": ["_".join(words[1::-1]) if len(words) > 1 else "rest" for words in shown],
    }
    return described(card, recordings, shown, columns, checksums)


def _trials(file: Path, settings: EegmmidbSettings, who: int, run: int) -> Recordings:
    try:
        raw = mne.io.read_raw_edf(file, preload=True, verbose="error")
        events, codes = mne.events_from_annotations(raw, _EVENTS, verbose="error")
    except Exception as error:  # whatever a parser meets in a damaged file
        raise DataError(f"{file}: cannot be read as EDF ({error}); fetch it again") from error
    raw.rename_channels({name: site_of(name) or name for name in raw.ch_names})
    if settings.band is not None:
        raw.filter(*settings.band, verbose="error")
    if not settings.rest:
        codes = {event: code for event, code in codes.items() if event != "T0"}
    step = 1 / float(raw.info["sfreq"])
    epochs = mne.Epochs(
        raw, events, codes, settings.tmin, settings.tmax - step, baseline=None, preload=True, verbose="error"
    )
    if not len(epochs):
        raise DataError(
            f"{file}: no trial lasts from {settings.tmin} to {settings.tmax} s; choose data.settings.tmin and tmax"
        )
    found = epochs_recordings(epochs, subject=str(who), run=f"run-{run:02d}", source=str(file)).data
    return Recordings(found.assign_coords(onset=("recording", (epochs.events[:, 0] - raw.first_samp) * step)))


DATASETS.add(NAME, Source(fetch, locate, read, EegmmidbSettings.files, EegmmidbSettings))
