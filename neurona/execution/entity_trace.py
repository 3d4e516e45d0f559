"""The trace of an execution on entity scores as a tree: the value of every sub-expression over the entities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurona.execution.compile import ProgramBatch
from neurona.execution.explanation import Explanation
from neurona.execution.meaning import Trace
from neurona.programs import Query, Vocabulary, expand, to_logic
from neurona.programs.tree import Count, Describe, Node, Number, The, Variable, children


def explain(
    batch: ProgramBatch,
    traces: Sequence[Trace],
    question: int,
    query: Query,
    vocabulary: Vocabulary,
    entities: Sequence[str],
) -> Explanation:
    """The explanation of one question of a batch.

    Args:
        batch, traces: what was executed, and what `execute_and_trace` returned.
        question: its place in the batch.
        query: the program that was compiled there.
        vocabulary: of the program; defined concepts appear as what they mean.
        entities: P names.
    """
    asked = expand(query, vocabulary)
    describes = isinstance(asked, Describe)
    row = int((batch.describe if describes else batch.yes_no)[question])
    for shape, group, trace in zip(batch.templates, batch.groups, traces, strict=True):
        if isinstance(shape, Describe) != describes:
            continue
        if row < len(group.recording):
            words = vocabulary.categories[asked.category] if isinstance(asked, Describe) else ()
            values = {path: np.asarray(value[row], np.float64) for path, value in trace.items()}
            return _explanation(asked, "", values, (), tuple(entities), tuple(words))
        row -= len(group.recording)
    raise IndexError(f"question {question}: the batch has {batch.n_questions}")


def _explanation(
    node: Node,
    path: str,
    values: dict[str, np.ndarray],
    bound: tuple[str, ...],
    entities: tuple[str, ...],
    words: tuple[str, ...],
) -> Explanation:
    here = (*bound, node.variable) if hasattr(node, "variable") else bound
    parts = tuple(
        _explanation(part, f"{path}.{k}" if path else str(k), values, here, entities, words)
        for k, part in enumerate(children(node))
        if not isinstance(part, Variable)
    )
    found = values[path]
    if isinstance(node, Describe):
        return Explanation(to_logic(node), "word", (), found[: len(words)], words, parts)
    kind = "weight" if isinstance(node, The) else ("number" if isinstance(node, Count | Number) else "logit")
    axes = [axis for axis, size in enumerate(found.shape) if size > 1]
    return Explanation(
        to_logic(node),
        kind,
        tuple(here[axis] for axis in axes),
        found.reshape([found.shape[axis] for axis in axes]),
        entities if axes else (),
        parts,
    )
