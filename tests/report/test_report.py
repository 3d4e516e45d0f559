"""The report: one file that needs nothing else, says what was found, and runs nothing that a table holds."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser

import pytest
from tiny_run import write_tiny_run

from neurona.errors import ConfigError
from neurona.experiments.runs.finished_run import open_run
from neurona.report import write_report


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return [open_run(write_tiny_run(folder / name, seed)) for seed, name in enumerate(("one", "other"))]


@pytest.fixture(scope="module")
def page(runs):
    """Of two runs, for it holds all that the page of one does."""
    return write_report(runs, runs[0].folder / "report.html").read_text()


class Balanced(HTMLParser):
    """Opening and closing tags in pairs."""

    EMPTY = frozenset(("meta", "img", "br", "line", "!doctype"))

    def __init__(self):
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_file_needs_no_other_and_no_network(page):
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!data:)", page)
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_pictures_are_there_without_being_scrolled_to_as_on_paper(page):
    assert "lazy" not in page


def test_tags_are_in_pairs(page):
    reader = Balanced()
    reader.feed(page)
    assert reader.open == []


def test_what_a_table_holds_is_text(page):
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_every_section_is_there_and_simulated_data_say_so_first(page):
    body = page.index("<body>")
    assert page.index("SIMULATED DATA", body) < page.index("<h1>")
    headings = re.findall(r"<h2.*?>(.*?)</h2>", page)
    told = ["In words", "Accuracy", "Measures", "Pictures", "Concept graphs", "Worst mistakes", "Provenance"]
    title = "quickstart: explain, learned from answers"
    assert headings == ["Compared", *2 * [title, *told]]
    assert page.count('alt="concept graph of') == 6


def test_the_command_writes_beside_the_run_even_without_a_reading(neurona, tmp_path):
    folder = write_tiny_run(tmp_path / "run")
    shutil.rmtree(folder / "reading")
    assert neurona("report", folder)[:2] == (0, f"report: {folder / 'report.html'}\n")
    page = (folder / "report.html").read_text()
    assert "Worst mistakes" in page
    assert "Concept graphs" not in page
    assert neurona("report", folder / "nothing")[0] == 2


def test_no_run_or_three_are_refused(runs, tmp_path):
    for some in ([], [*runs, runs[0]]):
        with pytest.raises(ConfigError, match="of one run, or of two"):
            write_report(some, tmp_path / "report.html")
