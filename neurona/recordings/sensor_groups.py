"""Sensor groups: which region of the head a channel lies over, in the words of the 10-05 system.

A region is a row of the system and a side: `frontal left`. A channel's name says it where the cap is named after the 10-05 system:
most of its names fit (upper case, `Fc5.`, `EEG Fp1-REF` and half steps such as `FFC1h` included) and, where positions are known,
lie where the system puts them. Otherwise its place says it: the region of the nearest of the system's sites, seen from the middle
of a sphere through the sensors. So BioSemi's C3, which is not over the left hand, is not called central left, and MEG
sensors have regions, too. BioSemi's (A1 to H32) and EGI's (E1 to E256) caps are known by their names when no positions are.

R. Oostenveld, P. Praamstra (2001). The five percent electrode system for high-resolution EEG and ERP measurements. Clinical
Neurophysiology 112, 713-719.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import mne
import numpy as np
from jaxtyping import Float

from neurona.errors import DataError

AREAS = {
    "N": "frontopolar",
    "Fp": "frontopolar",
    "AF": "anterior frontal",
    "F": "frontal",
    "FC": "frontocentral",
    "FT": "frontotemporal",
    "C": "central",
    "T": "temporal",
    "CP": "centroparietal",
    "TP": "temporoparietal",
    "P": "parietal",
    "PO": "parieto-occipital",
    "O": "occipital",
    "I": "occipital",
}
"""Rows of the 10-10 system. A half step between two rows belongs to the one it is named after first: FFC1 is frontal."""

_ROWS = AREAS | {
    "NFp": AREAS["Fp"],
    "AFp": AREAS["AF"],
    "AFF": AREAS["AF"],
    "FFC": AREAS["F"],
    "FFT": AREAS["F"],
    "FCC": AREAS["FC"],
    "FTT": AREAS["FT"],
    "CCP": AREAS["C"],
    "TTP": AREAS["T"],
    "CPP": AREAS["CP"],
    "TPP": AREAS["TP"],
    "PPO": AREAS["P"],
    "POO": AREAS["PO"],
    "OI": AREAS["O"],
}
_NAME = re.compile(rf"({'|'.join(sorted(_ROWS, key=len, reverse=True))})(z|[1-9]|10)(h?)", re.IGNORECASE)
_OLD = {"t3": "T7", "t4": "T8", "t5": "P7", "t6": "P8"}
"""Names of the 10-20 system before 1991."""
_CASED = {row.lower(): row for row in _ROWS}

_CAPS = (
    "biosemi128",
    "biosemi160",
    "biosemi256",
    *(f"GSN-HydroCel-{n}" for n in (32, "64_1.0", "65_1.0", 128, 129, 256, 257)),
)
_AGREE = math.radians(30)
"""Half of the channels may be further than this from where their names put them before the names count for nothing."""

_PITCH = math.radians(4)
"""Between MNE's digitised heads and its idealised caps (BioSemi, easycap) lie 8 degrees of pitch; the sites stand half way."""


def sensor_groups(names: Sequence[str], positions: Float[np.ndarray, "channel 3"] | None = None) -> list[str]:
    """Region of each channel; a channel without a known place in a cap without telling names is a group of its own.

    Args:
        names: of the channels of one cap or helmet.
        positions: in the head frame (x to the right, y to the front, z up); NaN where unknown.
    """
    places = _directions(names, positions)
    by_place = _nearest_regions(places)
    sites = [site_of(name) for name in names]
    if not _named_by_system(sites, places):
        return [place or name for place, name in zip(by_place, names, strict=True)]
    return [_region(site) if site else place or name for site, place, name in zip(sites, by_place, names, strict=True)]


def site_of(name: str) -> str | None:
    """The site of the 10-05 system that a name means, as MNE spells it; None where it means none.

    >>> site_of("Fc5."), site_of("EEG FPZ-REF"), site_of("AFF5H"), site_of("T5"), site_of("E17")
    ('FC5', 'Fpz', 'AFF5h', 'P7', None)
    """
    bare = re.sub(r"^EEG[ _-]*", "", name.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"[ _-]*(REF|LE|AVG?|A1|A2|M1|M2)$", "", bare, flags=re.IGNORECASE).rstrip(". ")
    if bare.lower() in _OLD:
        return _OLD[bare.lower()]
    found = _NAME.fullmatch(bare)
    return _CASED[found[1].lower()] + found[2].lower() + found[3].lower() if found else None


def sensor_positions(channels: Sequence[str], montage: str = "standard_1005") -> Float[np.ndarray, "channel 3"]:
    """Positions in metres (the frame of MNE's montage).

    Raises:
        DataError: a channel is not in the montage.
    """
    known = standard_montage(montage).get_positions()["ch_pos"]
    missing = [name for name in channels if name not in known]
    if missing:
        raise DataError(f"channels {missing[:5]} are not in the montage {montage!r}; name a montage that has them")
    return np.array([known[name] for name in channels])


