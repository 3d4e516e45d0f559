"""M/EEG channels: what channels.tsv says of them, where they are, and the repair of bad ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import mne
import numpy as np
from jaxtyping import Float

from neurona.errors import DataError, nearest_name
from neurona.recordings.sensor_groups import standard_montage
from neurona.recordings.text_tables import TextTable, read_text_table

TYPES = (
    *(
        "MEGMAG",
        "MEGGRADAXIAL",
        "MEGGRADPLANAR",
        "MEGREFMAG",
        "MEGREFGRADAXIAL",
        "MEGREFGRADPLANAR",
        "MEGOTHER",
        "MEGGRAD",
    ),
    *(
        "EEG",
        "ECOG",
        "SEEG",
        "DBS",
        "VEOG",
        "HEOG",
        "EOG",
        "ECG",
        "EMG",
        "TRIG",
        "AUDIO",
        "PD",
        "EYEGAZE",
        "PUPIL",
        "GSR",
    ),
    *("RESP", "PPG", "TEMP", "SYSCLOCK", "ADC", "DAC", "HLU", "FITERR", "REF", "MISC", "OTHER"),
)
"""Types of channels in BIDS; upper and lower case are one."""

BAD_CHANNELS = ("interpolate", "drop")

Signal: TypeAlias = "mne.io.BaseRaw | mne.BaseEpochs"


def check_channel_table(path: Path, names: Sequence[str], kinds: Sequence[str]) -> None:
    """Raise a DataError unless a channels.tsv speaks of the channels of its recording, in whatever order.

    A trigger channel may be missing in the table (readers make one up), and so may a reference (type REF) in the recording.

    Args:
        path: of the table.
        names: of the recording's channels.
        kinds: their types in MNE's words.
    """
    table = read_text_table(path)
    listed = table.cells("name")
    for row, name in enumerate(listed):
        if name in listed[:row]:
            raise table.fault(
                row, "name", f"a name that stands once (it stands in line {table.lines[listed.index(name)]}, too)"
            )
    known = table.cells("type")
    for row, kind in enumerate(known):
        if kind.upper() not in TYPES:
            raise table.fault(row, "type", f"a type of channel in BIDS{nearest_name(kind.upper(), TYPES)}")
    if "status" in table:
        _check_status(table)
    missing = [name for name, kind in zip(names, kinds, strict=True) if name not in listed and kind != "stim"]
    unknown = [name for name, kind in zip(listed, known, strict=True) if name not in names and kind.upper() != "REF"]
    if missing or unknown:
        said = [
            f"{what} {', '.join(found[:8])}{', ...' if len(found) > 8 else ''}"
            for what, found in (("the recording alone has", missing), ("the table alone has", unknown))
            if found
        ]
        raise DataError(f"{path}: names differ from the recording's channels: {'; '.join(said)}; spell them alike")


def check_names_alone(names: Sequence[str], kinds: Sequence[str], source: str) -> None:
    """Raise a DataError where no channels.tsv says the types of channels and a name tells that it is no EEG, though it is read as such."""
    others = [name for name, kind in zip(names, kinds, strict=True) if kind == "eeg" and _OTHER.search(name)]
    if others:
        raise DataError(
            f"{source}: no channels.tsv says the types of its channels, and {', '.join(others[:8])} would be read as EEG; add one, with "
            "the columns name and type"
        )


_OTHER = re.compile(r"EOG|ECG|EKG|EMG|RESP|GSR|PULSE|PLETH|SPO2|TRIG|STATUS|STIM", re.IGNORECASE)


def _check_status(table: TextTable) -> None:
    for row, status in enumerate(table.cells("status")):
        if status.lower() not in ("good", "bad", "n/a"):
            raise table.fault(row, "status", "good, bad or n/a")


def places(info: mne.Info) -> Float[np.ndarray, "channel 3"]:
    """Where channels are, in metres in the head frame (x to the right, y to the front, z up); NaN where that is unknown."""
    found = np.array([channel["loc"][:3] for channel in info["chs"]], dtype=float).reshape(-1, 3)
    found[~np.isfinite(found).all(axis=1) | (found == 0).all(axis=1)] = np.nan
    to_head = info["dev_head_t"]
    if to_head is not None:
        # MNE keeps MEG sensors in the frame of the helmet.
        meg = mne.pick_types(info, meg=True, ref_meg=True, exclude=())
        found[meg] = mne.transforms.apply_trans(to_head, found[meg])
    return found


def locate(signal: Signal, montage: str) -> Signal:
    """Positions of EEG channels by name, in place, where nothing says where they are and the montage has all of their names."""
    eeg = mne.pick_types(signal.info, eeg=True, exclude=())
    if len(eeg) and np.isnan(places(signal.info)[eeg]).all():
        known = standard_montage(montage)
        if {signal.ch_names[k] for k in eeg} <= set(known.ch_names):
            signal.set_montage(known, on_missing="ignore", verbose="error")
    return signal


def interpolate_bads(signal: Signal, source: str) -> Signal:
    """Interpolate the channels that are marked as bad, in place: EEG by spherical splines, MEG by minimum-norm projection.

    F. Perrin, J. Pernier, O. Bertrand, J. F. Echallier (1989). Spherical splines for scalp potential and current density mapping.
    Electroencephalography and Clinical Neurophysiology 72, 184-187.

    Args:
        signal: with positions.
        source: of the signal, for messages.

    Raises:
        DataError: a position that is needed is unknown, or too few good channels are left; the channels are named.
    """
    bads = list(signal.info["bads"])
    if not bads:
        return signal
    where = places(signal.info)
    kinds = signal.get_channel_types()
    needed = [
        name
        for name, kind, place in zip(signal.ch_names, kinds, where, strict=True)
        if kind in {kinds[signal.ch_names.index(bad)] for bad in bads} and np.isnan(place).any()
    ]
    mend = "or leave bad channels out with bad_channels=drop"
    if needed:
        raise DataError(
            f"{source}: bad channels {', '.join(bads)} cannot be interpolated: no position of {', '.join(needed[:8])}"
            f"{', ...' if len(needed) > 8 else ''}; give one (in BIDS: x, y, z in electrodes.tsv, with coordsystem.json), {mend}"
        )
    try:
        return signal.interpolate_bads(verbose="error")
    except (ValueError, RuntimeError, np.linalg.LinAlgError) as error:
        raise DataError(
            f"{source}: bad channels {', '.join(bads)} cannot be interpolated ({error}); check positions, {mend}"
        ) from error
