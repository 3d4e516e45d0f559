"""Shapes are checked in every test; small planted recordings stand in where the real ones would be slow."""

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path

import jax
import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from type_checker import check_shapes

# Tests compute little and compile much: unoptimised code is ready four times sooner. JAX reads this at its first computation, and processes that tests start
# inherit it.
QUICK_TO_COMPILE = "--xla_backend_optimization_level=0", "--xla_cpu_use_fusion_emitters=false"
os.environ["XLA_FLAGS"] = " ".join([os.environ.get("XLA_FLAGS", ""), *QUICK_TO_COMPILE]).strip()
jax.config.update("jax_numpy_rank_promotion", "raise")
check_shapes("neurona")
# Half a million objects outlive every test: looking through all of them for garbage, again and again, took an eighth of the suite's time.
gc.set_threshold(50_000, 20, 20)
settings.register_profile("neurona", deadline=None, max_examples=30)  # the first example of many a test compiles
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("neurona")

LABELS = ("face", "house", "cat", "scrambledpix")


def pytest_collection_finish():
    """What was imported is not looked through again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def fmri_folder(tmp_path_factory) -> Path:
    """SIMULATED: 4 runs of 4 blocks, 8 x 8 x 1 voxels; each category raises voxels of its own."""
    folder = tmp_path_factory.mktemp("fmri")
    rng = np.random.default_rng(0)
    for run in range(1, 5):
        values = 100 + rng.normal(size=(8, 8, 1, 60))
        rows = []
        for block, label in enumerate(rng.permutation(LABELS)):
            onset = 10 + 32.5 * block
            rows.append((onset, 20.0, label))
            start = int((onset + 5) / 2.5)
            place = LABELS.index(label)
            values[2 * place : 2 * place + 2, :, 0, start : start + 8] += 3
        image = nib.Nifti1Image(values.astype(np.float32), np.diag([3.0, 3.0, 3.0, 1.0]))
        image.header.set_zooms((3, 3, 3, 2.5))
        nib.save(image, folder / f"run-{run:02d}_bold.nii.gz")
        table = pd.DataFrame(rows, columns=["onset", "duration", "trial_type"])
        table.to_csv(folder / f"run-{run:02d}_events.tsv", sep="\t", index=False)
    return folder


@pytest.fixture(scope="session")
def ts_folder(tmp_path_factory) -> Path:
    """SIMULATED: 10 channels x 40 samples, 60 training and 40 test trials of four directions, in .ts files."""
    folder = tmp_path_factory.mktemp("ts")
    rng = np.random.default_rng(0)
    directions = ("right", "forward", "left", "backward")
    for split, size in (("TRAIN", 60), ("TEST", 40)):
        lines = ["@dimensions 10", "@seriesLength 40", "@classLabel true " + " ".join(directions), "@data"]
        for case in range(size):
            values = rng.normal(size=(10, 40))
            values[2 * (case % 4), 20:] += 1.5
            lines.append(":".join(",".join(f"{v:.4f}" for v in row) for row in values) + f":{directions[case % 4]}")
        (folder / f"HandMovementDirection_{split}.ts").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Path]:
    """Real recordings by the name of their folder, in `$NEURONA_DATA` or in a folder `shared/data` beside the checkout."""
    roots = [Path(os.environ.get("NEURONA_DATA", "")), Path(__file__).parents[2] / "shared" / "data"]

    def folder(name: str) -> Path:
        for root in roots:
            if (root / name).is_dir():
                return root / name
        return pytest.skip(f"no folder {name}; name its parent with NEURONA_DATA")

    return folder


@pytest.fixture(scope="session")
def haxby_slice(recorded) -> Path:
    """Real fMRI: one slice of subject 1."""
    return recorded("haxby2001_slice")


@pytest.fixture
def neurona(monkeypatch, capsys):
    """The command line, in this process: `neurona("run", ...)` -> (exit code, output, error message)."""
    from neurona.cli import main

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["neurona", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "300")
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out, printed.err

    return call
