"""EEG of noise: each recording mixes independent noise in its own way."""

import numpy as np

from neurona.recordings.recordings import Recordings

HZ = 100.0


def made(values, groups=None):
    n, channels = values.shape[:2]
    columns = {name: ["a"] * n for name in ("subject", "run", "split", "label")}
    names = [f"c{k}" for k in range(channels)]
    return Recordings.make(
        values,
        ids=[f"r{k}" for k in range(n)],
        channels=names,
        groups=groups,
        sampling_hz=HZ,
        modality="eeg",
        units="uV",
        **columns,
    )


def noise(n=12, channels=4, samples=300, seed=0):
    rng = np.random.default_rng(seed)
    return np.einsum("nij,njt->nit", rng.normal(size=(n, channels, channels)), rng.normal(size=(n, channels, samples)))
