"""Tables between marks are replaced whole, and what was not measured is not told as if it were."""

import pandas as pd
import pytest
import real_tables

from neurona.experiments.papers.records import COLUMNS, empty_line

TEXT = f"before\n{real_tables.BEGIN}\n| old |\n{real_tables.END}\nafter\n"


def lines(verdict="nothing published"):
    line = empty_line("seen", "explain", "Object", None, "it_neurons_7objects") | {"measured": 0.9, "verdict": verdict}
    peer = line | {"kind": "peer", "row": "lda", "measured": 0.8}
    return pd.DataFrame([line, peer], columns=list(COLUMNS))


def test_what_stood_between_the_marks_goes():
    text = real_tables.rebuilt(TEXT, "| new |")
    assert text == TEXT.replace("old", "new")
    with pytest.raises(SystemExit, match="real recordings: begin"):
        real_tables.rebuilt("no marks", "| new |")


def test_decoders_alone_or_with_their_peers():
    alone = real_tables.written([("title", lines())], real_tables.SHORT, decoders_alone=True)
    assert "| explain | Object | 0.900 |" in alone
    assert "lda" not in alone
    assert "| lda | Object | 0.800 |" in real_tables.written(
        [("title", lines())], real_tables.FULL, decoders_alone=False
    )


def test_a_table_whose_runs_are_missing_is_not_told():
    told = real_tables.written(
        [("title", lines("1 of 3 runs missing: no memory"))], real_tables.SHORT, decoders_alone=True
    )
    assert "0.900" not in told
    assert "Not measured on this tree" in told
