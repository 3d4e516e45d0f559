"""A reading's folder: whole or not at all, checked, and never a pickle."""

import numpy as np
import pytest

from neurona.errors import DataError, OutputError
from neurona.readings.files import MANIFEST, open_arrays, save_arrays

ARRAYS = {"a": np.arange(6).reshape(2, 3), "b": np.array([0.1, np.nan], np.float32)}


def test_arrays_come_back_bit_for_bit(tmp_path):
    save_arrays(tmp_path / "reading", {"form": "x", "names": ["é"]}, ARRAYS)
    plain, arrays = open_arrays(tmp_path / "reading", verify=True)
    assert plain == {"form": "x", "names": ["é"]}
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert isinstance(arrays[name], np.memmap)


def test_a_second_reading_replaces_the_first_and_nothing_else(tmp_path):
    save_arrays(tmp_path / "reading", {"n": 1}, ARRAYS)
    save_arrays(tmp_path / "reading", {"n": 2}, {"a": np.zeros(1)})
    assert sorted(path.name for path in (tmp_path / "reading").iterdir()) == ["a.npy", MANIFEST]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    with pytest.raises(OutputError, match="other files"):
        save_arrays(tmp_path / "mine", {}, ARRAYS)
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_objects_are_refused(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        save_arrays(tmp_path / "reading", {}, {"o": np.array([{}], dtype=object)})
    assert not (tmp_path / "reading").exists()


def test_damage_is_named(tmp_path):
    with pytest.raises(DataError, match="expected the folder of a reading"):
        open_arrays(tmp_path)
    folder = save_arrays(tmp_path / "reading", {}, ARRAYS)
    np.save(folder / "a.npy", ARRAYS["a"] + 1)
    open_arrays(folder)
    with pytest.raises(DataError, match=r"a\.npy: its checksum differs"):
        open_arrays(folder, verify=True)
    (folder / "a.npy").unlink()
    with pytest.raises(DataError, match="cannot be read"):
        open_arrays(folder)
