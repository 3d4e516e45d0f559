"""When the volumes of a BOLD image were acquired: what its header and its sidecars say of it, in seconds.

BIDS states either RepetitionTime, for volumes at equal distances, or VolumeTiming, the onset of each volume (sparse sampling).
StartTime is that of the first volume, where slice timing was corrected to a moment other than the volume's beginning.

https://bids-specification.readthedocs.io/en/stable/modality-specific-files/magnetic-resonance-imaging-data.html#timing-parameters
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from nibabel.spatialimages import SpatialImage

from neurona.errors import DataError
from neurona.recordings.bids_files import Sidecar, is_number

SHORTEST_S, LONGEST_S = 0.1, 20.0
"""Between these lies every repetition time."""

LATEST_START_S = 60.0

_IN_SECONDS = {"sec": 1.0, "unknown": 1.0, "msec": 1e-3, "usec": 1e-6}


class VolumeTimes(NamedTuple):
    """Onsets of the volumes in seconds, and the time from one to the next (the mean, where it varies)."""

    times: Float[np.ndarray, " volume"]
    tr: float

    @property
    def end(self) -> float:
        """When the last volume ends."""
        return float(self.times[-1] + self.tr)


def header_tr(image: SpatialImage) -> float | None:
    """The repetition time of a 4-D image's header in seconds, by the unit that it states; None where it states none."""
    step, unit = float(image.header.get_zooms()[3]), _unit(image)
    return step * _IN_SECONDS[unit] if unit in _IN_SECONDS and np.isfinite(step) and step > 0 else None


def check_tr(tr: float, what: str) -> float:
    """A repetition time that is one in seconds.

    Raises:
        DataError: it is none; the message begins with `what`.
    """
    if not SHORTEST_S <= tr <= LONGEST_S:
        hint = " (is it in ms?)" if SHORTEST_S <= tr / 1000 <= LONGEST_S else ""
        raise DataError(f"{what} is {tr:g}; expected seconds between {SHORTEST_S:g} and {LONGEST_S:g}{hint}")
    return tr


def volume_times(bold: Path, image: SpatialImage, sidecar: Sidecar) -> VolumeTimes:
    """The times of an image's volumes.

    Raises:
        DataError: header and sidecars contradict each other, or one says what is no time in seconds.
    """
    if "VolumeTiming" in sidecar:
        return _listed(sidecar, image.shape[3])
    tr = _repetition_time(bold, image, sidecar)
    start = sidecar.number("StartTime") or 0.0
    if abs(start) > LATEST_START_S:
        raise sidecar.fault("StartTime", f"seconds, {LATEST_START_S:g} at most (is it in ms?)")
    return VolumeTimes(start + tr * np.arange(image.shape[3]), tr)


def _repetition_time(bold: Path, image: SpatialImage, sidecar: Sidecar) -> float:
    stated, tr = sidecar.number("RepetitionTime"), header_tr(image)
    if stated is None and tr is None:
        raise DataError(
            f"{bold}: neither its header (pixdim[4]) nor a sidecar says the TR; add RepetitionTime to {_sidecar_name(bold)}"
        )
    if stated is not None:
        check_tr(stated, f"{sidecar.sources['RepetitionTime']}: RepetitionTime")
        if tr is not None and _unit(image) == "unknown" and abs(tr / 1000 - stated) < 1e-3:
            tr /= 1000
    if tr is None:
        return stated  # type: ignore[return-value]
    check_tr(tr, f"{bold}: the header's TR")
    if stated is not None and abs(stated - tr) > 1e-3 * max(1.0, tr):
        raise DataError(
            f"{bold}: the header's TR is {tr:g} s, RepetitionTime of {sidecar.sources['RepetitionTime']} {stated:g} s; correct the "
            "wrong one"
        )
    return tr


def _listed(sidecar: Sidecar, volumes: int) -> VolumeTimes:
    name, values = "VolumeTiming", sidecar.fields["VolumeTiming"]
    if "RepetitionTime" in sidecar:
        raise sidecar.fault(name, f"either it or RepetitionTime (in {sidecar.sources['RepetitionTime']}); delete one")
    if not isinstance(values, list) or not all(is_number(value) for value in values):
        raise sidecar.fault(name, "a list of numbers of seconds")
    if len(values) != volumes:
        raise sidecar.fault(name, f"{volumes} numbers, one a volume; found {len(values)}")
    times = np.array(values, dtype=float)
    steps = np.diff(times)
    if (steps <= 0).any():
        first = int(np.argmax(steps <= 0))
        raise sidecar.fault(
            name, f"ascending numbers; number {first + 2} ({times[first + 1]:g}) follows {times[first]:g}"
        )
    tr = float(steps.mean()) if len(steps) else 1.0
    return VolumeTimes(times, check_tr(tr, f"{sidecar.sources[name]}: the mean distance in VolumeTiming"))


def _unit(image: SpatialImage) -> str:
    try:
        return image.header.get_xyzt_units()[1]  # type: ignore[attr-defined]
    except (AttributeError, KeyError):
        return "unknown"


def _sidecar_name(bold: Path) -> str:
    return bold.name.removesuffix(".gz").removesuffix(".nii") + ".json"
