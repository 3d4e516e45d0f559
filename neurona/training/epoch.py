"""The hot path: steps on lessons in one jitted scan, and answers to lessons in another.

    g = sum over the step's questions of w_q grad loss_q / sum w_q,    theta <- theta + optimiser(g)

A decoder may have state beside its parameters: moments of batches (`nnx.BatchStat`), which a step leaves as its batch made them. What a step draws
(units dropped) follows from the seed and the number of the step alone, so that a training that was interrupted draws the same.

Pure functions of arrays; shuffling and devices only change which lessons stand in which step. Trainings alike share
what has been compiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from jax.sharding import Mesh
from jaxtyping import Array, Float, Int, Key

from neurona.execution import Answers, ProgramBatch, TraceCounter, products
from neurona.training.augmentation import Augmentation
from neurona.training.devices import mean, on_every_device, own, share, total
from neurona.training.lessons import Lessons, Slots, step_batch
from neurona.training.losses import answer_losses
from neurona.training.schedules import optimiser_of
from neurona.training.settings import TrainingSettings


class Sums(NamedTuple):
    """Sums over the questions of a step: of weighted losses, of weights, of right answers, of questions; and of losses and questions of each group."""

    loss: Float[Array, "*step"]
    weight: Float[Array, "*step"]
    right: Float[Array, "*step"]
    questions: Float[Array, "*step"]
    group_loss: Float[Array, "*step group"]
    group_questions: Float[Array, "*step group"]


class Block(NamedTuple):
    """Recordings on the device and the steps on them.

    Attributes:
        inputs: some recordings.
        place: where each recording of the data set stands in `inputs`; any place for those that no step reads.
        order: lessons of each step; for an ensemble, of each member.
        keys: of what each step draws; None where nothing is learned.
    """

    inputs: Float[Array, "row ..."]
    place: Int[Array, " recording"]
    order: Int[Array, "*member step lesson"]
    keys: Key[Array, "*member step"] | None = None


@dataclass(frozen=True)
class Model:
    """How a decoder is computed.

    Attributes:
        graph: its structure (`nnx.split`).
        precision: see `TrainingSettings`.
        mesh: devices; None: one.
        members: seeds side by side; with more than one, all arrays of parameters have a leading axis.
        augmentation: of recordings that are learned from.
    """

    graph: nnx.GraphDef
    precision: Literal["float32", "tf32", "bfloat16"] = "float32"
    mesh: Mesh | None = None
    members: int = 1
    augmentation: tuple[Augmentation, ...] = ()

    def answer(
        self,
        params: Any,
        rest: Any,
        block: Block,
        lessons: Lessons,
        chosen: Int[Array, " N"],
        capacity: tuple[int, ...],
    ) -> tuple[Answers, Slots]:
        """Answers to this device's share of the chosen lessons."""
        model, rows, programs, slots = self._batch(params, rest, block, lessons, chosen, capacity)
        return _exact(model(self._cast(rows), programs)), slots

    def learn(
        self,
        params: Any,
        rest: Any,
        block: Block,
        lessons: Lessons,
        chosen: Int[Array, " N"],
        key: Key[Array, ""],
        capacity: tuple[int, ...],
    ) -> tuple[Answers, Slots, Any]:
        """The same as in training: recordings are augmented, units dropped, batches have moments of their own; and the state that is left.

        On several devices each takes the moments of its own share, and what is left is their mean.
        """
        model, rows, programs, slots = self._batch(params, rest, block, lessons, chosen, capacity)
        key = own(key, self.mesh)
        for k, augmented in enumerate(self.augmentation):
            rows, factor = augmented(jax.random.fold_in(key, k), rows)
            if factor is not None:
                asked_of = jnp.concatenate([group.recording for group in programs.groups])
                slots = slots._replace(weight=slots.weight * factor[asked_of])
        answers = _exact(model(self._cast(rows), programs, nnx.Rngs(dropout=key)))
        moments = mean(nnx.state(model, nnx.BatchStat), self.mesh)
        return answers, slots, nnx.merge_state(rest, moments)

    def _batch(
        self,
        params: Any,
        rest: Any,
        block: Block,
        lessons: Lessons,
        chosen: Int[Array, " N"],
        capacity: tuple[int, ...],
    ) -> tuple[Any, Array, ProgramBatch, Slots]:
        rows, programs, slots = step_batch(lessons, share(chosen, self.mesh), capacity)
        model = nnx.merge(self.graph, self._cast(params), self._cast(rest))
        return model, block.inputs[block.place[rows]], programs, slots

    def _cast(self, tree: Any) -> Any:
        """A copy in the precision of the products; as a copy, its variables may be changed where gradients are taken."""

        def one(part: Any) -> Any:
            # Running moments move by too little for the bits of bfloat16.
            exact = self.precision != "bfloat16" or isinstance(part, nnx.BatchStat)
            return jax.tree.map(
                lambda a: a if exact or not jnp.issubdtype(a.dtype, jnp.floating) else a.astype(jnp.bfloat16), part
            )

        return jax.tree.map(one, tree, is_leaf=lambda part: isinstance(part, nnx.Variable))

    def jitted(self, function: Any, per_member: tuple[Any, ...], donated: tuple[int, ...] = ()) -> TraceCounter:
        """The function on every device, for all members at once.

        Args:
            per_member: `in_axes` of `jax.vmap` for an ensemble.
            donated: arguments whose memory may be used for the result.
        """
        if self.members > 1:
            function = jax.vmap(function, in_axes=per_member)
        function = on_every_device(function, self.mesh)

        def exact(*arguments: Any) -> Any:
            with products(self.precision):
                return function(*arguments)

        return TraceCounter(exact, donate_argnums=donated)


