"""What both forms of reading keep on disk: vocabulary, recordings, asking model, carriers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from jaxtyping import Float

from neurona.programs import Vocabulary
from neurona.readings.asking import AskingModel
from neurona.readings.carriers import EntityEvidence
from neurona.readings.reading import About, Reading


def common_plain(reading: Reading) -> dict[str, Any]:
    """What every form of reading keeps beside its arrays."""
    carriers = reading.entity_evidence
    return {
        "vocabulary": reading.vocabulary.plain(),
        "recordings": list(reading.recordings),
        "about": asdict(reading.about),
        "asking": reading.asking.plain(),
        "carriers": None if carriers is None else {"words": list(carriers.words), "entities": list(carriers.entities)},
    }


def common_from_plain(plain: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The arguments that `common_plain` wrote."""
    carriers = None
    if plain["carriers"] is not None:
        carriers = EntityEvidence(
            tuple(plain["carriers"]["words"]),
            tuple(plain["carriers"]["entities"]),
            arrays["carriers_evidence"],
            arrays["carriers_bias"],
            arrays["carriers_prior"],
            arrays.get("carriers_positions"),
        )
    return {
        "vocabulary": Vocabulary.from_plain(plain["vocabulary"]),
        "recordings": tuple(plain["recordings"]),
        "about": About(**plain["about"]),
        "asking": AskingModel.from_plain(plain["asking"]),
        "entity_evidence": carriers,
    }


def carriers_arrays(carriers: EntityEvidence | None) -> dict[str, Float[np.ndarray, ...]]:
    """The arrays that `common_from_plain` reads."""
    if carriers is None:
        return {}
    found = {
        "carriers_evidence": np.asarray(carriers.evidence),
        "carriers_bias": np.asarray(carriers.bias),
        "carriers_prior": np.asarray(carriers.prior_log_odds),
    }
    return found if carriers.positions is None else found | {"carriers_positions": np.asarray(carriers.positions)}
