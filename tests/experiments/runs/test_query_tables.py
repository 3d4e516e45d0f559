import pandas as pd
from rich.table import Table

from neurona.experiments.runs.query_tables import MOST_ROWS, answers_table
from neurona.readings import About

ABOUT = About("twin", "explain", simulated=True)


def said(count: int) -> pd.DataFrame:
    columns = {"recording": "sub-1", "query": "exists x. man(x)", "answer": "yes"}
    return pd.DataFrame(
        {**columns, "probability": 0.75, "prior": 0.5, "as_asked": float("nan"), "error": 0.01, "truth": ""},
        index=range(count),
    )


def test_few_answers_are_a_table_and_many_are_lines():
    assert isinstance(answers_table(said(MOST_ROWS), ABOUT), Table)
    text = answers_table(said(MOST_ROWS + 1), ABOUT)
    lines = text.splitlines()
    assert lines[0] == "twin, explain, learned from answers (SIMULATED DATA)"
    assert lines[1].split() == ["recording", "query", "answer", "as", "asked", "probability", "prior", "error"]
    assert lines[2].split() == ["sub-1", "exists", "x.", "man(x)", "yes", "0.750", "0.500", "0.010"]
    assert len(lines) == MOST_ROWS + 3
