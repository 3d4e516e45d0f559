"""Arrays that may be larger than memory are what they would be in memory, whatever their blocks."""

import gc
import time
from pathlib import Path

import numpy as np
import pytest
from on_disk import on_disk

from neurona import blocks
from neurona.blocks import Rows, check_held, give_back, giving_back, memory, parts, room, taken
from neurona.errors import DataError, OutputError


@pytest.fixture
def cut():
    with on_disk(rows=7, values=5):
        yield


def test_what_was_written_is_read_after_its_pages_were_given_back(cut):
    values = np.random.default_rng(0).normal(size=(23, 5)).astype(np.float32)
    found = room(values.shape)
    for part in parts(23, 8 * 5):
        found[part] = values[part]
        give_back(found)
    np.testing.assert_array_equal(found, values)
    give_back(found[3:, 1])
    np.testing.assert_array_equal(found[3:, 1], values[3:, 1])
    part = found[4:9]
    del found
    gc.collect()
    np.testing.assert_array_equal(part, values[4:9])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not say what a process holds")
def test_pages_that_anybody_reads_are_given_back_meanwhile(cut):
    def held():
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(("RssFile", "RssShmem"))) / 1024

    array = room((2**22,))
    array[:] = 1.0
    give_back(array)
    before = held()
    assert array.sum() == 2**22
    assert held() > before + 12
    with giving_back(seconds=0.01):
        end = time.monotonic() + 10
        while held() > before + 4 and time.monotonic() < end:
            time.sleep(0.01)
    assert held() < before + 4
    assert array.sum() == 2**22


def test_small_arrays_are_in_memory_and_one_block():
    assert room((4, 5)).base is None
    assert parts(4, 40) == [slice(0, 4)]
    assert parts(0, 40) == []
    give_back(np.zeros(3))


def test_rows_are_those_of_the_array_in_order_however_they_are_cut(cut):
    values = np.random.default_rng(0).normal(size=(23, 5)).astype(np.float32)
    chosen, less = np.array([0, 3, 4, 9, 11, 12, 13, 20, 22]), np.arange(5.0)
    rows = Rows(values, chosen, less)
    assert rows.shape == (9, 5)
    several = list(rows)
    assert [part for part, _ in several] == [slice(0, 7), slice(7, 9)]
    np.testing.assert_array_equal(np.concatenate([block for _, block in several]), values[chosen] - less)
    np.testing.assert_array_equal(taken(values, chosen[::-1]), values[chosen[::-1]])
    assert np.concatenate([block for _, block in Rows(values)]).dtype == np.float64


def test_sums_over_blocks_are_those_of_all_rows_and_of_some(cut):
    values = np.random.default_rng(0).normal(size=(23, 5))
    rows = Rows(values, np.arange(20), values[0], np.float64)
    np.testing.assert_allclose(
        rows.sum(lambda _, block: block.T @ block), (values[:20] - values[0]).T @ (values[:20] - values[0])
    )
    even = np.arange(20) % 2 == 0
    weight = np.arange(10.0)
    np.testing.assert_allclose(
        rows.take(even).sum(lambda part, block: weight[part] @ block), weight @ (values[:20:2] - values[0])
    )


def test_what_memory_cannot_hold_is_refused_and_what_it_can_is_not(monkeypatch):
    assert memory() > 1e8
    monkeypatch.setattr(blocks, "memory", lambda: 1e9)
    check_held("carriers", 25_000_000, 5)
    with pytest.raises(
        DataError, match=r"carriers: holds 25,000,000 values .* 6 times over, 1\.2 GB, .* has 1\.0 GB; leave it out"
    ):
        check_held("carriers", 25_000_000, 6)


def test_a_disk_without_room_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(blocks, "IN_MEMORY", 0)
    monkeypatch.setattr(blocks, "_set_apart", lambda file, size: (_ for _ in ()).throw(OSError("No space left")))
    with pytest.raises(OutputError, match=r"no room for an array of 0\.8 GB .* set TMPDIR"):
        room((1000, 200_000))
