"""The programs that engines of logic are compared on."""

import numpy as np
import pytest
from speeds.engines import neurona
from speeds.programs import cases


@pytest.mark.parametrize("case", cases(quick=True), ids=lambda case: f"{case.name} {case.things}")
def test_exact_probabilities_are_those_worked_out_by_hand(case):
    probability = case.probabilities(5)
    np.testing.assert_allclose(neurona(case)(probability), case.expected(probability), atol=1e-12)
