"""Product of experts: decoders fitted to the same problem, multiplied (`readings.product`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Float

from neurona.decoders.decoder import Context, Decoder, DecoderSettings, Supervision, learn_asking
from neurona.decoders.registry import decoders, fit, register
from neurona.errors import ConfigError, nearest_name
from neurona.programs import Vocabulary
from neurona.questions import Problem
from neurona.readings import About, AskingModel
from neurona.readings.product import ProductReading


@dataclass(frozen=True)
class ProductOfExpertsSettings(DecoderSettings):
    """Which decoders.

    Attributes:
        kind: of decoder.
        experts: kinds of the members, which read; each is fitted with its own defaults.
    """

    kind: Literal["product_of_experts"] = "product_of_experts"
    experts: tuple[str, ...] = ("relational_evidence", "explain")


@dataclass(frozen=True)
class ProductOfExperts:
    """Fitted experts.

    Attributes:
        experts: by kind.
        vocabulary, about: of the fit.
        asking: how the study puts its questions, from what all experts say.
    """

    experts: dict[str, Decoder] = field(repr=False)
    vocabulary: Vocabulary
    about: About
    asking: AskingModel = field(default_factory=AskingModel)

    def read(self, features: Float[np.ndarray, "recording feature"], recordings: Sequence[str]) -> ProductReading:
        """The experts' readings, as one."""
        members = tuple(expert.read(features, recordings) for expert in self.experts.values())
        return ProductReading(self.vocabulary, tuple(map(str, recordings)), members, self.about, self.asking)


@register(ProductOfExpertsSettings)
def fit_product_of_experts(
    problem: Problem, settings: ProductOfExpertsSettings, context: Context | None = None
) -> ProductOfExperts:
    """Fit the experts, each in a folder of its own, and learn how their answers are weighed.

    Raises:
        ConfigError: an expert is unknown, or has no reading.
    """
    context = context or Context()
    experts: dict[str, Decoder] = {}
    for kind in settings.experts:
        found = fit(problem, _settings(kind, settings.supervision), _own(context, kind))
        if not isinstance(found, Decoder):
            raise ConfigError(f"product_of_experts: {kind!r} answers questions but reads no recordings; choose another")
        experts[kind] = found
    about = About(problem.dataset, settings.kind, settings.supervision, problem.simulated)
    product = ProductOfExperts(experts, problem.vocabulary, about)
    # An expert that learned from validation recordings, too, would be believed too much.
    held_out = not any(getattr(expert, "learns_from_validation", False) for expert in experts.values())
    return replace(product, asking=learn_asking(product, problem, settings, held_out=held_out))


def _settings(kind: str, supervision: Supervision) -> DecoderSettings:
    known = {name: entry.settings for name, entry in decoders().items() if name != ProductOfExpertsSettings.kind}
    if kind not in known:
        raise ConfigError(f"product_of_experts: no expert {kind!r}{nearest_name(kind, known)}")
    made: DecoderSettings = known[kind](supervision=supervision)
    return made


def _own(context: Context, kind: str) -> Context:
    return replace(context, folder=context.folder / kind if context.folder is not None else None)
