"""A continuous M/EEG signal -> epochs: filter, repair, re-reference, resample, cut, reject; or the power of bands of frequency.

In this order, as in MNE-Python's tutorials: notch and band-pass filters see the whole signal; bad channels are interpolated before an
average reference, which would spread them; a new rate comes after the low pass; what is rejected is counted by its reason.

Power of a band, in dB:  10 log10 |x + i H(x)|^2,  x the signal in the band, H the Hilbert transform. With a baseline it is the
change of power since then (event-related desynchronisation).

G. Pfurtscheller, F. H. Lopes da Silva (1999). Event-related EEG/MEG synchronization and desynchronization: basic principles. Clinical
Neurophysiology 110, 1842-1857.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import mne
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from neurona.errors import DataError, nearest_name
from neurona.recordings.channels import BAD_CHANNELS, interpolate_bads, locate
from neurona.recordings.meeg import BRAIN, epochs_recordings
from neurona.recordings.recordings import Recordings
from neurona.recordings.sensor_groups import standard_montage

EXTRA = ("eog", "ecg", "emg", "stim", "misc", "resp", "gsr", "temperature", "bio", "ref_meg", "eyegaze", "pupil")
"""Types of channels, in MNE's words, that may be asked for besides those of the brain."""


@dataclass(frozen=True)
class Epoching:
    """How epochs are made.

    Attributes:
        tmin, tmax: seconds around the event.
        baseline: (from, to) in seconds whose mean is subtracted; None as a bound is the epoch's end; None is no correction.
        l_freq, h_freq: band of the zero-phase FIR filter in Hz; None as a bound leaves that side open.
        sfreq: Hz to resample to after filtering (an event then moves by up to half a sample); None keeps the recordings', which must
            be of one rate.
        bad_channels: `interpolate` or `drop`.
        montage: where electrodes lie when the data set does not say.
        notch: frequencies in Hz that are filtered out, e.g. 50 and 100.
        reference: EEG: `average`, or names of channels whose mean is subtracted and that are left out then; None keeps the recording's.
        reject: type of channel -> peak-to-peak amplitude (V, T, T/m) above which an epoch is left out, e.g. `{"eeg": 150e-6}`.
        bands: name -> (from, to) in Hz; where given, recordings hold the power of these bands in dB, a channel for each sensor and band,
            instead of the signal.
        extra: types of channels to keep besides those of the brain, e.g. `eog`; they are not filtered.
    """

    tmin: float = -0.2
    tmax: float = 0.8
    baseline: tuple[float | None, float | None] | None = (None, 0.0)
    l_freq: float | None = 0.1
    h_freq: float | None = 40.0
    sfreq: float | None = None
    bad_channels: str = "interpolate"
    montage: str = "standard_1005"
    notch: tuple[float, ...] = ()
    reference: str | tuple[str, ...] | None = None
    reject: Mapping[str, float] = field(default_factory=dict)
    bands: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    extra: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.bad_channels not in BAD_CHANNELS:
            raise DataError(
                f"bad_channels: unknown {self.bad_channels!r}{nearest_name(self.bad_channels, BAD_CHANNELS)}"
            )
        self._check_times()
        self._check_filter()
        for kind in self.extra:
            if kind not in EXTRA:
                raise DataError(f"extra: unknown type of channel {kind!r}{nearest_name(kind, EXTRA)}")
        for kind, size in self.reject.items():
            if kind not in ("eeg", "mag", "grad", "eog"):
                raise DataError(
                    f"reject: unknown type of channel {kind!r}{nearest_name(kind, ('eeg', 'mag', 'grad', 'eog'))}"
                )
            if not 0 < size < 1:
                raise DataError(f"reject.{kind}: {size:g}; expected more than 0, in V, T or T/m: 150 uV are 150e-6")
        for name, (low, high) in self.bands.items():
            if not (self.l_freq or 0) <= low < high <= (self.h_freq or np.inf):
                raise DataError(
                    f"bands.{name}: {low:g} to {high:g} Hz; expected two frequencies that rise, inside the filter's band "
                    f"({self.l_freq or 0:g} to {self.h_freq or np.inf:g} Hz)"
                )
        if self.bands and self.extra:
            raise DataError("bands: power is that of channels of the brain; leave out extra")

    def _check_times(self) -> None:
        if not (math.isfinite(self.tmin) and math.isfinite(self.tmax)):
            raise DataError(f"tmin {self.tmin:g}, tmax {self.tmax:g}: expected seconds around the event")
        if self.tmin >= self.tmax:
            raise DataError(f"epochs from tmin {self.tmin:g} s to tmax {self.tmax:g} s are empty; tmin comes first")
        if self.baseline is None:
            return
        low, high = self.baseline
        start, end = self.tmin if low is None else low, self.tmax if high is None else high
        if not self.tmin <= start <= end <= self.tmax:
            raise DataError(
                f"baseline from {start:g} s to {end:g} s, but the epoch goes from {self.tmin:g} s to {self.tmax:g} s; expected two times "
                "that rise, inside the epoch, e.g. --set epoching.baseline=[-0.2, 0], or null for none"
            )

    def _check_filter(self) -> None:
        for name, frequency in (("l_freq", self.l_freq), ("h_freq", self.h_freq), ("sfreq", self.sfreq)):
            if frequency is not None and not 0 < frequency < math.inf:
                raise DataError(f"{name}: {frequency:g} Hz; expected more than 0, or null for none")
        if self.l_freq is not None and self.h_freq is not None and self.l_freq >= self.h_freq:
            raise DataError(
                f"l_freq {self.l_freq:g} Hz is not below h_freq {self.h_freq:g} Hz; the band between them is kept"
            )
        if self.sfreq is not None and self.sfreq * (self.tmax - self.tmin) < 1:
            raise DataError(
                f"sfreq: at {self.sfreq:g} Hz, epochs of {self.tmax - self.tmin:g} s hold one sample; take a higher rate or longer epochs"
            )
        for frequency in self.notch:
            if not 0 < frequency < math.inf:
                raise DataError(f"notch: {frequency:g} Hz; expected more than 0")

    @property
    def references(self) -> tuple[str, ...]:
        """Channels that serve as reference, by name."""
        return self.reference if isinstance(self.reference, tuple) else ()

    def check(self, sfreq: float, names: Sequence[str], source: str) -> None:
        """Raise a DataError, naming `source`, for frequencies beyond the sampling, an unknown montage, or references that are no channels.

        Args:
            sfreq: of the recording in Hz.
            names: of its channels.
            source: for the message.
        """
        standard_montage(self.montage)
        for what, frequency in (("h_freq", self.h_freq), *(("notch", one) for one in self.notch)):
            if frequency is not None and frequency >= sfreq / 2:
                raise DataError(
                    f"{source}: {what} {frequency:g} Hz is not below half of the sampling rate of {sfreq:g} Hz"
                )
        if isinstance(self.reference, str) and self.reference != "average":
            raise DataError(f"reference: {self.reference!r}; expected `average`, or a list of channels' names")
        for name in self.references:
            if name not in names:
                raise DataError(f"{source}: reference: no channel {name!r}{nearest_name(name, names)}")


