import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings import recordings as module
from neurona.recordings.recordings import Recordings, rows_per_chunk


def make(values, ids=None):
    size = len(values)
    ids = ids or [f"r{k}" for k in range(size)]
    columns = {name: ["a"] * size for name in ("subject", "run", "split", "label")}
    channels = [f"c{k}" for k in range(values.shape[1])]
    return Recordings.make(
        values, ids=ids, channels=channels, sampling_hz=10.0, start_s=-0.2, modality="eeg", units="uV", **columns
    )


def random_values(size=3):
    return np.random.default_rng(0).normal(size=(size, 2, 5)).astype(np.float32)


def test_time_runs_from_the_start_in_seconds():
    np.testing.assert_allclose(make(random_values()).data.time, [-0.2, -0.1, 0.0, 0.1, 0.2], atol=1e-12)


def test_what_is_saved_is_opened_again(tmp_path):
    recordings = make(random_values())
    recordings.save(tmp_path / "r.zarr")
    opened = Recordings.open(tmp_path / "r.zarr").data
    np.testing.assert_array_equal(opened.values, recordings.data.values)
    assert opened.attrs == recordings.data.attrs
    assert list(opened.recording.values) == ["r0", "r1", "r2"]


def test_a_missing_store_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        Recordings.open(tmp_path / "none.zarr")


def test_faults_are_named_with_their_place():
    values = random_values()
    values[1, 0, 2] = np.nan
    with pytest.raises(DataError, match="file: recording r1, channel c0: NaN or infinite"):
        make(values).validate("file")
    flat = random_values()
    flat[:, 1] = 4
    with pytest.raises(DataError, match=r"1 flat channel\(s\), constant throughout: c1"):
        make(flat).validate("file")
    with pytest.raises(DataError, match="ids repeat"):
        make(random_values(), ["a", "a", "b"]).validate("file")
    with pytest.raises(DataError, match="1 recording"):
        make(random_values(1)).validate("file")


def test_a_store_is_read_batch_by_batch(tmp_path):
    recordings = make(random_values(7))
    recordings.save(tmp_path / "r.zarr")
    lazy = Recordings.open(tmp_path / "r.zarr", lazy=True)
    assert not lazy.data.variable._in_memory
    assert lazy.n_recordings == 7
    batches = list(lazy.batches(3))
    assert [batch.n_recordings for batch in batches] == [3, 3, 1]
    assert all(batch.data.variable._in_memory for batch in batches)
    np.testing.assert_array_equal(np.concatenate([batch.data.values for batch in batches]), recordings.data.values)
    assert [str(name) for batch in batches for name in batch.data.recording.values] == [f"r{k}" for k in range(7)]
    assert not lazy.data.variable._in_memory  # iterating keeps nothing
    assert len(list(lazy.batches())) == 1
    np.testing.assert_array_equal(lazy.data.values, recordings.data.values)


def test_chunks_hold_whole_recordings():
    assert rows_per_chunk(1024, 5) == 102
    assert rows_per_chunk(10**6, 10) == 1


def test_a_damaged_chunk_is_a_data_error_when_it_is_read(tmp_path):
    make(random_values(4)).save(tmp_path / "r.zarr")
    chunk = tmp_path / "r.zarr" / "signal" / "0.0.0"
    chunk.write_bytes(chunk.read_bytes()[:10])
    lazy = Recordings.open(tmp_path / "r.zarr", lazy=True)
    with pytest.raises(DataError, match="recordings 0 to 3: cannot be read"):
        list(lazy.batches())


def test_faults_are_found_in_any_batch(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "rows_per_chunk", lambda channels, times: 2)
    values = random_values(7)
    values[5, 1, 4] = np.inf
    values[6, 0, 0] = np.nan
    make(values).save(tmp_path / "r.zarr")
    with pytest.raises(DataError, match=r"recording r5, channel c1: NaN or infinite \(2 values in all\)"):
        Recordings.open(tmp_path / "r.zarr", lazy=True).validate("file")
    # Constant within every batch, but not throughout: not flat.
    steps = random_values(4)
    steps[:2, 0], steps[2:, 0] = 1, 2
    make(steps).validate("file")
