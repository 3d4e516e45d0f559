import mne
import numpy as np
import pytest
from edf_files import write_edf

from neurona.errors import DataError
from neurona.recordings.gaps import gaps_of, mark_gaps, record_times, refuse_gaps


def test_a_discontinuous_file_with_a_gap_is_refused_and_the_gap_is_named(tmp_path):
    path = write_edf(tmp_path / "a.edf", shifted_from=10)
    times, length = record_times(path)
    assert (times[9], times[10], length) == (9, 13, 1)
    with pytest.raises(
        DataError, match=r"a.edf: discontinuous .* after 10 s of signal: data record 11 starts at 13 s, expected 10 s"
    ):
        refuse_gaps(path)


@pytest.mark.parametrize("kind", [b"EDF+D", b"EDF+C"])
def test_a_file_without_a_gap_is_read_whatever_its_header_calls_it(tmp_path, kind):
    refuse_gaps(write_edf(tmp_path / "a.edf", kind=kind))


def test_a_record_without_a_time_stamp_is_named(tmp_path):
    path = write_edf(tmp_path / "a.edf")
    path.write_bytes(path.read_bytes().replace(b"+4\x14\x14", b"????"))
    with pytest.raises(DataError, match="data record 5 has no time stamp"):
        refuse_gaps(path)


def raw_with(marks, meas_date=None, first_samp=0):
    info = mne.create_info(["C3"], 100.0, "eeg")
    raw = mne.io.RawArray(np.zeros((1, 1000)), info, first_samp=first_samp, verbose="error")
    raw.set_meas_date(meas_date)
    onsets, durations, words = zip(*marks, strict=True)
    return raw.set_annotations(mne.Annotations(onsets, durations, words))


@pytest.mark.parametrize(("meas_date", "first_samp"), [(None, 0), (0, 0), (0, 500), (None, 500)])
@pytest.mark.parametrize("word", ["boundary", "New Segment/", "BAD_ACQ_SKIP", "EDGE boundary"])
def test_gaps_are_the_marks_of_interruptions_and_no_events(word, meas_date, first_samp):
    raw = raw_with(
        [(0.0, 0.0, word), (4.0, 0.5, word), (6.0, 0.2, "Bad smell"), (7.0, 0.2, "Face")], meas_date, first_samp
    )
    assert gaps_of(raw) == [(pytest.approx(4.0), 0.5)]
    marked = mark_gaps(raw, gaps_of(raw))
    assert list(marked.annotations.description) == ["BAD_ACQ_SKIP"]
    assert gaps_of(marked) == [(pytest.approx(4.0), 0.5)]


def test_windows_over_a_gap_are_dropped_and_those_beside_it_are_not():
    raw = mark_gaps(raw_with([(4.0, 0.0, "boundary")]), [(4.0, 0.0)])
    events = np.array([[sample, 0, 1] for sample in (100, 350, 390, 420)])
    epochs = mne.Epochs(raw, events, tmin=-0.1, tmax=0.3, baseline=None, preload=True, verbose="error")
    assert [log for log in epochs.drop_log if log] == [("BAD_ACQ_SKIP",)]
    assert epochs.selection.tolist() == [0, 1, 3]
