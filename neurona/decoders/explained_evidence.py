"""What an encoding model says of single concepts: each entity's share of the evidence.

    log p(z | u) - log p(z) = sum over axes of z_a w_a  -  u'Gu / 2,      w the concept's column of M^-1 B'

An axis belongs to one group of entities, so the first term is a sum over groups; the second is the same for every recording.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from neurona.encoding_models.bindings import ATTRIBUTE, CONCEPT, Bindings
from neurona.encoding_models.inversion import Inversion


def entity_evidence(
    inversion: Inversion,
    bindings: Bindings,
    features: Float[np.ndarray, "recording feature"],
    concepts: tuple[str, ...],
    entity_group: Int[np.ndarray, " entity"],
) -> Float[np.ndarray, "recording entity concept"]:
    """Each entity's share of the log likelihood ratio of each concept; entities of one group share equally.

    Concepts that training never showed get 0.
    """
    axes = inversion.encoding.axes
    coordinates = axes(features)
    of_word = {one.words[0]: k for k, one in enumerate(bindings.features) if one.band in (CONCEPT, ATTRIBUTE)}
    columns = [of_word.get(word, -1) for word in concepts]
    weights = np.where(np.array(columns) >= 0, inversion.weights[:, columns], 0.0)
    size = int(entity_group.max()) + 1
    shares = np.zeros((len(features), size, len(concepts)), np.float32)
    for group in range(size):
        inside = axes.group == group
        shares[:, group] = coordinates[:, inside] @ weights[inside]
    members = np.bincount(entity_group, minlength=size)
    return shares[:, entity_group] / members[entity_group][None, :, None]
