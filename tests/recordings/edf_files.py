"""SIMULATED EDF+ files, whole and with gaps."""

import edfio
import numpy as np


def write_edf(path, *, records=20, shifted_from=None, by=3, kind=b"EDF+D"):
    """An EDF+ file of 1 s records; records from `shifted_from` on were taken `by` seconds later."""
    signal = np.random.default_rng(0).normal(size=100 * records)
    note = edfio.EdfAnnotation(1.0, None, "x")
    one = edfio.EdfSignal(signal, 100, label="C3", physical_dimension="uV")
    edfio.Edf([one], annotations=[note], data_record_duration=1).write(path)
    content = path.read_bytes().replace(b"EDF+C", kind, 1)
    for k in range(records - 1, (shifted_from or records) - 1, -1):
        content = content.replace(b"+%d\x14\x14" % k, b"+%d\x14\x14" % (k + by))
    path.write_bytes(content)
    return path
