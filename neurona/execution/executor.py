"""Execution: compiled programs on scores, all questions in one call. Pure and differentiable."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from neurona.errors import QueryError
from neurona.execution.compile import Group, ProgramBatch, relation_slots
from neurona.execution.hypotheses import HYPOTHESES, Hypothesis
from neurona.execution.logics import Logic
from neurona.execution.meaning import Setting, Trace, value, weights
from neurona.execution.precision import products
from neurona.execution.relations import Pairs, attended
from neurona.execution.scores import RelationScores, Scores
from neurona.programs.tree import Atom, Describe, Variable, children, walk

MAX_CELLS = 2**24
"""Questions of one template are executed in blocks whose largest value has at most so many cells (64 MiB in float32)."""


class Answers(NamedTuple):
    """Answers of a batch; the rows beyond its questions are padding.

    Attributes:
        yes_no: logit of yes; the expected number for count questions.
        describe: score of each word of the category; -inf beyond its words and for other questions.
    """

    yes_no: Float[Array, " question"]
    describe: Float[Array, "question word"]


def execute(
    batch: ProgramBatch,
    scores: Scores,
    logic: Logic,
    hypothesis: Hypothesis = HYPOTHESES["H5"],
    *,
    evaluation: bool = False,
) -> Answers:
    """Answer every question of a batch.

    Args:
        batch: compiled programs.
        scores: on the words that the batch asks for, or on the whole vocabulary; see `ProgramBatch.concepts`.
        logic, hypothesis: meaning of connectives and of relations; static under jit.
        evaluation: gradients do not matter: under some logics counts are whole numbers then.

    Raises:
        QueryError: a relation is asked for and the scores have none, or a program would need too much memory.
    """
    return execute_and_trace(batch, scores, logic, hypothesis, evaluation=evaluation, explain=False)[0]


def execute_and_trace(
    batch: ProgramBatch,
    scores: Scores,
    logic: Logic,
    hypothesis: Hypothesis = HYPOTHESES["H5"],
    *,
    evaluation: bool = False,
    explain: bool = True,
) -> tuple[Answers, tuple[Trace, ...]]:
    """`execute`, and the value of every sub-expression: for each group of the batch, path -> `[question, level...]`."""
    yes_no: list[Array] = []
    describe: list[Array] = []
    traces = []
    for shape, group in zip(batch.templates, batch.groups, strict=True):
        question = _Question(shape, scores, logic, hypothesis, evaluation, explain, batch.n_words)
        with products():
            values, trace = question.answer_all(group)
        (describe if isinstance(shape, Describe) else yes_no).append(values)
        traces.append(trace)
    # One row more, so that a batch without any question of a kind has something to read from.
    told = jnp.concatenate([*yes_no, jnp.zeros(1)]).at[batch.yes_no].get(mode="fill", fill_value=0.0)
    none = jnp.full((1, batch.n_words), -jnp.inf)
    words = jnp.concatenate([*describe, none]).at[batch.describe].get(mode="fill", fill_value=-jnp.inf)
    return Answers(told, words), tuple(traces)


class _Question(NamedTuple):
    """One template, and what its questions are answered with."""

    shape: Any
    scores: Scores
    logic: Logic
    hypothesis: Hypothesis
    evaluation: bool
    explain: bool
    n_words: int

    def answer_all(self, group: Group) -> tuple[Array, Trace]:
        """Answers of a group's questions, in blocks where an array over several variables would be large."""
        size = self.scores.unary.shape[-1]
        cells = size ** open_axes(self.shape)
        block = MAX_CELLS // cells
        if block == 0:
            raise QueryError(
                f"one value of this program has {cells:.0e} cells on {size} entities, at most {MAX_CELLS:.0e} are "
                "computed; relate fewer variables at a time, or use fewer entities"
            )
        if len(group.recording) <= block:
            return jax.vmap(self.answer)(jnp.asarray(group.words), jnp.asarray(group.recording))
        one = jax.checkpoint(lambda row: self.answer(*row))
        return jax.lax.map(one, (group.words, group.recording), batch_size=block)

    def answer(self, words: Int[Array, " slot"], recording: Int[Array, ""]) -> tuple[Array, Trace]:
        """Answer of one question."""
        trace: Trace | None = {} if self.explain else None
        setting = self._setting(words, recording, trace)
        if isinstance(self.shape, Describe):
            answer = self._described(setting, words[len(words) - self.n_words :], recording)
        else:
            answer = value(self.shape, setting).reshape(())
        return answer, trace or {}

    def _setting(self, words: Int[Array, " slot"], recording: Int[Array, ""], trace: Trace | None) -> Setting:
        related = sorted(relation_slots(self.shape))
        atoms = {node.name: int(node.name[1:]) for node in walk(self.shape) if isinstance(node, Atom)}
        plain = [slot for slot in atoms.values() if slot not in related]
        rows = self.scores.unary[recording, words[jnp.asarray(plain, jnp.int32)]]
        pairs = self._pairs(words[jnp.asarray(related, jnp.int32)], recording) if related else None
        return Setting(
            concepts={f"_{slot}": rows[k] for k, slot in enumerate(plain)},
            relations={f"_{slot}": jax.tree.map(lambda part, k=k: part[k], pairs) for k, slot in enumerate(related)},
            size=self.scores.unary.shape[-1],
            levels=1 + max([int(n.variable[1:]) for n in walk(self.shape) if hasattr(n, "variable")], default=-1),
            logic=self.logic,
            hypothesis=self.hypothesis,
            evaluation=self.evaluation,
            trace=trace,
        )

    def _pairs(self, words: Int[Array, " word"], recording: Int[Array, ""], described: bool = False) -> Pairs:
        """Scores of some relations, each field with a leading axis of words."""
        found: RelationScores | None = self.scores.relations
        if found is None:
            raise QueryError("the program uses a relation, but this decoder scores none")
        region = found.region[recording, words]
        if described:
            other = found.region_described[recording, words]
            region = self.logic.described_region(region, other, self.hypothesis)
        size, n = found.subject.shape[-1], len(words)
        left = right = jnp.zeros((n, size, 0))
        if found.interaction is not None:
            left = found.interaction.weight[recording, words][:, None] * found.interaction.left[recording][None]
            right = jnp.broadcast_to(found.interaction.right[recording][None], left.shape)
        return Pairs(found.subject[recording, words], found.object[recording, words], region, left, right)

    def _described(self, setting: Setting, members: Int[Array, " word"], recording: Int[Array, ""]) -> Array:
        """Score of each word of the category; -inf beyond its words."""
        known = jnp.maximum(members, 0)
        terms = [weights(term, setting, (k,)).reshape(setting.size) for k, term in enumerate(self.shape.terms)]
        if len(terms) == 2:
            pairs = self._pairs(known, recording, described=True)
            words = jax.vmap(lambda pair: attended(pair, terms[0], terms[1], setting.hypothesis))(pairs)[:, 0, 0]
        else:
            on_entities = self.scores.unary[recording, known]
            words = on_entities @ terms[0] if terms else setting.logic.exists(on_entities, 1)
        if setting.trace is not None:
            setting.trace[""] = words
        return jnp.where(members >= 0, words, -jnp.inf)


def open_axes(node: Any) -> int:
    """Largest number of variables that one value of a template depends on."""

    def free(part: Any) -> set[str]:
        if isinstance(part, Variable):
            return {part.name}
        found = set().union(*map(free, children(part)))
        most.append(len(found))
        return found - {part.variable} if hasattr(part, "variable") else found

    most = [0]
    free(node)
    return max(most)
