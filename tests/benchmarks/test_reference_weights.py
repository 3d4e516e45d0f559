"""Parity with the released code: its golden vectors where the folder is at hand."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
from reference_weights import reference_decoder

from neurona.errors import DataError

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"


def load(name: str):
    """A file of benchmarks/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def parity():
    return load("parity")


@pytest.fixture(scope="module")
def eager():
    """benchmarks/eager.py as a module."""
    return load("eager")


@pytest.fixture(scope="module")
def golden() -> Path:
    for folder in (Path(os.environ.get("NEURONA_GOLDEN", "")), ROOT.parent / "shared" / "golden"):
        if (folder / "meta.json").is_file():
            return folder
    pytest.skip("no golden vectors; name their folder with NEURONA_GOLDEN")


def test_our_own_vectors_are_reproduced(parity):
    """Made by the plain NumPy model (`benchmarks/make_vectors.py`), they are there where the released ones are not."""
    errors = parity.answer_errors(*parity.read(VECTORS))
    assert len(errors) == 14
    assert max(errors.values()) <= 1e-5, errors


def test_the_plain_model_gives_the_golden_answers(parity, eager, golden):
    meta, weights, vectors = parity.read(golden)
    for name in ("guide-all", "guide-object", "region-only"):
        model = eager.EagerModel(weights, meta, meta["variants"][name])
        model.ground(vectors["input"][0])
        yes_no = [text for text in meta["queries"] if text.startswith("exists")]
        found = [model.answer(text) for text in yes_no]
        np.testing.assert_allclose(found, vectors[f"{name}/exists_logit"][0], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_every_golden_answer_is_reproduced(parity, golden):
    errors = parity.answer_errors(*parity.read(golden))
    assert len(errors) == 14
    assert max(errors.values()) <= 1e-5, errors


def test_golden_loss_and_gradients_are_reproduced(parity, golden):
    errors = parity.gradient_errors(*parity.read(golden), dict(np.load(golden / "gradients.npz")))
    assert len(errors) == 1 + 16  # the loss, and every parameter of encoder and grounding
    assert max(errors.values()) <= 1e-4, errors


def test_the_check_itself_can_fail(parity):
    meta, weights, vectors = parity.read(VECTORS)
    one = meta | {"variants": {"guide-all": meta["variants"]["guide-all"]}}
    vectors["guide-all/exists_logit"] = vectors["guide-all/exists_logit"] + 1e-3
    assert parity.answer_errors(one, weights, vectors)["guide-all/exists"] > 1e-5


def test_missing_and_misshapen_tensors_are_named(parity):
    meta, weights, _ = parity.read(VECTORS)
    switches = meta["variants"]["guide-all"]
    short = {name: value for name, value in weights.items() if not name.endswith("fc2.bias")}
    with pytest.raises(DataError, match=r"no tensor 'fc2\.bias'"):
        reference_decoder(short, meta, switches)
    with pytest.raises(DataError, match=r"'fc2\.bias' gives shape \(3,\), expected \(64,\)"):
        reference_decoder({**weights, "scene_graph.fc2.bias": np.zeros(3, np.float32)}, meta, switches)
