"""Rows of an accuracy table in sections."""

from __future__ import annotations

from neurona.evaluation.sections import sections


def row(value):
    return {"value": value, "low": 0.0, "high": 1.0, "n": 10}


def test_rows_are_grouped_and_none_is_told_twice():
    table = {
        "1 hop": row(0.9),
        "2 hops": row(0.6),
        "describe": row(0.3),
        "object": row(0.9),
        "object, absent": row(0.9),
        "overall": row(0.5),
        "relation": row(0.7),
        "relation, roles swapped": row(0.8),
        "yes/no": row(0.65),
    }
    found = {title: list(rows) for title, rows in sections(table).items()}
    assert found == {
        "all questions": ["overall", "yes/no", "describe"],
        "by type": ["object", "relation"],
        "by kind of denied question": ["relation, roles swapped"],
        "yes/no, by hops": ["2 hops"],
    }
