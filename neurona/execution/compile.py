"""Programs compiled to data: questions grouped by template, their concepts as index arrays.

    exists x. face(x) | cat(x)   ->   template exists x. _0(x) | _1(x), concepts [3, 1]

Arrays are padded to powers of two, so new concepts and new questions of known templates meet the same shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from neurona.errors import QueryError
from neurona.programs import Query, Vocabulary, expand, template
from neurona.programs.expand import rebuild
from neurona.programs.tree import Describe, The, Variable, walk


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Group:
    """Questions of one template, Q of them with the padding.

    Attributes:
        concepts: concept of each slot, or the members of the category of a describe question (-1: none) `[Q, slots]`.
        recording: row of the scores `[Q]`.
        position: place among all questions `[Q]`; past their number for padding.
    """

    concepts: Int[Array, "question slot"]
    recording: Int[Array, " question"]
    position: Int[Array, " question"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ProgramBatch:
    """A batch of mixed questions; the templates are static, all else is data."""

    groups: tuple[Group, ...]
    templates: tuple[Query, ...] = field(metadata={"static": True})
    n_questions: int = field(metadata={"static": True})
    n_words: int = field(metadata={"static": True})


def compile_programs(queries: Sequence[Query], vocabulary: Vocabulary, recordings: Sequence[int]) -> ProgramBatch:
    """Compile questions about recordings.

    Args:
        queries: checked programs; defined concepts are expanded here.
        vocabulary: gives the concepts' order in the score arrays.
        recordings: row of the scores that each question is about.

    Raises:
        QueryError: a program uses a relation, or the definite description of an entity; they are not executed yet.
    """
    index = {concept: k for k, concept in enumerate(vocabulary.concepts)}
    n_words = max([len(members) for members in vocabulary.categories.values()], default=1)
    rows: dict[Query, list[tuple[list[int], int, int]]] = {}
    for position, (query, recording) in enumerate(zip(queries, recordings, strict=True)):
        if isinstance(query, Describe):
            shape: Query = Describe("", query.terms)
            found = tuple(vocabulary.categories[query.category])
        else:
            shape, found = template(expand(query, vocabulary))
        if any(name not in index for name in found) or any(isinstance(node, The) for node in walk(shape)):
            raise QueryError(f"question {position}: relations and `the` are not executed yet")
        slots = [index[name] for name in found]
        if isinstance(query, Describe):
            slots += [-1] * (n_words - len(slots))
        rows.setdefault(_canonical(shape), []).append((slots, recording, position))
    groups = []
    for items in rows.values():
        padded = items + [(items[0][0], items[0][1], len(queries))] * (_bucket(len(items)) - len(items))
        groups.append(Group(*(jnp.asarray(np.array(column, dtype=np.int32)) for column in zip(*padded, strict=True))))
    return ProgramBatch(tuple(groups), tuple(rows), _bucket(len(queries)), n_words)


def _canonical(shape: Query) -> Query:
    """Programs that differ in the names of their variables alone share a template."""
    order: dict[str, str] = {}
    for node in walk(shape):
        name = node.name if isinstance(node, Variable) else getattr(node, "variable", None)
        if name is not None:
            order.setdefault(name, f"v{len(order)}")

    def rename(node):
        if isinstance(node, Variable):
            return Variable(order[node.name])
        return replace(node, variable=order[node.variable]) if hasattr(node, "variable") else node

    return rebuild(shape, rename)


def _bucket(size: int) -> int:
    return 1 << max(size - 1, 0).bit_length()
