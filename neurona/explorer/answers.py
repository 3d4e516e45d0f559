"""What the page is told of a reading, as plain data that JSON can hold. Numbers that are not known are None."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from neurona.errors import DataError
from neurona.execution import Explanation
from neurona.experiments.runs.asking import COLUMNS, Source, summary
from neurona.experiments.runs.query_tables import likeliest_scenes
from neurona.explorer.completion import completions, examples
from neurona.explorer.places import drawing
from neurona.explorer.requests import MOST_ROWS, Ask, Complete, Explain, Graph, Map, Scenes, refuse_large
from neurona.explorer.scene import scene
from neurona.programs import Query, to_logic
from neurona.programs.english.printer import to_english
from neurona.programs.open_question import OpenQuestion
from neurona.readings import Reading
from neurona.readings.joined import JoinedReading

Plain = dict[str, Any]
TOP = 6
"""Things of an open part that a trace shows."""
RANKED = 8
"""Answers to a question for things."""


class Answers:
    """A reading, asked by a page.

    Args:
        source: the reading, and the run that it is of, where there is one.
    """

    def __init__(self, source: Source):
        self.source = source
        self._understood = lru_cache(maxsize=4096)(self._understand)

    @property
    def reading(self) -> Reading:
        return self.source.reading

    @cached_property
    def about(self) -> Plain:
        """The reading as a whole: data, decoder, words, recordings with the columns that the run knows of them."""
        reading, words = self.reading, self.reading.vocabulary
        return {
            **{
                name: getattr(reading.about, name)
                for name in ("dataset", "decoder", "supervision", "simulated", "paired")
            },
            "concepts": list(words.concepts),
            "things": list(reading.things),
            "relations": list(words.relations),
            "categories": {name: list(members) for name, members in words.categories.items()},
            "definitions": dict(words.definitions),
            "recordings": self._recordings(),
            "examples": examples(reading),
        }

    def ask(self, request: Ask) -> Plain:
        """Each query about each recording; of many recordings a summary, and of a question for things about one recording the ranked list."""
        reading, recordings = self.reading, self.source.select(request.recordings)
        if len(recordings) * len(request.queries) > MOST_ROWS:
            raise DataError(
                f"{len(recordings)} recordings x {len(request.queries)} queries: the page asks for {MOST_ROWS} answers at most"
            )
        understood = [self._understood(text) for text in request.queries]
        self._given(request.given)
        said = self.source.columns(request.queries, recordings, request.given)
        found: Plain = {"understood": understood, "answers": _rows(said)}
        if len(recordings) > 1:
            found["summary"] = _rows(summary(pd.DataFrame(said)))
        else:
            found["ranked"] = [
                _rows(reading.rank(text, recordings[0], given=request.given).head(RANKED))
                if isinstance(reading.question(text), OpenQuestion)
                else []
                for text in request.queries
            ]
        return found

    def explain(self, request: Explain) -> Plain:
        """The value of every part of a query, under a condition where there is one."""
        query = self._closed(request.query)
        self._given(request.given)
        return {"trace": _trace(self.reading.explain(query, request.recording, given=request.given))}

    def graph(self, request: Graph) -> Plain:
        """The concept graph, laid out; under a condition each number has the one without it beside it."""
        self._given(request.given)
        return scene(self.reading, request.recording, request.given, request.threshold, request.across)

    def map(self, request: Map) -> Plain:
        """What each entity adds to a word's log odds; `scale` is the largest of any word in the recording, so that maps of all words can be compared."""
        self.reading.rows([request.recording])
        part = self.reading.part_of(request.recording) if isinstance(self.reading, JoinedReading) else self.reading
        evidence = part.take([request.recording]).entity_evidence
        found = None if evidence is None else evidence.of(0, (request.word,))
        if evidence is None or found is None or not found.words:
            return {"word": request.word, "entities": [], "scale": None}
        entities = [
            {"name": name, "evidence": float(value)}
            for name, value in zip(found.entities, found.evidence[:, 0], strict=True)
        ]
        return {
            "word": request.word,
            "entities": entities,
            "drawing": drawing(evidence),
            "scale": float(np.abs(evidence.evidence[0]).max()),
            "bias": float(found.bias[0]),
            "prior_log_odds": float(found.prior_log_odds[0]),
        }

    def scenes(self, request: Scenes) -> Plain:
        """The likeliest scenes, each in words with its share; under a condition of those in which it is true."""
        self.reading.rows([request.recording])
        self._given(request.given)
        found = likeliest_scenes(self.reading, request.recording, request.count, request.given)
        return {"scenes": [{"share": share, "facts": text} for share, text in found]}

    def complete(self, request: Complete) -> Plain:
        """What may stand at the end of a text."""
        return {"completions": completions(self.reading.vocabulary, request.text)}

    def _understand(self, text: str) -> Plain:
        """What a query is taken for."""
        question = self.reading.question(text)
        if isinstance(question, OpenQuestion):
            for one in question.queries:
                refuse_large(one, text)
            return {
                "query": text,
                "kind": "thing",
                "logic": to_logic(question.queries[0]),
                "more": len(question.queries) - 1,
                "english": "",
            }
        refuse_large(question, text)
        kind = {"Describe": "word", "Count": "number"}.get(type(question).__name__, "yes/no")
        return {
            "query": text,
            "kind": kind,
            "logic": to_logic(question),
            "more": 0,
            "english": to_english(question, self.reading.vocabulary),
        }

    def _closed(self, text: str) -> Query:
        query = self.reading.parse(text)
        refuse_large(query, text)
        return query

    def _given(self, text: str | None) -> None:
        if text is not None:
            self._closed(text)

    def _recordings(self) -> list[Plain]:
        ids = list(self.reading.recordings)
        if self.source.run is None:
            return [{"recording": name} for name in ids]
        known = self.source.recordings.set_index("recording")
        columns = [name for name in COLUMNS if name in known and known[name].nunique() > 1]
        rows = known[columns].reindex(ids).fillna("").rename(columns=str)
        return [{"recording": name, **_plain(row)} for name, row in zip(ids, rows.to_dict("records"), strict=True)]


def _trace(it: Explanation) -> Plain:
    """An explanation with the highest few of its values by name."""
    values: list[Plain] = []
    if it.values.ndim == 1:
        order = np.argsort(-it.values, kind="stable")[:TOP]
        values = [{"name": it.names[k], "value": _number(it.values[k])} for k in order]
    return {
        "expression": it.expression,
        "kind": it.kind,
        "summary": it.summary(),
        "value": _number(it.values) if it.values.ndim == 0 else None,
        "error": _number(it.error) if it.error is not None and it.error.ndim == 0 else None,
        "values": values,
        "witness": list(it.witness),
        "parts": [_trace(part) for part in it.parts],
    }


def _rows(table: Mapping[Any, Any] | pd.DataFrame) -> list[Plain]:
    columns = [list(table[name]) for name in table]
    return [_plain(dict(zip(table, row, strict=True))) for row in zip(*columns, strict=True)]


def _plain(row: Mapping[Any, Any]) -> Plain:
    return {
        str(name): _number(value) if isinstance(value, float | np.floating) else value for name, value in row.items()
    }


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
