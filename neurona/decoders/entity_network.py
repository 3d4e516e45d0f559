"""NEURONA's network: entities encoded, concepts and relations grounded on them, programs executed.

recording -> Encoder -> PairGrounding -> execute
"""

from __future__ import annotations

from flax import nnx
from jaxtyping import Array, Float

from neurona.encoders import Encoder
from neurona.execution import (
    HYPOTHESES,
    Answers,
    Hypothesis,
    Interaction,
    Logic,
    ProgramBatch,
    RelationScores,
    Scores,
    execute,
    products,
)
from neurona.grounding import PairGrounding


class EntityNetwork(nnx.Module):
    """Recordings and programs -> answers.

    Args:
        encoder: recordings -> entity embeddings.
        grounding: entity embeddings -> scores of words.
        logic: meaning of the connectives.
        hypothesis: how subject and object guide a relation.
    """

    def __init__(
        self,
        encoder: Encoder,
        grounding: PairGrounding,
        logic: Logic,
        hypothesis: Hypothesis = HYPOTHESES["H5"],
    ):
        self.encoder, self.grounding = encoder, grounding
        self.logic, self.hypothesis = logic, hypothesis

    def scores(
        self,
        recordings: Float[Array, "N channel time"],
        programs: ProgramBatch | None = None,
        rngs: nnx.Rngs | None = None,
    ) -> Scores:
        """Scores of concepts and relations on entities; with programs, only of the words that they ask for; `rngs` in training."""
        concepts, relations = (programs.concepts, programs.relations) if programs is not None else (None, None)
        with products():
            found = self.grounding(self.encoder(recordings, rngs), concepts, relations)
        interaction = None
        if found.left is not None and found.right is not None and found.weight is not None:
            interaction = Interaction(found.left, found.right, found.weight)
        pairs = RelationScores(found.subject, found.object, found.region, found.region_described, interaction)
        return Scores(found.concepts, pairs)

    def __call__(
        self,
        recordings: Float[Array, "N channel time"],
        programs: ProgramBatch,
        rngs: nnx.Rngs | None = None,
        evaluation: bool = False,
    ) -> Answers:
        scores = self.scores(recordings, programs, rngs)
        return execute(programs, scores, self.logic, self.hypothesis, evaluation=evaluation)
