import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from neurona.datasets.dataset import fingerprint_of, name_of, open_dataset, save_dataset
from neurona.datasets.readers.uea_archive import read
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
    with pytest.raises(OutputError, match="cannot be written"):
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


def test_a_data_set_knows_its_name(saved):
    assert name_of(saved[1]) == NAME


def test_litter_of_the_operating_system_is_no_part_of_it(saved):
    dataset, folder = saved
    before = fingerprint_of(folder)
    for place in (folder, folder / "recordings.zarr", folder / "recordings.zarr" / "signal"):
        (place / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
        (place / "._0.0.0").write_bytes(b"\0\5\x16\7")
    opened = open_dataset(folder, thorough=True)
    np.testing.assert_array_equal(opened.recordings.data.values, dataset.recordings.data.values)
    assert fingerprint_of(folder) == before


def test_the_fingerprint_is_that_of_what_numbers_depend_on(saved, tmp_path):
    dataset, folder = saved
    before = fingerprint_of(folder)
    save_dataset(replace(dataset, checksums={"other": "source"}), tmp_path / "same")
    assert fingerprint_of(tmp_path / "same") == before
    fewer = replace(dataset, questions=dataset.questions.iloc[1:])
    words = replace(dataset, words=Vocabulary(("cat", "dog")))
    for k, other in enumerate((fewer, words)):
        save_dataset(other, tmp_path / f"other{k}")
        assert fingerprint_of(tmp_path / f"other{k}") != before


def test_scenes_of_simulated_data_are_among_what_numbers_depend_on(saved, tmp_path):
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "scenes.yaml").write_text("scenes: []")
    save_dataset(replace(saved[0], truth=tmp_path / "truth"), tmp_path / "own")
    before = fingerprint_of(tmp_path / "own")
    (tmp_path / "truth" / "scenes.yaml").write_text("scenes: [ ]")
    assert fingerprint_of(tmp_path / "own") != before