def prepared(
    raw: mne.io.BaseRaw, kept: Sequence[str], bads: Sequence[str], epoching: Epoching, source: str
) -> mne.io.BaseRaw:
    """The signal of the channels that are kept, filtered, repaired, re-referenced and resampled, in place.

    Raises:
        DataError: a flat channel that is not marked as bad, or bad channels that cannot be interpolated.
    """
    others = [name for name in epoching.references if name not in kept]
    raw.pick([*kept, *others], exclude=()).info["bads"] = [name for name in bads if name in kept]
    _refuse_flat(raw, source)
    locate(raw, epoching.montage)
    signals = [
        name
        for name, kind in zip(raw.ch_names, raw.get_channel_types(), strict=True)
        if kind in BRAIN or name in others
    ]
    if epoching.notch:
        raw.notch_filter(list(epoching.notch), picks=signals, verbose="error")
    if (epoching.l_freq, epoching.h_freq) != (None, None):
        raw.filter(epoching.l_freq, epoching.h_freq, picks=signals, verbose="error")
    interpolate_bads(raw, source)
    if epoching.reference is not None:
        reference = epoching.reference if isinstance(epoching.reference, str) else list(epoching.references)
        raw.set_eeg_reference(reference, projection=False, verbose="error")
        if epoching.references:  # subtracted from itself, or from its fellows, a reference says nothing any more
            raw.drop_channels(list(epoching.references))
    if epoching.sfreq is not None and epoching.sfreq != raw.info["sfreq"]:
        raw.resample(epoching.sfreq, verbose="error")
    return raw


