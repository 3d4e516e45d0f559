"""From a config's decoder section to a fitted decoder: the one list of the kinds of decoders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from neurona.decoders import Decoder, LinearEvidenceSettings, Problem
from neurona.decoders.end_to_end import EndToEndSettings
from neurona.decoders.explain import ExplainSettings
from neurona.decoders.linear_concepts import LinearSettings
from neurona.decoders.neurona_settings import NeuronaSettings
from neurona.decoders.product_of_experts import ProductOfExpertsSettings
from neurona.decoders.question_only import QuestionOnlySettings
from neurona.decoders.random_answers import RandomSettings
from neurona.decoders.registry import DECODERS
from neurona.decoders.relational_evidence import RelationalEvidenceSettings
from neurona.experiments.linear_evidence_fit import fit_linear_evidence
from neurona.training.end_to_end import fit_end_to_end
from neurona.training.neurona import fit_neurona
from neurona.training.settings import TrainingSettings

DecoderSettings = (
    EndToEndSettings
    | ExplainSettings
    | LinearEvidenceSettings
    | LinearSettings
    | NeuronaSettings
    | ProductOfExpertsSettings
    | QuestionOnlySettings
    | RandomSettings
    | RelationalEvidenceSettings
)

TRAINED: dict[type, Callable[..., Decoder]] = {NeuronaSettings: fit_neurona, EndToEndSettings: fit_end_to_end}
"""Settings -> fit(problem, settings, training, folder=, console=), of the decoders that the training loop trains."""

FITS: dict[type, Callable[..., Decoder]] = {
    LinearEvidenceSettings: fit_linear_evidence,
    **{kind.settings: kind.fit for kind in DECODERS.values()},
}
"""Settings -> fit(problem, settings), of all others."""


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
    if type(settings) in TRAINED:
        return TRAINED[type(settings)](problem, settings, training, folder=folder, console=console)
    return FITS[type(settings)](problem, settings)
