"""Settings of NEURONA's decoder (Wang et al., ICLR 2026), and the decoder that they describe."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge
from flax import nnx
from pydantic import Field

from neurona.decoders.decoder import DecoderSettings
from neurona.decoders.entity_network import EntityNetwork
from neurona.encoders import ENCODERS, ParcelConvolutionSettings, Signal
from neurona.errors import ConfigError
from neurona.execution import get_hypothesis, get_logic
from neurona.grounding import PairGrounding, Pooling
from neurona.programs import Vocabulary

STRONGEST = "reference", "goedel"
"""Logics in which `exists` is the maximum."""

if TYPE_CHECKING:
    EncoderConfig = Any
else:
    EncoderConfig = Annotated[reduce(or_, ENCODERS.values()), Field(discriminator="kind")]
    """Settings of any registered encoder."""


@dataclass(frozen=True)
class NeuronaSettings(DecoderSettings):
    """How programs meet entities.

    Attributes:
        hypothesis: which structural prior guides a relation's grounding.
        logic: meaning of the connectives; `reference` has the released code's arithmetic.
        pair_scores: a subject's term plus an object's, as released, or a bilinear interaction of them besides.
        rank: of the bilinear interaction.
        embedding: size of an entity's embedding.
        encoder: recordings -> entity embeddings: the settings of a registered encoder; in a config its kind alone will do.
        pooling: how a word's scores on entities make up its score in the recording (see `grounding.pooling`); what is not `max` needs a
            logic whose `exists` is the maximum.
        ground_concept_relation: whether a concept's score on an entity counts its mean pair score too (the released switch
            ground_attr_relation).
        describe_fault: whether describe questions read the single-entity score of another word, as in the released code: relation k
            reads that of word k.
    """

    kind: Literal["neurona"] = "neurona"
    hypothesis: Literal["H1", "H2", "H3", "H4", "H5"] = "H5"
    logic: Literal["reference", "goedel", "product", "lukasiewicz", "smooth"] = "reference"
    pair_scores: Literal["additive", "bilinear"] = "additive"
    rank: Annotated[int, Ge(1)] = 16
    embedding: Annotated[int, Ge(1)] = 64
    encoder: EncoderConfig = field(default_factory=ParcelConvolutionSettings)
    pooling: Pooling = "max"
    ground_concept_relation: bool = True
    describe_fault: bool = False

    def __post_init__(self) -> None:
        if self.pooling != "max" and self.logic not in STRONGEST:
            raise ConfigError(
                f"decoder.pooling: {self.pooling} needs a logic in which exists is the maximum ({' or '.join(STRONGEST)}), found "
                f"{self.logic}, which pools in its own way; set decoder.logic, or leave decoder.pooling at max"
            )


def build_neurona(settings: NeuronaSettings, signal: Signal, vocabulary: Vocabulary, seed: int) -> EntityNetwork:
    """An untrained network of recordings `[N, channel, time]`.

    Args:
        settings: of the network.
        signal: of the recordings.
        vocabulary: of the questions.
        seed: of the initial weights.
    """
    rngs = nnx.Rngs(seed)
    n_concepts, n_relations = len(vocabulary.concepts), len(vocabulary.relations)
    faulty = tuple(k % (n_concepts + n_relations) for k in range(n_relations))
    return EntityNetwork(
        settings.encoder.build(signal, settings.embedding, rngs=rngs),
        PairGrounding(
            len(signal.members),
            n_concepts,
            n_relations,
            settings.embedding,
            rank=settings.rank if settings.pair_scores == "bilinear" else 0,
            # An entity alone is in no pair.
            relation_in_concepts=settings.ground_concept_relation and len(signal.members) > 1,
            pooling=settings.pooling,
            described_rows=faulty if settings.describe_fault else None,
            rngs=rngs,
        ),
        get_logic(settings.logic),
        get_hypothesis(settings.hypothesis),
    )