def _exact(answers: Answers) -> Answers:
    return Answers(*(part.astype(jnp.float32) for part in answers))


_BLOCK = Block(None, None, 0, 0)  # type: ignore[arg-type]
"""The order of lessons, and what is drawn, is a member's own; the recordings are not."""


@lru_cache(maxsize=16)
def trainer(model: Model, settings: TrainingSettings, n_steps: int, capacity: tuple[int, ...]) -> TraceCounter:
    """A function (params, optimiser state, rest, block, lessons, largest size of a program, weight of each group) -> params, state, rest, sums of each step."""

    optimiser = optimiser_of(settings, n_steps)

    def steps(
        params: Any, state: Any, rest: Any, block: Block, lessons: Lessons, limit: Array, of_group: Array
    ) -> tuple[Any, Any, Any, Sums]:
        def loss(params: Any, rest: Any, chosen: Array, key: Array) -> tuple[Array, tuple[Sums, Any]]:
            answers, slots, rest = model.learn(params, rest, block, lessons, chosen, key, capacity)
            sums = sums_of(answers, slots, limit, of_group)
            return sums.loss, (sums, rest)

        def one(carry: tuple[Any, Any, Any], step: tuple[Array, Any]) -> tuple[tuple[Any, Any, Any], Sums]:
            params, state, rest = carry
            gradient, (sums, rest) = jax.grad(loss, has_aux=True)(params, rest, *step)
            gradient, sums = total((gradient, sums), model.mesh)
            gradient = jax.tree.map(lambda part: part / jnp.maximum(sums.weight, 1e-9), gradient)
            updates, state = optimiser.update(gradient, state, params)
            return (optax.apply_updates(params, updates), state, rest), sums

        (params, state, rest), sums = jax.lax.scan(one, (params, state, rest), (block.order, block.keys))
        return params, state, rest, sums

    return model.jitted(steps, (0, 0, 0, _BLOCK, None, None, None), donated=(0, 1, 2))


@lru_cache(maxsize=16)
def judge(model: Model, capacity: tuple[int, ...]) -> TraceCounter:
    """A function (params, rest, block, lessons) -> sums of each step."""

    def steps(params: Any, rest: Any, block: Block, lessons: Lessons) -> Sums:
        def one(_: None, chosen: Array) -> tuple[None, Sums]:
            even = jnp.ones(lessons.n_groups)
            sums = sums_of(*model.answer(params, rest, block, lessons, chosen, capacity), jnp.inf, even)
            return None, total(sums, model.mesh)

        return jax.lax.scan(one, None, block.order)[1]

    return model.jitted(steps, (0, 0, _BLOCK, None))


@lru_cache(maxsize=16)
def answerer(model: Model, capacity: tuple[int, ...]) -> TraceCounter:
    """A function (params, rest, block, lessons) -> answers of each step and the questions they belong to, on one device."""

    def steps(params: Any, rest: Any, block: Block, lessons: Lessons) -> tuple[Answers, Int[Array, "step slot"]]:
        def one(_: None, chosen: Array) -> tuple[None, tuple[Answers, Array]]:
            answers, slots = model.answer(params, rest, block, lessons, chosen, capacity)
            return None, (answers, slots.question)

        return jax.lax.scan(one, None, block.order)[1]

    return model.jitted(steps, (0, 0, _BLOCK, None))


def sums_of(answers: Answers, slots: Slots, limit: Any, of_group: Float[Array, " group"]) -> Sums:
    """What a step's answers add up to; questions of programs larger than `limit` have no weight, the others that of their group besides their own."""
    even = jnp.where(slots.size <= limit, slots.weight, 0.0)
    weight = even * of_group[slots.group]
    losses = answer_losses(answers, slots.target, slots.is_describe)
    right = jnp.where(
        slots.is_describe, answers.describe.argmax(-1) == slots.target, (answers.yes_no > 0) == (slots.target == 1)
    )
    asked = slots.question >= 0
    of_groups = [jax.ops.segment_sum(part, slots.group, len(of_group)) for part in (even * losses, even)]
    return Sums(jnp.sum(weight * losses), weight.sum(), jnp.sum(right & asked) * 1.0, asked.sum() * 1.0, *of_groups)
