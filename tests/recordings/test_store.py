import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.errors import DataError
from neurona.recordings import store
from neurona.recordings.recordings import Recordings

ATTRS = {"modality": "fmri", "units": "z", "sampling_hz": 0.5, "space": "", "simulated": 1}


def coordinates(n, channels, times):
    return {
        "recording": ("recording", [f"r{k}" for k in range(n)]),
        "channel": ("channel", [f"c{k}" for k in range(channels)]),
        "time": ("time", 2.0 * np.arange(times)),
        "subject": ("recording", ["s"] * n),
        "group": ("channel", ["g"] * channels),
    }


@settings(max_examples=15)
@given(data=st.data())
def test_chunks_in_any_order_make_the_store_that_save_writes(tmp_path_factory, data):
    n, channels, times = (data.draw(st.integers(1, 7)) for _ in range(3))
    rows = data.draw(st.integers(1, 8))
    values = np.random.default_rng(0).normal(size=(n, channels, times)).astype(np.float32)
    path = tmp_path_factory.getbasetemp() / "any.zarr"
    store.start(path, (n, channels, times), rows)
    for first in data.draw(st.permutations(range(0, n, rows))):
        store.write_rows(path, first, values[first : first + rows])
    made = store.finish(path, coordinates(n, channels, times), ATTRS)
    made.save(path.with_name("saved.zarr"))
    for opened in (Recordings.open(path), Recordings.open(path.with_name("saved.zarr"))):
        np.testing.assert_array_equal(opened.data.values, values)
        assert opened.data.attrs == ATTRS
        assert set(opened.data.coords) == set(coordinates(1, 1, 1))


def test_a_chunk_can_be_written_again_and_left_overs_go(tmp_path):
    path = tmp_path / "r.zarr"
    store.start(path, (4, 1, 2), 2)
    for first in (0, 2, 0):
        store.write_rows(path, first, np.full((2, 1, 2), first + 1.0))
    (path / "signal" / "0.0.0.77.partial").write_bytes(b"x")
    made = store.finish(path, coordinates(4, 1, 2), ATTRS)
    assert made.data.values[:, 0, 0].tolist() == [1, 1, 3, 3]
    assert not list(path.rglob("*.partial"))


@pytest.mark.parametrize("name", [".zattrs", ".zarray", "0"])
def test_coordinates_that_a_killed_writer_left_half_written_are_written_anew(tmp_path, name):
    path = tmp_path / "r.zarr"
    store.start(path, (4, 1, 2), 4)
    store.write_rows(path, 0, np.ones((4, 1, 2)))
    store.finish(path, coordinates(4, 1, 2), ATTRS)
    (path / "subject" / name).unlink()
    made = store.finish(path, coordinates(4, 1, 2), ATTRS)
    assert made.data.subject.values.tolist() == ["s"] * 4


def test_missing_chunks_are_counted(tmp_path):
    store.start(tmp_path / "r.zarr", (5, 1, 2), 2)
    store.write_rows(tmp_path / "r.zarr", 2, np.ones((2, 1, 2)))
    with pytest.raises(DataError, match="2 of 3 chunks were not written"):
        store.finish(tmp_path / "r.zarr", coordinates(5, 1, 2), ATTRS)