def cut(
    raw: mne.io.BaseRaw, events: pd.DataFrame, epoching: Epoching, source: str
) -> tuple[mne.BaseEpochs, Counter[str]]:
    """As `epochs_at`, of which one at least must be left.

    Args:
        raw, events, epoching: see there.
        source: for messages.

    Raises:
        DataError: no epoch is left.
    """
    epochs, lost = epochs_at(raw, events, epoching)
    if not len(epochs):
        raise DataError(
            f"{source}: no epoch is left of {len(events)} ({dict(lost)}); check tmin, tmax, onsets and reject"
        )
    return epochs, lost


def epochs_at(raw: mne.io.BaseRaw, events: pd.DataFrame, epoching: Epoching) -> tuple[mne.BaseEpochs, Counter[str]]:
    """The epochs of a prepared signal, and how many were left out for which reason.

    Args:
        raw: what `prepared` returned.
        events: onset in seconds after the first sample, and trial_type.
        epoching: window, baseline, rejection.
    """
    kinds = sorted(set(events.trial_type))
    codes = {kind: code for code, kind in enumerate(kinds, start=1)}
    # Times in BIDS count from the first sample, wherever MNE's own count begins.
    samples = raw.first_samp + np.round(events.onset.to_numpy() * raw.info["sfreq"]).astype(int)
    table = np.column_stack([samples, np.zeros(len(events), int), [codes[kind] for kind in events.trial_type]])
    present = set(raw.get_channel_types())
    epochs = mne.Epochs(
        raw,
        table.reshape(-1, 3),
        codes,
        tmin=epoching.tmin,
        tmax=epoching.tmax,
        baseline=epoching.baseline,
        reject={kind: size for kind, size in epoching.reject.items() if kind in present} or None,
        preload=True,
        event_repeated="drop",
        verbose="error",
    )
    return epochs, Counter(_reason(reasons[0], raw.ch_names) for reasons in epochs.drop_log if reasons)


def band_power(raw: mne.io.BaseRaw, epochs: mne.BaseEpochs, epoching: Epoching, **labels: str) -> Recordings:
    """Power in dB of each sensor and band, at the times of epochs that were cut from the same signal.

    Args:
        raw: what `prepared` returned.
        epochs: what `cut` returned.
        epoching: bands and baseline.
        labels: of the recordings, see `epochs_recordings`.
    """
    parts = []
    for band, (low, high) in epoching.bands.items():
        signal = raw.copy().pick([kind for kind in BRAIN if kind in raw]).filter(low, high, verbose="error")
        signal.apply_hilbert(envelope=True, verbose="error").apply_function(
            _decibels, channel_wise=False, verbose="error"
        )
        power = mne.Epochs(
            signal,
            epochs.events,
            {kind: code for kind, code in epochs.event_id.items() if code in epochs.events[:, 2]},
            tmin=epoching.tmin,
            tmax=epoching.tmax,
            baseline=epoching.baseline,
            preload=True,
            reject_by_annotation=False,
            verbose="error",
        )
        power.selection, power.metadata = epochs.selection, None
        data = epochs_recordings(power, **labels).data
        parts.append(data.assign_coords(channel=[f"{name} {band}" for name in data.channel.values]))
    together = xr.concat(parts, dim="channel", combine_attrs="override", join="exact")
    return Recordings(together.assign_attrs(units="dB"))


def _decibels(envelope: Float[np.ndarray, "channel time"]) -> Float[np.ndarray, "channel time"]:
    decibels: np.ndarray = 20 * np.log10(np.maximum(envelope, np.finfo(np.float32).tiny))
    return decibels


def _reason(word: str, channels: Sequence[str]) -> str:
    """Why an epoch was dropped: MNE names the channel whose amplitude was too large."""
    return "amplitude" if word in channels else word.lower()


def _refuse_flat(raw: mne.io.BaseRaw, source: str) -> None:
    """Raise a DataError for good channels of the brain that are constant, or all but constant beside the others."""
    good = [
        name
        for name, kind in zip(raw.ch_names, raw.get_channel_types(), strict=True)
        if kind in BRAIN and name not in raw.info["bads"]
    ]
    spans = np.ptp(raw.get_data(picks=good), axis=1)
    flat = [name for name, span in zip(good, spans, strict=True) if span <= 1e-6 * np.median(spans)]
    if flat:
        raise DataError(
            f"{source}: {len(flat)} flat channel(s): {', '.join(flat[:8])}; mark them `bad` in channels.tsv (they are then "
            "interpolated or dropped)"
        )
