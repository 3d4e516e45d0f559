from pathlib import Path

import pytest

from neurona.errors import ConfigError
from neurona.experiments.papers.published import read_published
from neurona.experiments.papers.tables import read_tables

PAPER = Path(__file__).parents[3] / "experiments" / "neurona_iclr2026"
HEAD = (
    "sources: {p: {title: T, authors: A, year: 2026, where: W, identifier: I}}\ndatasets: {bold5000_qa: B}\nfigures:\n"
)
FIGURE = "  - {table: t, row: r, measure: overall, dataset: bold5000_qa, value: 0.7, source: p, seen: false}\n"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (("in_distribution", "neurona", "overall", "bold5000_qa"), 0.7041),
        (("in_distribution", "neurona", "overall", "cneuromod_qa"), 0.7046),
        (("in_distribution", "linear", "overall", "bold5000_qa"), 0.4692),
        (("in_distribution", "linear", "overall", "cneuromod_qa"), 0.4638),
        (("in_distribution", "UMBRAE", "overall", "bold5000_qa"), 0.4754),
        (("in_distribution", "SDRecon", "overall", "cneuromod_qa"), 0.4430),
        (("in_distribution", "BrainCap", "overall", "bold5000_qa"), 0.4773),
        (("unseen", "neurona", "overall", "bold5000_qa"), 0.6840),
        (("unseen", "neurona", "overall", "cneuromod_qa"), 0.6583),
        (("hypotheses", "H1", "overall", "bold5000_qa"), 0.6451),
        (("hypotheses", "H5", "overall", "bold5000_qa"), 0.7102),
        (("in_distribution", "neurona", "action", "bold5000_qa"), 0.62),
        (("in_distribution", "best baseline", "position", "bold5000_qa"), 0.19),
    ],
)
def test_the_paper_s_numbers_are_there(key, value):
    figure = read_published(PAPER / "published.yaml").find(*key)
    assert figure is not None
    assert figure.value == value


def test_every_number_has_a_source_and_those_whose_table_was_not_at_hand_say_so():
    published = read_published(PAPER / "published.yaml")
    assert all(figure.source in published.sources for figure in published.figures)
    assert all(figure.place != "not known" for figure in published.figures if figure.seen)
    assert "2603.03343" in published.sources["wang2026"].identifier


def test_numbers_stand_in_tables_that_are_made():
    tables = read_tables(PAPER / "tables.yaml").tables
    for figure in read_published(PAPER / "published.yaml").figures:
        assert figure.table in tables
        assert figure.measure in tables[figure.table].measures


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + FIGURE.replace("0.7", "70"), r"figures\[0\]\.value.*less than or equal to 1"),
        (HEAD + FIGURE.replace("source: p", "source: q"), "'q' is none of"),
        (HEAD + FIGURE + FIGURE, "stands 2 times"),
        (HEAD + FIGURE.replace("bold5000_qa", "bold500_qa"), "none of `datasets`; did you mean .bold5000_qa."),
        (HEAD + FIGURE.replace(", seen: false", ""), r"figures\[0\]\.seen: is missing"),
        (HEAD + FIGURE.replace("seen", "sen"), r"unknown key 'figures\[0\]\.sen'; did you mean 'seen'"),
        ("a: [", "not YAML"),
    ],
)
def test_a_number_that_does_not_fit_is_refused(text, message, tmp_path):
    (tmp_path / "published.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_published(tmp_path / "published.yaml")


def test_a_number_of_no_stated_data_set_stands_where_there_is_none_of_this_one():
    published = read_published(PAPER / "published.yaml")
    assert published.find("hypotheses", "H2", "overall", "cneuromod_qa").dataset == "unstated"
    assert published.find("in_distribution", "nobody", "overall", "bold5000_qa") is None
