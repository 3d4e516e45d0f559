"""Tables of what a reading says: answers, the entities that carry a word, the likeliest scenes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from rich.markup import escape
from rich.table import Table

from neurona.errors import ConfigError
from neurona.evaluation.simulated import SIMULATED
from neurona.execution.world_shares import likeliest
from neurona.programs import expand
from neurona.programs.facts import Fact
from neurona.programs.pairs import PAIRED
from neurona.programs.tree import Describe, names
from neurona.readings import About, Reading, WorldReading
from neurona.readings.belief import log_odds
from neurona.readings.joined import JoinedReading
from neurona.readings.nearest_change import nearest_change

TOP = 3
"""Entities that are shown of each word."""
RANKED = 8
"""Answers that are shown to a question for things."""
MOST_ROWS = 200
"""Answers in a table that wraps its cells, which takes a millisecond a row; more go as plain text, a line each."""


def answers_table(said: pd.DataFrame, about: About, given: str | None = None) -> Table | str:
    """What `Reading.ask` returns: the answer, and its four numbers each under its name; of many answers, as plain text."""
    title = f"{about.dataset}, {about.decoder}, learned from {about.supervision}" + (
        f", given {given}" if given else ""
    )
    if len(said) > MOST_ROWS:
        return "\n".join([_title(title, about), *_lines(said)])
    table = _table(title, about)
    texts = [
        "recording",
        "query",
        "answer",
        *(["set"] if "set" in said else []),
        *(["truth"] if (said.truth != "").any() else []),
    ]
    for column in texts:
        table.add_column(column, overflow="fold")
    for column in ("as asked", "probability", "prior", "error"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in said.to_dict("records"):
        table.add_row(
            *(escape(str(row[key])) for key in texts),
            *(_number(row[key]) for key in ("as_asked", "probability", "prior", "error")),
        )
    return table


def summary_table(found: pd.DataFrame, about: About) -> Table:
    """What `asking.summary` returns."""
    table = _table("over recordings", about)
    known = bool(found.known.any())
    table.add_column("query", overflow="fold", min_width=14)
    table.add_column("answers", overflow="fold", min_width=8)
    for column in ("mean p", "prior", *(("accuracy", "95 %", "known") if known else ()), "n"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in found.to_dict("records"):
        right = (_number(row["accuracy"]), f"{_number(row['low'])}-{_number(row['high'])}", str(row["known"]))
        if not row["known"]:
            right = ("", "", "0")
        table.add_row(
            escape(row["query"]),
            escape(row["answers"]),
            _number(row["probability"]),
            _number(row["prior"]),
            *(right if known else ()),
            str(row["n"]),
        )
    return table


def change_in_words(reading: Reading, text: str, recording: str) -> str:
    """The smallest change of the decoded scene that turns the answer to a query.

    Raises:
        ConfigError: the decoder's reading is not made of possible worlds.
        QueryError: the query asks for a number or a word.
    """
    part = _worlds_of(reading, recording, "--why-not")
    change = nearest_change(part.worlds, part.parse(text), int(part.rows([recording])[0]))
    if change is None:
        return "in every scene that is held possible the answer is the same"
    turns = [f"without {_in_words(change.less)}"] if change.less else []
    turns += [f"with {_in_words(change.more)}"] if change.more else []
    return (
        f"{'yes' if change.holds else 'no'} in the likeliest scene (share {change.share:.3f}); it would be "
        f"{'no' if change.holds else 'yes'} {' and '.join(turns)} (share {change.other_share:.3f})"
    )


def ranked_table(reading: Reading, question: str, recording: str, given: str | None = None) -> Table:
    """The likeliest answers to a question for things."""
    table = _table(f"{recording}: {question}", reading.about)
    table.add_column("answer", overflow="fold")
    for column in ("probability", "prior", "error"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in reading.rank(question, recording, given=given).head(RANKED).to_dict("records"):
        table.add_row(escape(row["answer"]), *(_number(row[name]) for name in ("probability", "prior", "error")))
    return table


def carriers_table(reading: Reading, texts: Sequence[str], recording: str) -> Table | None:
    """The words that queries ask for: what their log odds in this recording are made of, and the strongest entities.

    None where the decoder cannot say which entities carry a word, or none of the words has carriers.
    """
    words = tuple(dict.fromkeys(word for text in texts for word in _concepts(reading, text)))
    found = reading.carriers(recording, words) if words else None
    if found is None or not found.words:
        return None
    said = reading.ask([f"exists x. {word}(x)" for word in found.words], recording)
    total = log_odds(said.probability.to_numpy())
    table = _table(f"{recording}: evidence of entities (log odds)", reading.about)
    table.add_column("word")
    for column in ("log odds", "prior", "bias", "evidence", "rest"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("strongest entities", overflow="fold")
    for k, word in enumerate(found.words):
        evidence = found.evidence[:, k]
        parts = found.prior_log_odds[k], found.bias[k], evidence.sum()
        strongest = np.argsort(-np.abs(evidence), kind="stable")[:TOP]
        table.add_row(
            escape(word),
            *(f"{value:+.2f}" for value in (total[k], *parts, total[k] - sum(parts))),
            escape("; ".join(f"{found.entities[row]} {evidence[row]:+.2f}" for row in strongest)),
        )
    return table


def worlds_table(reading: Reading, recording: str, count: int, given: str | None = None) -> Table:
    """The likeliest scenes of a recording, and the share of each; see `likeliest_scenes`."""
    title = f"{recording}: the likeliest scenes" + (f", given {given}" if given else "")
    table = _table(title, reading.about)
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("what holds", overflow="fold")
    for share, text in likeliest_scenes(reading, recording, count, given):
        table.add_row(f"{share:.3f}", escape(text))
    return table


def likeliest_scenes(reading: Reading, recording: str, count: int, given: str | None = None) -> list[tuple[float, str]]:
    """The likeliest scenes of a recording: share, and what holds; given a formula, of the scenes in which it is true.

    Raises:
        ConfigError: the decoder's reading is not made of possible worlds.
        QueryError: no scene that is thought possible holds what is given.
    """
    part = _worlds_of(reading, recording, "--worlds")
    found = [
        (whole * share, facts)
        for whole, worlds in part.scenes_where(recording, given)
        for share, facts in likeliest(worlds, 0, count)
        if share > 0
    ]
    return [(float(share), _in_words(facts)) for share, facts in sorted(found, key=lambda one: -one[0])[:count]]


def _worlds_of(reading: Reading, recording: str, option: str) -> WorldReading:
    part = reading.part_of(recording) if isinstance(reading, JoinedReading) else reading
    if not isinstance(part, WorldReading):
        raise ConfigError(f"{option}: decoder {reading.about.decoder!r} scores entities and has no possible worlds")
    return part


def _lines(said: pd.DataFrame) -> list[str]:
    """One line each, in columns."""
    texts = [[name, *said[name].astype(str)] for name in ("recording", "query", "answer")]
    numbers = [
        [name.replace("_", " "), *map(_number, said[name])] for name in ("as_asked", "probability", "prior", "error")
    ]
    padded = []
    for column in (*texts, *numbers):
        width, flush = max(map(len, column)), "<" if column in texts else ">"
        padded.append([f"{cell:{flush}{width}}" for cell in column])
    return ["  ".join(row).rstrip() for row in zip(*padded, strict=True)]


def _table(title: str, about: About) -> Table:
    return Table(title=escape(_title(title, about)), title_justify="left")


def _title(title: str, about: About) -> str:
    marks = [mark for so, mark in ((about.simulated, SIMULATED), (about.paired, PAIRED)) if so]
    return f"{title} ({'; '.join(marks)})" if marks else title


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"


def _concepts(reading: Reading, text: str) -> list[str]:
    query = reading.parse(text)
    words = [*names(expand(query, reading.vocabulary))]
    if isinstance(query, Describe):
        words += reading.vocabulary.categories[query.category]
    return [word for word in words if word in reading.vocabulary.concepts]


def _in_words(facts: frozenset[Fact]) -> str:
    """man, red ball, man hold ball; a thing of which something is said is not named for itself."""
    said = {noun for fact in facts for noun in fact.arguments}
    texts = []
    for fact in sorted(facts, key=lambda fact: (len(fact.arguments), fact.arguments, fact.name)):
        match fact.arguments:
            case () if fact.name not in said:
                texts.append(fact.name)
            case (noun,):
                texts.append(f"{fact.name} {noun}")
            case (subject, object_):
                texts.append(f"{subject} {fact.name} {object_}")
    return ", ".join(texts) or "nothing"
