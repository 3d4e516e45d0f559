"""From a config's decoder section to a fitted decoder: the one list of the kinds of decoders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from neurona.decoders import Decoder, LinearEvidenceSettings, Problem
from neurona.experiments.linear_evidence_fit import fit_linear_evidence
from neurona.training.settings import TrainingSettings

Fit = Callable[..., Decoder]

DecoderSettings = LinearEvidenceSettings

FITS: dict[type, Fit] = {LinearEvidenceSettings: fit_linear_evidence}
"""Settings -> fit(problem, settings) of the decoders that need no gradient loop."""


def fit_decoder(
    problem: Problem, settings: Any, training: TrainingSettings, *, folder: Path | None, console: Console
) -> Decoder:
    """Fit the decoder that the settings name.

    Args:
        problem: what to learn from.
        settings: of the decoder.
        training: of its gradient training, where it has one.
        folder: where checkpoints and logs of training go.
    """
    return FITS[type(settings)](problem, settings)
