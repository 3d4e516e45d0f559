"""The end-to-end decoder goes through the same loop, and learns a problem by heart."""

import numpy as np
import pytest
import tiny

from neurona.decoders.end_to_end import EndToEndSettings
from neurona.training import TrainingSettings
from neurona.training.end_to_end import fit_end_to_end


@pytest.mark.parametrize("head", ["mlp", pytest.param("transformer", marks=pytest.mark.slow)])
def test_it_learns_answers_by_heart(head):
    told = tiny.problem(24)
    training = TrainingSettings(epochs=40, recordings_per_step=8, learning_rate=0.01, selection="last", clip=None)
    decoder = fit_end_to_end(told, EndToEndSettings(head=head, width=32, layers=1), training)
    assert decoder.trained.traces[0] == 1
    found = decoder.answer(told.entities.features, told.train)
    right = np.where(
        told.train.is_describe,
        found.describe.argmax(-1) == told.train.target,
        (found.yes_no > 0) == told.train.target,
    )
    assert right.mean() > 0.85
