import numpy as np
import pytest

from neurona.datasets.readers.ts_format import read_ts
from neurona.errors import DataError

HEAD = "# a comment\n@problemName x\n@dimensions 2\n@seriesLength 3\n@classLabel true up down\n@data\n"


def write(tmp_path, text):
    path = tmp_path / "x.ts"
    path.write_text(text)
    return path


def test_cases_and_labels_are_read_in_order(tmp_path):
    values, labels = read_ts(write(tmp_path, HEAD + "1,2,3:4,5,6:up\n-1,0,1e-3:4,5,6:down\n"))
    np.testing.assert_allclose(values, [[[1, 2, 3], [4, 5, 6]], [[-1, 0, 1e-3], [4, 5, 6]]], rtol=1e-6)
    assert labels == ["up", "down"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no line @data"),
        (HEAD, "no cases after @data"),
        (HEAD + "1,2,3:4,5,6:upp\n", "line 7: label 'upp' is not in the header; did you mean 'up'"),
        (HEAD + "1,2,3:up\n", r"line 7: found 1 channels of \[3\] samples, the header says 2 of 3"),
        (HEAD + "1,2,3:4,5:up\n", r"found 2 channels of \[2, 3\] samples"),
        (HEAD + "1,?,3:4,5,6:up\n", "expected numbers separated by commas"),
    ],
)
def test_faults_name_the_line(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_ts(write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.ts: cannot be read"):
        read_ts(tmp_path / "none.ts")
