import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.errors import DataError
from neurona.recordings.events import check_apart, check_events, chosen_types, read_events

HEADER = "onset\tduration\ttrial_type\n"


def written(folder, text):
    path = folder / "events.tsv"
    path.write_bytes(text.encode())
    return path


def test_labels_may_be_any_word_and_rows_without_one_are_left_out(tmp_path):
    path = written(tmp_path, "onset\tduration\ttrial_type\tkind\n1\t2\tnull\ta\n3\tn/a\tn/a\tb\n5\tn/a\tNone\tc\n")
    events = read_events(path)
    assert events.trial_type.tolist() == ["null", "None"]
    assert events.duration.tolist() == [2, 0]
    assert events.index.tolist() == [2, 4]
    assert read_events(path, "kind").trial_type.tolist() == ["a", "b", "c"]


def test_labels_that_are_numbers_keep_their_spelling_whatever_the_other_rows_say(tmp_path):
    rows = ("1\t2\t1\n", "3\t2\t01\n", "5\t2\tn/a\n", "7\t2\t1.0\n", '9\t2\t"1"\n')
    assert read_events(written(tmp_path, HEADER + "".join(rows))).trial_type.tolist() == ["1", "01", "1.0", '"1"']


def test_rows_without_a_label_need_no_onset(tmp_path):
    events = read_events(written(tmp_path, HEADER + "n/a\tn/a\tn/a\n4\t1\tface\n"))
    assert events.onset.tolist() == [4]
    assert events.index.tolist() == [3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("onset\tduration\ttrial_typ\n1\t2\ta\n", "no column 'trial_type'; did you mean 'trial_typ'"),
        (HEADER + "1\t2\ta\nsoon\t2\tb\n", "line 3, column 'onset': found 'soon', expected a number of seconds"),
        (HEADER + "n/a\t2\ta\n", "line 2, column 'onset': found 'n/a', expected a number of seconds"),
        (HEADER + "1\t-2\ta\n", "line 2, column 'duration': found '-2', expected 0 seconds or more"),
        (HEADER + "1\t2\t\n", "line 2, column 'trial_type': found '', expected a word, or n/a"),
        (HEADER + "1,5\t2\ta\n", "line 2, column 'onset': found '1,5'"),
        ("", "is empty; expected a table whose first line names the columns"),
    ],
)
def test_a_faulty_table_is_named_with_line_and_column(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_events(written(tmp_path, text))


def events(*rows):
    return pd.DataFrame(rows, columns=["onset", "duration", "trial_type"], index=range(2, 2 + len(rows)))


def test_events_outside_the_run_are_refused_with_their_line():
    with pytest.raises(DataError, match=r"E: line 3: the event 'b' runs from -1 s to 1 s, outside .*drop_incomplete"):
        check_events(events((0.0, 2.0, "a"), (-1.0, 2.0, "b")), "E", 10)
    with pytest.raises(DataError, match=r"line 2: .* outside the recording \(0 to 10 s\)"):
        check_events(events((10.0, 0.0, "a")), "E", 10)
    check_events(events((9.0, 2.0, "a")), "E", 10)
    with pytest.raises(DataError, match="line 2"):
        check_events(events((9.0, 2.0, "a")), "E", 10, blocks=True)


def test_two_trials_at_one_time_are_refused_with_both_lines():
    with pytest.raises(DataError, match=r"E: lines 2 and 4: 'a' at 1 s stands there twice; delete one"):
        check_apart(events((1.0, 2.0, "a"), (5.0, 2.0, "b"), (1.0, 2.0, "a")), "E")
    with pytest.raises(DataError, match=r"lines 2 and 3: 'a' and 'b' are both at 1 s, .* trial_types"):
        check_apart(events((1.0, 2.0, "a"), (1.0, 2.0, "b")), "E")
    check_apart(events((1.0, 2.0, "a"), (1.1, 2.0, "a")), "E")


def test_wanted_types_must_be_there():
    tables = [events((1.0, 2.0, "b")), events((1.0, 2.0, "a"))]
    assert chosen_types(tables, None) == ["a", "b"]
    assert chosen_types(tables, ["b"]) == ["b"]
    with pytest.raises(DataError, match="trial_types: no event of type 'bb' in any run; did you mean 'b'"):
        chosen_types(tables, ["bb"])


CELL = st.text(st.characters(exclude_characters="\t\r\n\0", exclude_categories=("Cs",)), max_size=8)


@given(labels=st.lists(CELL, min_size=1, max_size=6))
def test_a_label_is_what_was_written_or_an_error(tmp_path_factory, labels):
    path = tmp_path_factory.mktemp("events") / "events.tsv"
    path.write_bytes((HEADER + "".join(f"{k}\t1\t{label}\n" for k, label in enumerate(labels))).encode())
    try:
        found = read_events(path)
    except DataError as error:
        assert any(label.strip() in ("", "n/a") and label != "n/a" for label in labels), error
        return
    assert found.trial_type.tolist() == [label for label in labels if label != "n/a"]
    assert found.onset.tolist() == [k for k, label in enumerate(labels) if label != "n/a"]
