"""Nothing stands on both sides of a split, or the check says what does."""

import tracemalloc

import numpy as np
import pytest

from neurona.datasets.leakage import check_leakage
from neurona.datasets.splits import ByImage, Split, by_image
from neurona.errors import DataError
from neurona.recordings.recordings import Recordings

IDS = [f"r{k:02d}" for k in range(20)]
SPLIT = Split("mine", tuple(IDS[:12]), tuple(IDS[15:]), tuple(IDS[12:15]))


def recordings(values, run=None, image=None):
    made = Recordings.make(
        values,
        ids=[f"r{k:02d}" for k in range(len(values))],
        channels=[f"c{k}" for k in range(values.shape[1])],
        sampling_hz=1.0,
        modality="fmri",
        units="a.u.",
        subject=["s"] * len(values),
        run=run or [f"run-{k // 5}" for k in range(len(values))],
        split=["train"] * len(values),
        label=["x"] * len(values),
        simulated=True,
    )
    return Recordings(made.data.assign_coords(image=("recording", image))) if image else made


def check(made, split=SPLIT, **options):
    """The report of one fold."""
    (report,) = check_leakage([split.fold(made.data.recording.values)], made, **options)
    return report


@pytest.fixture
def values():
    # Simulated: a large mean that all recordings share, as in fMRI, and noise.
    rng = np.random.default_rng(0)
    return (100 * rng.normal(size=(1, 30, 4)) + rng.normal(size=(20, 30, 4))).astype(np.float32)


def test_independent_recordings_pass_though_they_share_a_mean(values):
    report = check(recordings(values))
    assert (report.n_train, report.n_test) == (15, 5)
    whole = (values - values.mean(axis=0)).reshape(20, -1)
    across = np.corrcoef(whole)[:15, 15:]
    assert report.highest == pytest.approx(across.max(), abs=1e-4)
    assert report.pair == tuple(np.array(IDS)[[15 * 0 + across.argmax() // 5, 15 + across.argmax() % 5]])


@pytest.mark.parametrize("block", [1, 7, 512])
def test_a_copy_is_refused_and_a_near_duplicate_told(values, block):
    values[16] = values[3]
    with pytest.raises(DataError, match=r"leaks: 1 recording.* equal to the last bit: r03 = r16"):
        check(recordings(values), block=block)
    values[16] += 0.01 * np.random.default_rng(1).normal(size=values[16].shape).astype(np.float32)
    values[18] = values[14] * 2
    values[18] -= values.mean(axis=0)
    report = check(recordings(values), block=block)
    assert report.near == 1
    assert report.pair == ("r03", "r16")
    assert report.highest > 0.99


def test_of_many_recordings_some_are_compared_but_copies_are_looked_for_among_all(values):
    report = check(recordings(values), most=4)
    assert (report.n_train, report.n_test) == (15, 5)
    values[16] = values[3]
    with pytest.raises(DataError, match="r03 = r16"):
        check(recordings(values), most=1)


def test_a_run_or_an_image_on_both_sides_is_named(values):
    run = ["run-1"] * 4 + ["run-2"] * 11 + ["run-1"] * 5
    with pytest.raises(DataError, match=r"leaks: 1 run.* on both sides: 's run-1'; split by run"):
        check(recordings(values, run=run))
    image = [f"i{k % 8}" for k in range(20)]
    with pytest.raises(DataError, match=r"leaks: 5 image.* on both sides: 'i0', 'i1'"):
        check(recordings(values, image=image), apart=["image"])


def test_a_split_of_images_keeps_their_recordings_together(values):
    image = [f"i{k % 8}" for k in range(20)]
    split = by_image(image, test=0.25)
    made = recordings(values, image=image)
    (report,) = check_leakage(ByImage(split).folds(made), made, apart=["image"])
    assert report.n_test >= 4


def test_runs_of_the_same_name_in_two_subjects_are_two_runs(values):
    made = recordings(values, run=["run-1"] * 20)
    subjects = ["a"] * 15 + ["b"] * 5
    check(Recordings(made.data.assign_coords(subject=("recording", subjects))))


def test_unknown_coordinates_and_empty_sides_are_refused(values):
    with pytest.raises(DataError, match="the recordings say nothing about 'runs'; did you mean 'run'"):
        check(recordings(values), apart=["runs"])
    with pytest.raises(DataError, match="none of the recordings is on the training side"):
        check(recordings(values), Split("mine", ("x",), ("r01",)))


def test_folds_that_share_one_reading_are_told_what_each_alone_is(values, tmp_path, monkeypatch):
    splits = [SPLIT, Split("other", tuple(IDS[8:]), tuple(IDS[:8]))]
    made = recordings(values)
    made.save(tmp_path / "store")
    lazy, read = Recordings.open(tmp_path / "store", lazy=True), []
    batches = Recordings.batches
    monkeypatch.setattr(
        Recordings, "batches", lambda self, size=None: (read.append(b) or b for b in batches(self, size))
    )
    together = check_leakage([split.fold(np.array(IDS)) for split in splits], lazy, apart=[], most=6)
    assert sum(batch.n_recordings for batch in read) == 20
    assert together == [check(made, split, apart=[], most=6) for split in splits]


def test_a_lazy_study_is_never_in_memory_as_a_whole(tmp_path):
    rows = 1200
    store = np.lib.format.open_memmap(tmp_path / "values.npy", mode="w+", dtype=np.float32, shape=(rows, 50, 40))
    rng = np.random.default_rng(0)
    for start in range(0, rows, 300):
        store[start : start + 300] = rng.normal(size=(300, 50, 40))
    made = recordings(np.zeros((rows, 1, 1), np.float32))
    lazy = made.data.isel(channel=0, time=0, drop=True).expand_dims(channel=50, time=40, axis=(1, 2)).copy(data=store)
    ids = [f"r{k:02d}" for k in range(rows)]
    split = Split("mine", tuple(ids[:1000]), tuple(ids[1000:]))
    tracemalloc.start()
    report = check(Recordings(lazy), split, block=60, most=100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.highest < 0.3
    assert peak < store.nbytes / 2
