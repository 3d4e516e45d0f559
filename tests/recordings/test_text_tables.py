import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.text_tables import read_text_table


def table(folder, content, name="table.tsv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_text_table(path)


def test_cells_are_what_was_written(tmp_path):
    found = table(tmp_path, 'a\tb\n01\t"Where is it\nNone\t it"\n')
    assert found.cells("a") == ("01", "None")
    assert found.cells("b") == ('"Where is it', ' it"')
    assert found.lines == (2, 3)


def test_byte_order_marks_line_ends_and_empty_lines_are_no_content(tmp_path):
    found = table(tmp_path, b"\xef\xbb\xbfa\tb\r\n\r\n1\t2\r\n\t\r\n3\t4")
    assert (found.cells("a"), found.cells("b"), found.lines) == (("1", "3"), ("2", "4"), (3, 5))


def test_a_line_break_of_unicode_is_a_character_of_its_cell(tmp_path):
    assert table(tmp_path, "a\tb\none\u2028two\x0bthree\t2\n").cells("a") == ("one\u2028two\x0bthree",)


def test_a_column_without_name_and_content_is_a_tab_at_the_end_of_every_line(tmp_path):
    assert list(table(tmp_path, "a\tb\t\n1\t2\t\n").columns) == ["a", "b"]


def test_missing_values_are_n_a_alone(tmp_path):
    found = table(tmp_path, "a\tb\nn/a\tNA\nNaN\tn/a\n")
    assert found.texts("a") == [None, "NaN"]
    assert found.texts("b") == ["NA", None]


def test_numbers_are_read_when_asked_for(tmp_path):
    found = table(tmp_path, "a\tb\n 1.5\tx\n-.2e1\ty\nn/a\tz\n")
    np.testing.assert_array_equal(found.numbers("a"), [1.5, -2, np.nan])
    with pytest.raises(DataError, match=r"table.tsv: line 2, column 'b': found 'x', expected a number"):
        found.numbers("b")


@pytest.mark.parametrize("cell", ["nan", "inf", "1_000", "1,5", "0x10", "1e999", "2 s", "", "٣"])
def test_what_is_no_plain_number_is_refused(tmp_path, cell):
    with pytest.raises(DataError, match="line 2, column 'a'"):
        table(tmp_path, f"a\tb\n{cell}\t1\n").numbers("a")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\tb\n1\t2\t\n", r"line 2 has 3 fields, the header 2; the last is empty: delete the separator \(tab\)"),
        ("a\tb\n1\t2\n1\n", r"line 3 has 1 fields, the header 2; write n/a"),
        ("a\tb\n1\t2\t3\n", r"line 2 has 3 fields, the header 2; name every column"),
        ("a\tb\ta\n1\t2\t3\n", "2 columns are named 'a'"),
        ("a\t\tb\n1\t2\t3\n", "column 2 has no name"),
        ("\n\n", "is empty"),
        (b"\xff\xfea\x00", "UTF-16; save it as UTF-8"),
        (b"a\tb\nGe\xe4u\t1\n", "line 2 holds a byte that is not UTF-8"),
        ("a\n\n1\0\n", "line 3 holds a NUL byte"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        table(tmp_path, content)


def test_another_separator_is_told(tmp_path):
    with pytest.raises(DataError, match="no column 'onset'; found commas between columns, expected tabs"):
        table(tmp_path, "onset,duration\n1,2\n").cells("onset")
    with pytest.raises(DataError, match="found semicolons between columns, expected commas"):
        table(tmp_path, "onset;duration\n1;2\n", "table.csv").cells("onset")


def test_commas_may_be_quoted_in_csv(tmp_path):
    found = table(tmp_path, 'a,b\n"x, ""y""","two\nlines"\n1,2\n', "table.csv")
    assert found.cells("a") == ('x, "y"', "1")
    assert found.lines == (2, 4)
    with pytest.raises(DataError, match=r"line 2: .*close quotation marks"):
        table(tmp_path, 'a,b\n"x,1\n', "table.csv")


def test_a_file_that_is_not_here_is_told_how_to_be_fetched(tmp_path):
    (tmp_path / "link.tsv").symlink_to("../.git/annex/objects/aa/MD5E-s1--0.tsv")
    with pytest.raises(DataError, match=r"link.tsv: its content is not here.*datalad get"):
        read_text_table(tmp_path / "link.tsv")
    with pytest.raises(DataError, match=r"only points to it.*datalad get"):
        table(tmp_path, "/annex/objects/MD5E-s1--0.tsv\n")
    with pytest.raises(DataError, match="no such file"):
        read_text_table(tmp_path / "nothing.tsv")
