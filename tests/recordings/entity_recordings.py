"""A few recordings with parcels of an atlas for channels."""

import numpy as np

from neurona.recordings.recordings import Recordings


def atlas_recordings(groups=None, channels=("V1", "M1"), **given):
    """Three recordings [3, channel, 5] of 0, 1, 2, ...; two channels lie at known places."""
    columns = {name: ["a"] * 3 for name in ("subject", "run", "split", "label")}
    known = {"V1": (0.0, -80, 5), "M1": (-40, -20, 50)}
    places = np.array([known.get(name, (0.0, 0.0, 0.0)) for name in channels])
    made = {
        "ids": ["r0", "r1", "r2"],
        "sampling_hz": 0.5,
        "modality": "fmri",
        "units": "z-score",
        "space": "MNI152",
        "positions": places,
    }
    values = np.arange(15.0 * len(channels)).reshape(3, len(channels), 5)
    return Recordings.make(values, channels=list(channels), groups=groups, **{**columns, **made, **given})
