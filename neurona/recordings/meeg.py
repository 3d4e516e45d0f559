"""M/EEG: epochs -> labelled recordings."""

from __future__ import annotations

from collections.abc import Sequence

import mne
import numpy as np
import xarray as xr
from jaxtyping import Float

from neurona.errors import DataError, nearest_name
from neurona.recordings.channels import BAD_CHANNELS, interpolate_bads, locate, places
from neurona.recordings.recordings import METADATA, Recordings
from neurona.recordings.sensor_groups import sensor_groups

_MOVED = 1e-3
"""Metres by which subjects' sensors must differ for their positions to be called their own."""


def epochs_recordings(
    epochs: mne.BaseEpochs,
    *,
    subject: str,
    run: str = "run-01",
    session: str = "",
    split: str = "",
    extra: Sequence[str] = (),
    bad_channels: str = "interpolate",
    montage: str = "standard_1005",
    source: str = "",
) -> Recordings:
    """One recording for each MNE epoch; its label is the name of its event.

    Args:
        epochs: with events named in `event_id`; preload, pick and crop beforehand. They are left as they are.
        subject, run, session, split: labels of all epochs.
        extra: types of channels to keep besides those of the brain, e.g. `eog`, `ecg`, `stim`.
        bad_channels: `interpolate` or `drop` the channels in `epochs.info["bads"]`.
        montage: where EEG channels lie when the epochs do not say.
        source: for messages; the subject when empty.

    Returns:
        Recordings `[epoch, channel, time]` in SI units (V, T, T/m). Channel groups are regions of the head (see `sensor_groups`);
        with several types of channels each type has groups of its own. Along recording stand `epoch`, the epoch's index before
        any was dropped (`epochs.selection`), and `metadata_NAME` for each column of the epochs' metadata; along channel its type, `kind`.

    Raises:
        DataError: no channel of the brain, an unknown way with bad channels, bad channels without positions; see also
            `Recordings.validate`.
    """
    source = source or f"epochs of subject {subject}"
    epochs = _picked(epochs, extra, bad_channels, montage, source)
    values = epochs.get_data(copy=False)
    names = {code: name for name, code in epochs.event_id.items()}
    kinds = epochs.get_channel_types()
    where = places(epochs.info)
    recordings = Recordings.make(
        values,
        ids=[f"sub-{subject}_{run}_epoch-{k:04d}" for k in epochs.selection],
        channels=epochs.ch_names,
        sampling_hz=float(epochs.info["sfreq"]),
        start_s=float(epochs.tmin),
        modality="+".join(sorted(set(kinds))),
        units="SI",
        subject=[subject] * len(values),
        run=[run] * len(values),
        split=[split] * len(values),
        label=[names[code] for code in epochs.events[:, 2]],
        positions=where if np.isfinite(where).all() else None,
        groups=channel_groups(epochs.ch_names, kinds, where),
        space="head",
    )
    if len(values) > 1:  # a run of one epoch is a run; whole data sets are checked again
        recordings.validate(source)
    along = {"session": [session] * len(values), "epoch": epochs.selection} | _metadata(epochs)
    kept = {name: ("recording", list(column)) for name, column in along.items()}
    return Recordings(
        recordings.data.assign_coords(kept | {"kind": ("channel", kinds), "sensor": ("channel", epochs.ch_names)})
    )


def joined(parts: Sequence[Recordings]) -> tuple[Recordings, str]:
    """The epochs of several runs as one, and a note on positions where there is something to say.

    A channel lies where it lies on average over the runs that know its place, for a recording's channels have one place each; regions
    follow from these places.

    Args:
        parts: with the same channels, in whatever order, and the same times.
    """
    order = parts[0].data.channel.values.tolist()
    datas = [
        part.data if part.data.channel.values.tolist() == order else part.data.sel(channel=order) for part in parts
    ]
    known = [
        np.stack([data[axis].values for axis in "xyz"], axis=1)
        if "x" in data.coords
        else np.full((data.sizes["channel"], 3), np.nan)
        for data in datas
    ]
    shared = set.intersection(*({str(name) for name in data.coords} for data in datas))
    same = [
        data.drop_vars([name for name in data.coords if name not in shared or name in (*"xyz", "group")])
        for data in datas
    ]
    together = xr.concat(same, dim="recording", combine_attrs="override", join="override")
    names, kinds = (list(map(str, datas[0][name].values)) for name in ("sensor", "kind"))
    some = [where for where in known if np.isfinite(where).all()]
    if not some:
        groups = channel_groups(names, kinds, np.full((len(names), 3), np.nan))
        return Recordings(
            together.assign_coords(group=("channel", groups))
        ), "positions of channels: not known of all channels, left out"
    mean = np.mean(some, axis=0)
    coords = {axis: ("channel", mean[:, k]) for k, axis in enumerate("xyz")}
    coords["group"] = ("channel", channel_groups(names, kinds, mean))
    own = max(float(np.linalg.norm(where - mean, axis=1).max()) for where in some)
    note = (
        f"positions of channels: mean over runs, whose own lie up to {1000 * own:.0f} mm from it"
        if own > _MOVED
        else ""
    )
    if len(some) < len(known):
        note += f"{'; ' if note else 'positions of channels: '}{len(known) - len(some)} of {len(known)} runs do not know theirs"
    return Recordings(together.assign_coords(coords)), note


def channel_groups(names: Sequence[str], kinds: Sequence[str], where: Float[np.ndarray, "channel 3"]) -> list[str]:
    """Region of each channel; where there are several types of channels (`eeg`, `mag`, ...), with the type."""
    found = list(names)
    present = sorted(set(kinds))
    for kind in present:
        rows = [k for k, one in enumerate(kinds) if one == kind]
        of_kind = sensor_groups([names[k] for k in rows], where[rows])
        for k, group in zip(rows, of_kind, strict=True):
            found[k] = group if len(present) == 1 or group == names[k] else f"{group} ({kind})"
    return found


def _picked(
    epochs: mne.BaseEpochs, extra: Sequence[str], bad_channels: str, montage: str, source: str
) -> mne.BaseEpochs:
    """A copy with the channels that count, the bad ones repaired or dropped."""
    if bad_channels not in BAD_CHANNELS:
        raise DataError(f"bad_channels: unknown {bad_channels!r}{nearest_name(bad_channels, BAD_CHANNELS)}")
    kinds = epochs.get_channel_types()
    wanted = [name for name, kind in zip(epochs.ch_names, kinds, strict=True) if kind in BRAIN or kind in extra]
    if not any(kind in BRAIN for kind in kinds):
        raise DataError(
            f"{source}: no channel of the brain ({', '.join(BRAIN)}); found types {', '.join(sorted(set(kinds)))}"
        )
    bads = [name for name in epochs.info["bads"] if name in wanted]
    if bad_channels == "drop":
        wanted, bads = [name for name in wanted if name not in bads], []
    epochs = epochs.copy().load_data().pick(wanted, exclude=())
    locate(epochs, montage)
    return interpolate_bads(epochs, source) if bads else epochs


BRAIN = ("eeg", "mag", "grad", "seeg", "ecog", "dbs", "csd", "hbo", "hbr", "fnirs_cw_amplitude", "fnirs_od")
"""Types of channels, in MNE's words, that record the brain."""


def _metadata(epochs: mne.BaseEpochs) -> dict[str, list]:
    table = epochs.metadata
    if table is None:
        return {}
    return {
        METADATA + str(name): list(column if column.dtype.kind in "ifb" else column.astype(str))
        for name, column in table.items()
    }
