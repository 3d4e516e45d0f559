"""The decoders that are fitted without a gradient loop, by their kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from neurona.decoders.explain import ExplainSettings, fit_explain
from neurona.decoders.linear_concepts import LinearSettings, fit_linear
from neurona.decoders.problem import Decoder, Problem
from neurona.decoders.product_of_experts import ProductOfExpertsSettings, fit_product_of_experts
from neurona.decoders.question_only import QuestionOnlySettings, fit_question_only
from neurona.decoders.random_answers import RandomSettings, fit_random
from neurona.decoders.relational_evidence import RelationalEvidenceSettings, fit_relational_evidence
from neurona.errors import ConfigError, nearest_name


class Kind(NamedTuple):
    """Settings, and what fits a decoder by them."""

    settings: type
    fit: Callable[..., Decoder]


def _product(problem: Problem, settings: ProductOfExpertsSettings) -> Decoder:
    """Both experts with their defaults, then their product."""
    unknown = [kind for kind in settings.experts if kind not in DECODERS or kind == settings.kind]
    if unknown:
        known = [kind for kind in DECODERS if kind != settings.kind]
        raise ConfigError(f"product_of_experts: no expert {unknown[0]!r}{nearest_name(unknown[0], known)}")
    first, second = (fit(problem, DECODERS[kind].settings()) for kind in settings.experts)
    return fit_product_of_experts(problem, settings, (first, second))


DECODERS: dict[str, Kind] = {
    "question_only": Kind(QuestionOnlySettings, fit_question_only),
    "random": Kind(RandomSettings, fit_random),
    "linear": Kind(LinearSettings, fit_linear),
    "relational_evidence": Kind(RelationalEvidenceSettings, fit_relational_evidence),
    "explain": Kind(ExplainSettings, fit_explain),
    "product_of_experts": Kind(ProductOfExpertsSettings, _product),
}
"""Kind -> settings and fit(problem, settings)."""


def fit(problem: Problem, settings: Any) -> Decoder:
    """Fit the decoder that the settings belong to.

    Raises:
        ConfigError: its kind is not registered here.
    """
    kind = getattr(settings, "kind", "")
    if kind not in DECODERS:
        raise ConfigError(f"no decoder of kind {kind!r}{nearest_name(str(kind), DECODERS)}")
    return DECODERS[kind].fit(problem, settings)
