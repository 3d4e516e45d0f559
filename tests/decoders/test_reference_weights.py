"""Parity with the released code: its golden vectors where the folder is at hand."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from neurona.decoders.reference_weights import reference_decoder
from neurona.errors import DataError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def parity():
    """benchmarks/parity.py as a module."""
    spec = importlib.util.spec_from_file_location("parity", ROOT / "benchmarks" / "parity.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def golden() -> Path:
    for folder in (Path(os.environ.get("NEURONA_GOLDEN", "")), ROOT.parent / "shared" / "golden"):
        if (folder / "meta.json").is_file():
            return folder
    pytest.skip("no golden vectors; name their folder with NEURONA_GOLDEN")


def test_every_golden_answer_is_reproduced(parity, golden):
    errors = parity.answer_errors(*parity.read(golden))
    assert len(errors) == 14
    assert max(errors.values()) <= 1e-5, errors


def test_golden_loss_and_gradients_are_reproduced(parity, golden):
    errors = parity.gradient_errors(*parity.read(golden), dict(np.load(golden / "gradients.npz")))
    assert len(errors) > 40
    assert max(errors.values()) <= 1e-4, errors


def test_the_check_itself_can_fail(parity, golden):
    meta, weights, vectors = parity.read(golden)
    vectors["guide-all/exists_logit"] = vectors["guide-all/exists_logit"] + 1e-3
    assert parity.answer_errors(meta, weights, vectors)["guide-all/exists"] > 1e-5


def test_missing_and_misshapen_tensors_are_named(parity, golden):
    meta, weights, _ = parity.read(golden)
    switches = meta["variants"]["guide-all"]
    short = {name: value for name, value in weights.items() if not name.endswith("fc2.bias")}
    with pytest.raises(DataError, match=r"no tensor 'fc2\.bias'"):
        reference_decoder(short, meta, switches)
    with pytest.raises(DataError, match=r"'fc2\.bias' gives shape \(3,\), expected \(64,\)"):
        reference_decoder({**weights, "scene_graph.fc2.bias": np.zeros(3, np.float32)}, meta, switches)
