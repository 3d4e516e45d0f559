import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from neurona.datasets.dataset import open_dataset, save_dataset
from neurona.datasets.uea_archive import read
from neurona.errors import DataError, OutputError
from neurona.programs import Vocabulary

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


def test_the_vocabulary_is_the_folders_own_where_it_has_one_else_the_cards(saved, tmp_path):
    dataset, folder = saved
    assert open_dataset(folder).vocabulary == dataset.card.vocabulary
    (tmp_path / "truth").mkdir()
    words = Vocabulary(("cat", "dog"), categories={"Kind": ("cat", "dog")}, exclusive=("Kind",))
    own = replace(dataset, words=words, truth=tmp_path / "truth", left_out={"a word only in test": 3})
    save_dataset(own, tmp_path / "own")
    opened = open_dataset(tmp_path / "own")
    assert opened.vocabulary == words
    assert opened.truth.resolve() == (tmp_path / "truth").resolve()
    assert opened.left_out == {"a word only in test": 3}
    assert not opened.simulated


def test_recordings_stay_on_disk_until_asked_for(saved):
    _, folder = saved
    lazy, eager = open_dataset(folder), open_dataset(folder, lazy=False)
    assert not lazy.recordings.data.variable._in_memory
    assert eager.recordings.data.variable._in_memory
    assert lazy.recordings.data.equals(eager.recordings.data)


def test_a_damaged_vocabulary_is_named(saved):
    _, folder = saved
    pointer = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps(pointer | {"vocabulary": {"concepts": ["a"]}}))
    with pytest.raises(DataError, match=r"dataset\.json: cannot be read"):
        open_dataset(folder)
