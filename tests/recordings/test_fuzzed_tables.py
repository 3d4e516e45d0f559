"""The fuzzer of the benchmarks, small: a changed file is read as written or refused, and a folder found faultless converts."""

import random
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from own.fuzz_tables import fuzzed_tables, make_case, read_case


@given(seed=st.integers(0, 2**32))
def test_a_changed_file_is_read_as_written_or_refused_in_words(seed):
    with tempfile.TemporaryDirectory() as folder:
        assert read_case(make_case(random.Random(seed)), Path(folder)) in ("read", "refused")


def test_folders_that_are_found_faultless_convert():
    bars = list(fuzzed_tables(count=50, seed=1, folders=4))
    assert len(bars) == 8
    assert all(bar.met is not False for bar in bars)
