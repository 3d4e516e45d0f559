"""Files of R."""

import gzip

import pytest

from neurona.datasets.readers.r_files import read_r
from neurona.errors import DataError


def test_a_damaged_file_is_named(tmp_path):
    pytest.importorskip("rdata")
    path = tmp_path / "some.rds"
    path.write_bytes(gzip.compress(b"X\n and nothing"))
    with pytest.raises(DataError, match=r"some\.rds: cannot be read as a file of R"):
        read_r(path)


def test_factors_lists_and_arrays(recorded):
    pytest.importorskip("rdata")
    found = read_r(recorded("haxby2001_vt") / "patterns.rds")
    assert all(type(key) is str for key in found)
    assert found["patterns"].shape == (96, 577)
    assert str(found["category"][0]) == "scissors"
