"""Questions compiled for a runtime without Neurona: all of them that does not depend on a trial.

Programs are read, checked and brought to their normal form here. On entity scores a program becomes the trace of its execution
(`neurona.execution.execute`, all questions of a template in one graph), so that it means there what it means here, whatever the logic. On listed
worlds it becomes the worlds in which it is true, and its probability is the sum of their shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Bool

from neurona.execution import compile_programs, execute, slotted
from neurona.execution.executor import MAX_CELLS, open_axes
from neurona.exporting.graph import Traced, traced
from neurona.exporting.paths import flattened, unflattened
from neurona.programs import Query, Vocabulary, to_logic
from neurona.programs.open_question import OpenQuestion
from neurona.programs.tree import Count, Describe
from neurona.readings import EntityScoreReading, Reading, WorldReading
from neurona.readings.answered import queries_of

MOST_TOGETHER = 128
"""Questions of one graph."""


@dataclass(frozen=True)
class Compiled:
    """Compiled questions.

    Attributes:
        questions: as the manifest lists them.
        templates: graphs from scores to answers; none of worlds.
        truths: in which worlds each choice is right; None of scores.
    """

    questions: list[dict[str, Any]]
    templates: list[Traced] = field(default_factory=list)
    truths: Bool[np.ndarray, "row world"] | None = None


def usual_questions(vocabulary: Vocabulary) -> list[str]:
    """Whether each concept is there, and which word of each category of concepts."""
    concepts = set(vocabulary.concepts)
    categories = [name for name, words in vocabulary.categories.items() if concepts.issuperset(words)]
    return [*(f"exists x. {word}(x)" for word in vocabulary.concepts), *(f"describe {name}" for name in categories)]


def compiled(texts: Sequence[str], reading: Reading) -> Compiled:
    """Compile questions.

    Args:
        texts: as a user would write them: logic, English, JSON or lambda syntax.
        reading: of one recording, whichever; what is known of a question beforehand is the same for all.

    Raises:
        QueryError: a question cannot be understood.
    """
    texts = list(dict.fromkeys(texts))
    questions = [reading.question(text) for text in texts]
    closed = [query for question in questions for query in queries_of(question)]
    entries = _entries(closed, reading)
    found = Compiled([])
    if isinstance(reading, WorldReading):
        found = _on_worlds(closed, entries, reading)
    elif isinstance(reading, EntityScoreReading):
        found = _on_scores(closed, entries, reading)
    rest = iter(entries)
    for text, question in zip(texts, questions, strict=True):
        own = [next(rest) for _ in queries_of(question)]
        if isinstance(question, OpenQuestion):
            found.questions.append({"text": text, "choices": list(question.choices), "of": own})
        else:
            found.questions.append(own[0] | {"text": text})
    return found


def _entries(queries: Sequence[Query], reading: Reading) -> list[dict[str, Any]]:
    """What is known of each question before any trial."""
    belief = reading.believe(queries, np.zeros(len(queries), np.int64))
    suppression = reading.asking.suppression
    language = None if suppression is None else suppression.prior.logits(queries, belief.choices)
    entries = []
    for k, query in enumerate(queries):
        width = len(belief.choices[k]) or 1
        entries.append({
            "text": to_logic(query),
            "program": to_logic(query),
            "kind": "count" if isinstance(query, Count) else "describe" if isinstance(query, Describe) else "yes_no",
            "choices": list(belief.choices[k]),
            "form": belief.form[k],
            "sign": int(belief.sign[k]),
            "prior": listed(belief.prior[k, :width]),
            "language": None if language is None else listed(np.pad(language[k], (0, width), constant_values=np.nan)[:width]),
            "of": [],
        })  # fmt: skip
    return entries


def _on_worlds(queries: Sequence[Query], entries: list[dict[str, Any]], reading: WorldReading) -> Compiled:
    rows = [np.zeros((0, reading.worlds.n_worlds), bool)]
    first = 0
    for query, entry in zip(queries, entries, strict=True):
        rows.append(reading.truths(query))
        entry["rows"] = first, first + len(rows[-1])
        first += len(rows[-1])
    return Compiled([], truths=np.concatenate(rows))


def _on_scores(queries: Sequence[Query], entries: list[dict[str, Any]], reading: EntityScoreReading) -> Compiled:
    shapes = {
        name: jax.ShapeDtypeStruct(one.shape[1:], one.dtype) for name, one in flattened(reading.members[0]).items()
    }
    places: dict[Query, list[int]] = {}
    for k, query in enumerate(queries):
        places.setdefault(slotted(query, reading.vocabulary)[0], []).append(k)
    size = reading.members[0].unary.shape[2]
    graphs: list[Traced] = []
    for shape, of in places.items():
        together = max(1, min(MOST_TOGETHER, MAX_CELLS // size ** open_axes(shape)))
        for start in range(0, len(of), together):
            part = of[start : start + together]
            graphs.append(_graph([queries[k] for k in part], reading, shapes, len(graphs)))
            for row, k in enumerate(part):
                entries[k] |= {"template": len(graphs) - 1, "row": row}
    return Compiled([], templates=graphs)


def _graph(
    queries: Sequence[Query], reading: EntityScoreReading, shapes: dict[str, jax.ShapeDtypeStruct], number: int
) -> Traced:
    """The execution of some questions of one template, traced."""
    batch = compile_programs(queries, reading.vocabulary, [0] * len(queries))
    describes = isinstance(queries[0], Describe)

    def function(weights: dict[str, Array], **scores: Array) -> dict[str, Array]:
        one = unflattened({name: array[None] for name, array in scores.items()})
        found = execute(batch, one, reading.logic, reading.hypothesis, evaluation=True)
        return {"answer": found.describe if describes else found.yes_no}

    return traced(function, {}, shapes, prefix=f"template{number}")


def listed(values: np.ndarray) -> list[float | None]:
    """Numbers as JSON can hold them; null where there is none."""
    return [None if np.isnan(value) else float(value) for value in values]
