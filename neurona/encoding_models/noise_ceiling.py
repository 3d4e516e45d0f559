"""Noise ceilings: how well could the best model predict a recording, given how little repeats agree?

For R repeats of each of S stimuli, the analysis of variance splits what is measured into signal and noise:

    noise power   N = mean variance over the repeats of a stimulus
    signal power  S = variance over stimuli of their means - N / R
    ceiling       R^2 = S / (S + N / n),    correlation = sqrt(R^2),    n the repeats in the mean that is predicted

(M. Sahani, J. Linden 2002, NIPS 15, "How linear are auditory cortical responses?"; the NSD's noise ceiling: E. Allen et al. 2022, Nat. Neurosci.
25:116.) A feature whose signal power is not above 0 has a ceiling of 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

from neurona.errors import DataError


class NoiseCeiling(NamedTuple):
    """Of each feature, in the prediction of a mean over n repeats.

    Attributes:
        r2: largest share of variance that a model can predict.
        correlation: its root.
        signal, noise: powers, in squared units of the features.
    """

    r2: Float[np.ndarray, " feature"]
    correlation: Float[np.ndarray, " feature"]
    signal: Float[np.ndarray, " feature"]
    noise: Float[np.ndarray, " feature"]


def noise_ceiling(
    features: Float[np.ndarray, "recording feature"], stimulus: Shaped[np.ndarray, " recording"], averaged: float = 1
) -> NoiseCeiling:
    """From recordings of stimuli of which some were repeated; those shown once are left out.

    Args:
        features: of all recordings.
        stimulus: what each recording showed.
        averaged: n; 1 for a single recording.

    Raises:
        DataError: fewer than two repeated stimuli.
    """
    _, number, count = np.unique(stimulus, return_inverse=True, return_counts=True)
    chosen = np.flatnonzero(count > 1)
    if len(chosen) < 2:
        raise DataError(f"noise ceiling: {len(chosen)} of {len(count)} stimuli were repeated; two or more are needed")
    values = np.asarray(features, dtype=np.float64)
    groups = [values[number == k] for k in chosen]
    repeats = count[chosen]
    means = np.stack([group.mean(axis=0) for group in groups])
    scatter = sum(np.square(group - group.mean(axis=0)).sum(axis=0) for group in groups)
    noise = scatter / (repeats - 1).sum()
    # The noise of a mean of r repeats is N / r; stimuli weigh alike.
    signal = np.maximum(means.var(axis=0, ddof=1) - noise * np.mean(1 / repeats), 0)
    r2 = np.divide(signal, signal + noise / averaged, out=np.zeros_like(signal), where=signal > 0)
    return NoiseCeiling(r2, np.sqrt(r2), signal, noise)
