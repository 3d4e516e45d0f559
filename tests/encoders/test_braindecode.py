"""With all channels one entity our networks are braindecode's: as many parameters, and the same outputs with the same weights.

Braindecode's numbers are recorded (`benchmarks/braindecode_parity.py --write`), and asked for anew where it is installed.
"""

import json

import braindecode_parity as parity
import numpy as np
import pytest

RECORDED = json.loads(parity.RECORDED.read_text())


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow) if kind == "deep4" else kind for kind in RECORDED]
)
def test_parameters_and_outputs_are_those_recorded_of_braindecode(kind):
    assert parity.parameters(kind) == RECORDED[kind]["parameters"]
    np.testing.assert_allclose(parity.outputs(kind), RECORDED[kind]["outputs"], rtol=0, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", RECORDED)
def test_parameters_and_outputs_are_those_of_braindecode_here(kind):
    pytest.importorskip("torch")
    pytest.importorskip("braindecode")
    count, outputs = parity.theirs(kind)
    assert parity.parameters(kind) == count
    np.testing.assert_allclose(parity.outputs(kind), outputs, rtol=0, atol=1e-4)
