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

from neurona.programs import Query, Vocabulary, expand, template
from neurona.programs.expand import rebuild
from neurona.programs.tree import Describe, Variable, walk


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Group:
    """Questions of one template, Q of them with the padding.

    Attributes:
        concepts: concept (or relation) of each slot; of a describe question, after those of its terms, the members of
            the category (-1: none) `[Q, slots]`.
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
        vocabulary: gives the order of concepts, and of relations, in the score arrays.
        recordings: row of the scores that each question is about.
    """
    index = {word: k for words in (vocabulary.concepts, vocabulary.relations) for k, word in enumerate(words)}
    n_words = max([len(members) for members in vocabulary.categories.values()], default=1)
    rows: dict[Query, list[tuple[list[int], int, int]]] = {}
    for position, (query, recording) in enumerate(zip(queries, recordings, strict=True)):
        shape, found = template(expand(query, vocabulary))
        slots = [index[name] for name in found]
        if isinstance(shape, Describe):
            members = vocabulary.categories[shape.category]
            shape = replace(shape, category="")
            slots += [index[name] for name in members] + [-1] * (n_words - len(members))
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
