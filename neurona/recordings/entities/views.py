"""Several kinds of entities of the same recordings side by side: features, entities and names one after another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurona.recordings.entities.channels import no_features
from neurona.recordings.entities.entities import Entities, View
from neurona.recordings.entities.settings import EntitySettings
from neurona.settings import decisive


def side_by_side(parts: Sequence[Entities], settings: Sequence[EntitySettings]) -> Entities:
    """Entities of all parts, of no recording yet; each part is a view, and an entity of two views says which.

    Args:
        parts: of no recording yet.
        settings: of each.
    """
    titles = [title_of(one) for one in settings]
    names = [name for part in parts for name in part.names]
    doubled = {name for name in names if names.count(name) > 1}
    before = np.cumsum([0, *(len(part.names) for part in parts)])
    of_feature = [part.entity_of_feature + start for part, start in zip(parts, before[:-1], strict=True)]
    known = [part.positions for part in parts]
    return Entities(
        features=no_features(sum(map(len, of_feature))),
        entity_of_feature=np.concatenate(of_feature).astype(np.int32),
        names=tuple(
            f"{name} ({title})" if name in doubled else name
            for part, title in zip(parts, titles, strict=True)
            for name in part.names
        ),
        kind="; ".join(dict.fromkeys(part.kind for part in parts)),
        positions=np.concatenate([one for one in known if one is not None])
        if all(one is not None for one in known)
        else None,
        views=tuple(View(title, len(entity)) for title, entity in zip(titles, of_feature, strict=True)),
    )


def title_of(settings: EntitySettings) -> str:
    """A method with what is not at its default: `windows, n_bins 10`, `tangent, bands 8-13`."""
    told = decisive(settings)
    method = told.pop("method")
    return ", ".join([str(method), *(f"{name} {_spoken(value)}" for name, value in told.items())])


def _spoken(value: object) -> str:
    if not isinstance(value, list):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return (" " if value and isinstance(value[0], list) else "-").join(map(_spoken, value))
