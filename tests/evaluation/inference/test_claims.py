"""Claims: when they hold, when they fail, and how they are written down."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from neurona.errors import DataError
from neurona.evaluation import Claim, claims_markdown, claims_rich_table, claims_table


@pytest.mark.parametrize(
    ("claim", "verdict", "undecided"),
    [
        (Claim("better", 0.02, 0.01, 0.03, 0.001), "holds", False),
        (Claim("perhaps better", 0.02, -0.01, 0.05, 0.2), "fails", True),
        (Claim("worse", -0.02, -0.03, -0.01, 0.001), "fails", False),
        (Claim("not significant", 0.02, 0.001, 0.05, 0.2), "fails", False),
        (Claim("without a test", 0.02, 0.01, 0.03), "holds", False),
        (Claim("above 0.9", 0.93, 0.91, 0.95, bound=0.9), "holds", False),
        (Claim("small loss", 0.01, -0.01, 0.02, kind="at most", bound=0.03), "holds", False),
        (Claim("perhaps small", 0.01, -0.01, 0.05, kind="at most", bound=0.03), "fails", True),
        (Claim("large loss", 0.1, 0.05, 0.15, 0.001, kind="at most", bound=0.03), "fails", False),
    ],
)
def test_a_claim_holds_where_its_whole_interval_does(claim, verdict, undecided):
    row = claims_table([claim]).iloc[0]
    assert (row.verdict, bool(row.undecided)) == (verdict, undecided)


def test_many_claims_need_smaller_p_values():
    borderline = Claim("borderline", 0.02, 0.001, 0.04, 0.04)
    assert claims_table([borderline]).verdict[0] == "holds"
    others = [Claim(f"none {k}", 0.0, -0.02, 0.02, 0.9) for k in range(4)]
    assert claims_table([borderline, *others]).verdict[0] == "fails"
    # Claims of smallness are no tests of no effect, and cost nothing.
    small = [Claim(f"small {k}", 0.0, -0.02, 0.02, 0.9, kind="at most", bound=0.03) for k in range(4)]
    assert claims_table([borderline, *small]).verdict[0] == "holds"


def test_tables_show_all_figures_and_say_simulated_in_every_line():
    table = claims_table(
        [Claim("H5 | H4", 0.02, 0.01, 0.03, 1e-9), Claim("loss", 0.01, 0.0, 0.05, kind="at most", bound=0.03)]
    )
    text = claims_markdown(table, "The paper", simulated=True)
    assert text.startswith("## The paper (SIMULATED DATA)\n")
    lines = text.splitlines()[4:]
    assert lines[0] == "| H5 \\| H4 | +0.020 | +0.010 to +0.030 | < 0.0001 | < 0.0001 | holds | SIMULATED |"
    assert "loss (<= 0.03)" in lines[1]
    assert "fails, undecided" in lines[1]
    assert all("SIMULATED" in line for line in lines)
    assert "SIMULATED" not in claims_markdown(table)
    output = io.StringIO()
    Console(width=80, file=output).print(claims_rich_table(table, simulated=True))
    assert max(len(row) for row in output.getvalue().splitlines()) <= 80
    for part in ("Claims (SIMULATED DATA)", "H5 | H4", "+0.010 to +0.030", "holds", "undecided"):
        assert part in output.getvalue()


def test_no_claims_are_an_error():
    with pytest.raises(DataError, match="none to judge"):
        claims_table([])
