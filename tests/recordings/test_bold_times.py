from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.bids_files import Sidecar
from neurona.recordings.bold_times import header_tr, volume_times

BOLD = Path("sub-01_bold.nii.gz")


def image(tr=2.0, unit="sec"):
    found = nib.Nifti1Image(np.zeros((2, 2, 2, 4), np.float32), np.eye(4))
    found.header["pixdim"][4] = tr
    found.header.set_xyzt_units("mm", unit)
    return found


def times(header, **fields):
    return volume_times(BOLD, header, Sidecar(BOLD, fields, dict.fromkeys(fields, Path("task-look_bold.json"))))


def test_the_unit_of_a_header_counts():
    assert header_tr(image(2000.0, "msec")) == pytest.approx(2.0)
    assert header_tr(image(2e6, "usec")) == pytest.approx(2.0)
    assert header_tr(image(0.0)) is None
    assert header_tr(image(2.0, "hz")) is None


@pytest.mark.parametrize(
    ("tr", "unit"), [(2.0, "sec"), (2000.0, "msec"), (0.0, "sec"), (2000.0, "unknown"), (2.0, "hz")]
)
def test_a_sidecar_says_what_a_header_leaves_open(tr, unit):
    found = times(image(tr, unit), RepetitionTime=2.0)
    np.testing.assert_allclose(found.times, [0, 2, 4, 6], atol=1e-6)
    assert found.end == pytest.approx(8.0)


def test_a_header_alone_will_do():
    np.testing.assert_allclose(times(image(1.5)).times, [0, 1.5, 3, 4.5])


def test_slices_may_be_timed_to_another_moment():
    np.testing.assert_allclose(times(image(), RepetitionTime=2.0, StartTime=0.97).times, [0.97, 2.97, 4.97, 6.97])


def test_sparse_sampling_lists_the_volumes():
    found = times(image(0.0), VolumeTiming=[0, 2, 5, 7])
    assert found.times.tolist() == [0, 2, 5, 7]
    assert found.tr == pytest.approx(7 / 3)


@pytest.mark.parametrize(
    ("header", "fields", "message"),
    [
        (
            image(2.0),
            {"RepetitionTime": 2000},
            r"bold.json: RepetitionTime is 2000; expected seconds .* \(is it in ms\?\)",
        ),
        (image(2.0), {"RepetitionTime": 0}, "bold.json: RepetitionTime is 0; expected seconds between 0.1 and 20$"),
        (image(2.0), {"RepetitionTime": "n/a"}, r'bold.json: RepetitionTime is "n/a", expected a number of seconds'),
        (
            image(2.0),
            {"RepetitionTime": 2.5},
            "header's TR is 2 s, RepetitionTime of task-look_bold.json 2.5 s; correct",
        ),
        (
            image(2000.0),
            {"RepetitionTime": 2.0},
            r"sub-01_bold.nii.gz: the header's TR is 2000; expected seconds .* in ms",
        ),
        (image(0.0), {}, "neither its header .* nor a sidecar says the TR; add RepetitionTime to sub-01_bold.json"),
        (image(2000.0, "unknown"), {}, "header's TR is 2000"),
        (image(2.0), {"StartTime": 970}, "StartTime is 970, expected seconds"),
        (
            image(2.0),
            {"VolumeTiming": [0, 2, 4]},
            r"VolumeTiming is \[0, 2, 4\], expected 4 numbers, one a volume; found 3",
        ),
        (image(2.0), {"VolumeTiming": [0, 4, 2, 6]}, r"expected ascending numbers; number 3 \(2\) follows 4"),
        (image(2.0), {"VolumeTiming": ["0", 2, 4, 6]}, "expected a list of numbers of seconds"),
        (image(2.0), {"VolumeTiming": [0, 2000, 4000, 6000]}, r"mean distance in VolumeTiming is 2000; .* in ms"),
        (image(2.0), {"VolumeTiming": [0, 2, 4, 6], "RepetitionTime": 2}, "expected either it or RepetitionTime"),
    ],
)
def test_contradictions_and_other_units_are_refused(header, fields, message):
    with pytest.raises(DataError, match=message):
        times(header, **fields)
