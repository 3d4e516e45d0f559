"""SIMULATED folders in the layouts of the question sets, small enough for tests."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from neurona.datasets.bold5000_qa import write_recording

WORDS = ("bat", "ball", "person", "tree")
RELATION = "exists(Object, lambda x: {}(x) and {}(x, iota(Object, lambda y: {}(y))))"
POSITION = "describe(Position, lambda k: position(k, iota(Object, lambda x: {}(x)) and iota(Object, lambda y: {}(y))))"


def questions(k: int) -> tuple[list[str], list[str]]:
    """Programs and answers about image k."""
    programs = [f"exists(Object, lambda x: {word}(x))" for word in WORDS]
    programs += [RELATION.format("person", "hold", "bat"), POSITION.format("ball", "tree")]
    return programs, ["yes" if (k + j) % 2 else "no" for j in range(5)] + [("on", "under")[k % 2]]


def response(k: int) -> np.ndarray:
    return np.random.default_rng(k).normal(size=(5, 1024)).astype(np.float32)


def bold_folder(folder: Path, subjects: tuple[str, ...] = ("CSI1", "CSI2"), n_images: int = 6) -> Path:
    """The first two images of each subject are for testing."""
    for s, subject in enumerate(subjects):
        for k in range(n_images):
            split = "test" if k < 2 else "train"
            image = f"image{k:02d}"
            write_recording(
                folder / subject / split / f"{image}.npy", *questions(k), response(100 * s + k), subject, image
            )
    return folder


def film_folder(folder: Path, n_volumes: int = 40) -> Path:
    """Two subjects, one episode in two chunks, six questions about four moments."""
    folder.mkdir(parents=True, exist_ok=True)
    for s, subject in enumerate(("sub-01", "sub-02")):
        with h5py.File(folder / f"{subject}_task-friends_bold.h5", "w") as file:
            file.attrs["simulated"] = True
            for k, chunk in enumerate(("s01e01a", "s01e01b")):
                rng = np.random.default_rng(10 * s + k)
                values = rng.normal(size=(n_volumes, 1000)).astype(np.float32)
                file[f"ses-00{k + 1}_task-{chunk}"] = values
    annotations().to_csv(folder / "annotations.csv", index=False)
    return folder


def annotations() -> pd.DataFrame:
    rows = [
        ("s01e01a", 5.0, 4.5, "exists x. person(x)", "yes", "train"),
        ("s01e01a", 5.0, 4.5, "exists x. tree(x)", "no", "train"),
        ("s01e01a", 20.0, 4.5, "exists x. person(x)", "no", "train"),
        ("s01e01b", 5.0, 6.0, "exists x. tree(x)", "yes", "train"),
        ("s01e01b", 30.0, 4.5, "exists x. person(x)", "yes", "test"),
        ("s01e01b", 30.0, 4.5, "exists x. tree(x)", "no", "test"),
    ]
    return pd.DataFrame(rows, columns=["chunk", "onset_s", "duration_s", "program", "answer", "split"])
