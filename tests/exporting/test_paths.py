"""What draws worlds by chance is refused; scores are arrays on the way. (Networks of every encoder: tests/encoders/test_conformance.py.)"""

import jax
import numpy as np
import pytest
from small_problem import small_problem

from neurona.decoders import fit
from neurona.decoders.relational_evidence import RelationalEvidenceSettings
from neurona.errors import ConfigError
from neurona.execution import Interaction, RelationScores, Scores
from neurona.exporting.paths import decoder_path, flattened, unflattened


def test_scores_come_back_from_their_arrays():
    parts = [np.full((1, 2, 3), k, np.float32) for k in range(5)]
    interaction = Interaction(*(np.ones(shape, np.float32) for shape in ((1, 3, 2), (1, 3, 2), (1, 2, 2))))
    for scores in (Scores(parts[0]), Scores(parts[0], RelationScores(*parts[1:], interaction))):
        assert jax.tree.all(jax.tree.map(np.array_equal, unflattened(flattened(scores)), scores))


def test_worlds_that_are_drawn_by_chance_are_refused():
    decoder = fit(small_problem(images=120)[0], RelationalEvidenceSettings())
    with pytest.raises(ConfigError, match="draws the worlds"):
        decoder_path(decoder)
    with pytest.raises(ConfigError, match="is not exported; linear"):
        decoder_path(object())
