"""The one list of decoders: kind -> settings and fit. A decoder is one file with one registering decorator, here or in another package.

    @register(ExplainSettings)
    def fit_explain(problem, settings, context): ...

Other packages name the module that registers theirs under the entry point group `neurona.decoders`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from typing import Any, NamedTuple, TypeVar

import neurona.decoders as room
from neurona.decoders.decoder import Answerer, Context, Decoder
from neurona.errors import ConfigError, nearest_name
from neurona.questions import Problem

GROUP = "neurona.decoders"
_Fit = TypeVar("_Fit", bound=Callable[..., Any])


class Kind(NamedTuple):
    """Settings of a kind of decoder, and what fits one by them."""

    settings: type
    fit: Callable[[Problem, Any, Context], Decoder | Answerer]


_KINDS: dict[str, Kind] = {}


def register(settings: type) -> Callable[[_Fit], _Fit]:
    """Register what fits decoders by these settings; their `kind` names them."""

    def decorated(fit: _Fit) -> _Fit:
        kind = str(getattr(settings, "kind", ""))
        if kind in _KINDS and _KINDS[kind].settings is not settings:
            raise ConfigError(f"decoder {kind!r} is registered twice: {_KINDS[kind].settings} and {settings}")
        _KINDS[kind] = Kind(settings, fit)
        return fit

    return decorated


@cache
def decoders() -> dict[str, Kind]:
    """All kinds, those of other packages too, in alphabetical order."""
    for module in pkgutil.iter_modules(room.__path__):
        importlib.import_module(f"{room.__name__}.{module.name}")
    for point in entry_points(group=GROUP):
        point.load()
    return dict(sorted(_KINDS.items()))


def fit(problem: Problem, settings: Any, context: Context | None = None) -> Decoder | Answerer:
    """Fit the decoder that the settings belong to.

    Raises:
        ConfigError: its kind is not registered.
    """
    kind = str(getattr(settings, "kind", ""))
    known = decoders()
    if kind not in known:
        raise ConfigError(f"no decoder of kind {kind!r}{nearest_name(kind, known)}")
    return known[kind].fit(problem, settings, context or Context())
