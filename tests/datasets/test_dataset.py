import io

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from neurona.datasets.dataset import open_dataset, save_dataset
from neurona.datasets.uea_archive import read
from neurona.errors import DataError, OutputError

NAME = "hand_movement_direction"


@pytest.fixture
def saved(ts_folder, tmp_path):
    dataset = read(NAME, ts_folder, Console(file=io.StringIO()))
    save_dataset(dataset, tmp_path / "set")
    return dataset, tmp_path / "set"


def test_what_is_saved_is_opened_again(saved):
    dataset, folder = saved
    opened = open_dataset(folder)
    np.testing.assert_array_equal(opened.recordings.data.values, dataset.recordings.data.values)
    pd.testing.assert_frame_equal(opened.questions, dataset.questions, check_dtype=False)
    assert opened.checksums == dataset.checksums
    assert opened.card == dataset.card


def test_saving_again_replaces_the_folder_and_leaves_no_other(saved):
    dataset, folder = saved
    save_dataset(dataset, folder)
    assert [path.name for path in folder.parent.iterdir()] == ["set"]


def test_a_changed_part_is_found_by_its_checksum(saved):
    _, folder = saved
    path = folder / "questions.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"questions\.parquet: checksum mismatch"):
        open_dataset(folder)
    path.unlink()
    with pytest.raises(DataError, match=r"questions\.parquet: missing"):
        open_dataset(folder)


def test_a_damaged_pointer_is_named(saved):
    _, folder = saved
    (folder / "dataset.json").write_text("{")
    with pytest.raises(DataError, match=r"dataset\.json: cannot be read"):
        open_dataset(folder)


def test_a_place_that_cannot_be_written_is_an_output_error(saved, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="set NEURONA_CACHE"):
        save_dataset(saved[0], tmp_path / "file" / "set")
