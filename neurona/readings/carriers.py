"""Where in the brain: what each entity adds to the logit of each word, in each recording.

logit P(word | recording) = sum over entities of evidence + bias + prior log odds + what the rest of the scene explains
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int

from neurona.blocks import give_back, parts, room
from neurona.graphs.source import Carriers
from neurona.readings.entity_shares import shares_of_strongest
from neurona.recordings.entities.entities import Entities


@dataclass(frozen=True)
class Strongest:
    """What entity evidence follows from where a word's logit is its strongest score on an entity: each adds its share of that (`entity_shares`).

    Attributes:
        entities: names of the P entities.
        usual: of each word, its strongest score on average `[W]`.
        prior_log_odds: before the recording `[W]`.
        positions, modality, space: as of `EntityEvidence`.
    """

    entities: tuple[str, ...]
    usual: Float[np.ndarray, " word"] = field(repr=False)
    prior_log_odds: Float[np.ndarray, " word"] = field(repr=False)
    positions: Float[np.ndarray, "entity 3"] | None = field(default=None, repr=False)
    modality: str = ""
    space: str = ""

    def evidence(
        self, words: tuple[str, ...], members: Sequence[Float[np.ndarray, "recording word entity"]], temperature: float
    ) -> EntityEvidence:
        """The mean over some decoders' scores of W words; temperature: multiplies them."""
        n = len(members[0])
        added = room((n, len(self.entities), len(words)))
        for part in parts(n, 8 * added[:1].size):
            added[part] = temperature * np.mean([shares_of_strongest(one[part], self.usual) for one in members], axis=0)
            give_back(added)
        bias = temperature * self.usual - self.prior_log_odds
        where = self.positions, self.modality, self.space
        return EntityEvidence(words, self.entities, added, bias, self.prior_log_odds, *where)


@dataclass(frozen=True)
class EntityEvidence:
    """Signed evidence of entities for words.

    Attributes:
        words: W of them.
        entities: names of the P entities.
        evidence: log likelihood ratio (or learned logit) that each entity adds `[N, P, W]`.
        bias: the same for every recording `[W]`.
        prior_log_odds: before the recording `[W]`.
        positions: centres of the entities, where known `[P, 3]`; millimetres, of M/EEG metres.
        modality, space: of the recordings: what positions are positions in. Empty where nobody said.
    """

    words: tuple[str, ...]
    entities: tuple[str, ...]
    evidence: Float[np.ndarray, "recording entity word"] = field(repr=False)
    bias: Float[np.ndarray, " word"] = field(repr=False)
    prior_log_odds: Float[np.ndarray, " word"] = field(repr=False)
    positions: Float[np.ndarray, "entity 3"] | None = field(default=None, repr=False)
    modality: str = ""
    space: str = ""

    @classmethod
    def of_entities(
        cls,
        entities: Entities,
        words: tuple[str, ...],
        evidence: Float[np.ndarray, "recording entity word"],
        bias: Float[np.ndarray, " word"],
        prior_log_odds: Float[np.ndarray, " word"],
    ) -> EntityEvidence:
        """Evidence of a decoder's entities, with what is known of where they are."""
        return cls(words, entities.names, evidence, bias, prior_log_odds, *entities.where)

    def of(self, row: int, words: tuple[str, ...]) -> Carriers:
        """Those of one recording for some words; words that the decoder knows nothing of are left out."""
        place = [self.words.index(word) for word in words if word in self.words]
        return Carriers(
            tuple(self.words[k] for k in place),
            self.names,
            np.asarray(self.evidence[row][:, place], np.float64),
            np.asarray(self.bias[place], np.float64),
            np.asarray(self.prior_log_odds[place], np.float64),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Entities; parcels, which differ from fold to fold, with their centre in millimetres."""
        if self.positions is None:
            return self.entities
        return tuple(
            f"{name} ({', '.join(f'{value:.0f}' for value in where)})"
            if "parcel" in name and np.isfinite(where).all()
            else name
            for name, where in zip(self.entities, self.positions, strict=True)
        )

    def take(self, rows: Int[np.ndarray, " row"]) -> EntityEvidence:
        """Of some recordings."""
        return replace(self, evidence=np.asarray(self.evidence[rows]))
