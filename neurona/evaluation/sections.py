"""The rows of an accuracy table in sections, for those who read it: all questions, by type, by what is denied, by hops; nothing twice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from neurona.evaluation.grouping import SUMMARIES
from neurona.evaluation.metrics.accuracy import Accuracy

SECTIONS = ("all questions", "by type", "by kind of denied question", "yes/no, by hops")


def sections(accuracy: Mapping[str, Accuracy]) -> dict[str, dict[str, Accuracy]]:
    """Title of a section -> its rows.

    Args:
        accuracy: what `accuracy_table` returns.

    Returns:
        Sections without rows are left out, and so are rows whose questions another row has told of: a type whose denied questions are all of one kind, or that
        is all questions of a form, is told once.
    """
    parts: dict[str, list[str]] = {title: [] for title in SECTIONS}
    for name in ("overall", *SUMMARIES[:2], *(name for name in accuracy if name not in SUMMARIES)):
        if name in accuracy:
            parts[_section(name)].append(name)
    found: dict[str, dict[str, Accuracy]] = {}
    told: list[Accuracy] = []
    for title, names in parts.items():
        for name in names:
            if accuracy[name] not in told:
                told.append(accuracy[name])
                found.setdefault(title, {})[name] = accuracy[name]
    return found


def _section(name: str) -> str:
    if name in SUMMARIES:
        return SECTIONS[0]
    if re.fullmatch(r"\d+ hops?", name):
        return SECTIONS[3]
    return SECTIONS[2] if ", " in name else SECTIONS[1]
