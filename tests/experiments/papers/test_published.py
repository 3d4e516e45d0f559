from pathlib import Path

import pytest

from neurona.errors import ConfigError
from neurona.experiments.config import load_config
from neurona.experiments.papers.plan import chosen_peers
from neurona.experiments.papers.published import UNKNOWN, read_published
from neurona.experiments.papers.tables import read_tables
from neurona.experiments.shipped import shipped_papers
from neurona.experiments.sweeps.over import overrides

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


@pytest.mark.parametrize("folder", shipped_papers().values(), ids=shipped_papers())
def test_a_paper_s_files_agree(folder):
    """Whatever folder has a published.yaml: schemas, sources and places of all numbers, tables that are made, configs that load, and a README."""
    published, tables = read_published(folder / "published.yaml"), read_tables(folder / "tables.yaml")
    assert tables.paper == folder.name
    assert f"neurona reproduce {folder.name}" in (folder / "README.md").read_text(encoding="utf-8")
    for source in published.sources.values():
        assert all((source.title, source.authors, source.where, source.identifier))
    beside = {table.published or name: table for name, table in tables.tables.items()}
    for figure in published.figures:
        assert figure.seen == (figure.place != UNKNOWN), figure
        assert figure.measure in beside[figure.table].measures, figure
    for name, table in tables.tables.items():
        peers = chosen_peers(tables, table)
        for row in table.rows:
            chosen = table.set | tables.rows[row].set | ({"evaluation.baselines": list(peers)} if peers else {})
            config = load_config(folder / (table.config or tables.config), overrides(chosen))
            assert config.training.selection != "test", (name, row)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + FIGURE.replace("0.7", "70"), r"figures\[0\]\.value.*less than or equal to 1"),
        (HEAD + FIGURE.replace("source: p", "source: q"), "'q' is none of"),
        (HEAD + FIGURE + FIGURE, "stands 2 times"),
        (HEAD + FIGURE.replace("bold5000_qa", "bold500_qa"), "none of `datasets`; did you mean .bold5000_qa."),
        (HEAD + FIGURE.replace(", seen: false", ""), r"figures\[0\]\.seen: is missing"),
        (HEAD + FIGURE.replace("seen", "sen"), r"unknown key 'figures\[0\]\.sen'; did you mean 'seen'"),
        (HEAD + FIGURE.replace("seen: false", "seen: true"), "name table and page of a number that was seen"),
        (HEAD.replace("figures:", ""), "say in `left_out` why there are none"),
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
