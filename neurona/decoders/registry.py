"""The one list of decoders: kind -> settings and fit. A decoder is one file with one registering decorator, here or in another package.

    @register(ExplainSettings)
    def fit_explain(problem, settings, context): ...

Other packages name the module that registers theirs under the entry point group `neurona.decoders`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from neurona.decoders.decoder import Answerer, Context, Decoder
from neurona.decoders.freed_answers import freed
from neurona.questions import Problem
from neurona.registry import Registry

_Fit = TypeVar("_Fit", bound=Callable[..., Any])


class Kind(NamedTuple):
    """Settings of a kind of decoder, and what fits one by them."""

    settings: type
    fit: Callable[[Problem, Any, Context], Decoder | Answerer]


_KINDS: Registry[Kind] = Registry("decoder of kind", "neurona.decoders", "neurona.decoders")


def register(settings: type) -> Callable[[_Fit], _Fit]:
    """Register what fits decoders by these settings; their `kind` names them.

    Raises:
        ConfigError: other settings have that kind already.
    """

    def decorated(fit: _Fit) -> _Fit:
        _KINDS.add(str(getattr(settings, "kind", "")), Kind(settings, fit))
        return fit

    return decorated


def decoders() -> Mapping[str, Kind]:
    """All kinds, those of other packages too, in alphabetical order."""
    return _KINDS


def fit(problem: Problem, settings: Any, context: Context | None = None) -> Decoder | Answerer:
    """Fit the decoder that the settings belong to.

    Raises:
        ConfigError: its kind is not registered.
    """
    kind = _KINDS.find(str(getattr(settings, "kind", "")))
    found = kind.fit(problem, settings, context or Context())
    # What reads takes the language prior out in its asking model.
    return found if isinstance(found, Decoder) else freed(found, problem, settings)