def standard_montage(name: str) -> mne.channels.DigMontage:
    """One of MNE's montages, under its old or its new name."""
    # MNE 1.13 renamed its standard montages after the head they were measured on.
    renamed = {"standard_1005": "colin27_1005", "standard_1020": "colin27_1020"}.get(name, name)
    known = mne.channels.get_builtin_montages()
    if renamed not in known and name not in known:
        raise DataError(f"montage: unknown {name!r}; known: {', '.join(known)}")
    return mne.channels.make_standard_montage(renamed if renamed in known else name)


def _region(site: str) -> str:
    found = _NAME.fullmatch(site)
    assert found is not None, site
    side = "midline" if found[2] == "z" else ("left" if int(found[2]) % 2 else "right")
    return f"{_ROWS[_CASED[found[1].lower()]]} {side}"


def _named_by_system(sites: Sequence[str | None], places: Float[np.ndarray, "channel 3"]) -> bool:
    """Whether most names are sites of the 10-05 system and, where places are known, half of them lie about there."""
    if 2 * sum(site is not None for site in sites) <= len(sites):
        return False
    known = _system()
    angles = [
        np.arccos(np.clip(place @ known[site], -1, 1))
        for site, place in zip(sites, places, strict=True)
        if site in known and np.isfinite(place).all()
    ]
    return not angles or float(np.median(angles)) < _AGREE


@lru_cache(maxsize=1)
def _system() -> dict[str, Float[np.ndarray, "3"]]:
    """Site of the 10-05 system -> its direction from the middle of the head."""
    known = _in_head_frame(standard_montage("standard_1005"))
    directions = _from_middle(np.array(list(known.values()))) @ mne.transforms.rotation(x=_PITCH)[:3, :3].T
    return {name: place for name, place in zip(known, directions, strict=True) if site_of(name) == name}


def _in_head_frame(montage: mne.channels.DigMontage) -> dict[str, Float[np.ndarray, "3"]]:
    to_head = mne.channels.compute_native_head_t(montage)
    places = montage.get_positions()["ch_pos"]
    return {name: mne.transforms.apply_trans(to_head, place) for name, place in places.items()}


def _directions(
    names: Sequence[str], positions: Float[np.ndarray, "channel 3"] | None
) -> Float[np.ndarray, "channel 3"]:
    """Unit vectors to the sensors from the middle of the head; NaN where nothing says where a sensor is."""
    if positions is not None and np.isfinite(positions).all(axis=1).any():
        return _from_middle(positions)
    cap = _cap(names)
    if cap is None:
        return np.full((len(names), 3), np.nan)
    return _from_middle(np.array([cap[_numbered(name)] for name in names]))


def _cap(names: Sequence[str]) -> dict[str, Float[np.ndarray, "3"]] | None:
    """Places of the smallest BioSemi or EGI cap that nearly all of its names stand for."""
    wanted = {_numbered(name) for name in names}
    if not all(re.fullmatch(r"[A-H]\d+|E\d+|Cz", name) for name in wanted):
        return None
    return next((cap for cap in _caps() if wanted <= set(cap) and len(wanted) >= 0.9 * len(cap)), None)


@lru_cache(maxsize=1)
def _caps() -> tuple[dict[str, Float[np.ndarray, "3"]], ...]:
    """Places of the channels of each BioSemi and EGI cap, the smallest first."""
    known = set(mne.channels.get_builtin_montages())
    return tuple(sorted((_in_head_frame(standard_montage(cap)) for cap in _CAPS if cap in known), key=len))


def _numbered(name: str) -> str:
    """A name without leading zeros in its number: A01 is A1."""
    return re.sub(r"^([A-Z])0+(?=\d)", r"\1", name.strip())


def _from_middle(positions: Float[np.ndarray, "channel 3"]) -> Float[np.ndarray, "channel 3"]:
    """Unit vectors from the middle of a sphere through the sensors: |p|^2 = 2 c.p + (r^2 - |c|^2), by least squares.

    Sensors that are few, or do not surround a middle, are seen from 4 cm above the middle between the ears, where that of
    most heads is.
    """
    known = positions[np.isfinite(positions).all(axis=1)]
    middle = np.array([0.0, 0.0, 0.04])
    if len(known) >= 8:
        design = np.column_stack([2 * known, np.ones(len(known))])
        fitted = np.linalg.lstsq(design, (known**2).sum(axis=1), rcond=None)[0]
        radii = np.linalg.norm(known - fitted[:3], axis=1)
        if np.linalg.matrix_rank(design, tol=1e-3 * np.abs(design).max()) == 4 and radii.std() < 0.15 * radii.mean():
            middle = fitted[:3]
    seen = positions - middle
    return seen / np.linalg.norm(seen, axis=1, keepdims=True)


def _nearest_regions(places: Float[np.ndarray, "channel 3"]) -> list[str | None]:
    system = _system()
    sites = list(system)
    nearest = (np.nan_to_num(places) @ np.array(list(system.values())).T).argmax(axis=1)
    return [_region(sites[k]) if np.isfinite(place).all() else None for k, place in zip(nearest, places, strict=True)]
