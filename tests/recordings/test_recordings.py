import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.recordings import Recordings


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
