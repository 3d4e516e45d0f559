"""Training of any decoder on answers: epochs, selection of the best, early stopping, checkpoints, logs.

A decoder is a Flax NNX module that maps recordings, programs and, in training, random streams (`nnx.Rngs`, None otherwise) to answers. Its
parameters (`nnx.Param`) are trained, moments of batches (`nnx.BatchStat`) are kept as they come; all else in it stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from flax import nnx
from jaxtyping import Float
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neurona.errors import ConfigError
from neurona.questions import Asked, Problem
from neurona.training.answering import on_device
from neurona.training.devices import data_mesh, fetched, put
from neurona.training.ensemble import Ensemble
from neurona.training.epoch import Model, Sums, judge, trainer
from neurona.training.feeding import Feed
from neurona.training.lessons import Lessons
from neurona.training.logs import Log
from neurona.training.processes import as_first, check_agreement, is_first
from neurona.training.resume import ROUNDED, Saved, identity
from neurona.training.resume import Progress as Saving
from neurona.training.schedules import optimiser_of, schedule_of
from neurona.training.settings import TrainingSettings
from neurona.training.worst_group import Groups


@dataclass(frozen=True)
class Trained:
    """What training left.

    Attributes:
        model: with the parameters of the best epoch; an `Ensemble` where there are several members.
        history: one row an epoch: epoch (from 0), train_loss, train_accuracy, validation_loss, validation_accuracy (or test_...),
            learning_rate, seconds, questions_per_s; means over members.
        best_epoch: of the first member.
        best_epochs: of every member.
        selected_on: `validation`, `test` or `last`.
        traces: how often JAX has traced an epoch and a judgement; neither grows with their number.
        padding: share of a step's slots that hold no question.
    """

    model: Any
    history: pd.DataFrame
    best_epoch: int
    best_epochs: tuple[int, ...]
    selected_on: str
    traces: tuple[int, int]
    padding: float


def train(
    model: nnx.Module | Callable[[int], nnx.Module],
    inputs: Float[np.ndarray, "recording ..."],
    problem: Problem,
    settings: TrainingSettings,
    *,
    asked_only: bool,
    folder: Path | None = None,
    console: Console | None = None,
    test: Asked | None = None,
) -> Trained:
    """Train a decoder on the problem's training questions.

    Args:
        model: the decoder, which is not changed; or a function from a seed to a decoder, called with `problem.seed` + 0, 1, ...
            for each member.
        inputs: of all recordings that the problem's questions count.
        asked_only: whether the model reads the words that a batch asks for, see `Compiler`.
        folder: where state and logs are kept, by the first process; what is found there is gone on with.
        console: for progress; None: silent.
        test: questions to choose by if `selection` is `test`; read in no other case.

    Raises:
        ConfigError: settings that contradict each other or the problem, a folder that holds another training, devices that are not there
            (`data_mesh`), or processes that do not train the same.
    """
    training = _Training(model, inputs, problem, settings, asked_only, test)
    if is_first():
        return training.run(folder, console)
    training.settings = replace(settings, tensorboard=False, mlflow=False)
    return training.run(None, None)


class _Training:
    """Everything that is fixed before the first epoch."""

    def __init__(
        self,
        model: Any,
        inputs: Any,
        problem: Problem,
        settings: TrainingSettings,
        asked_only: bool,
        test: Asked | None,
    ):
        judged = _judged_by(problem, settings, test)
        self.settings, self.seed = settings, problem.seed
        self.mesh = mesh = data_mesh(settings)
        self.graph, self.params, self.rest = _members(model, problem.seed, settings.members)
        self.model = Model(self.graph, settings.precision, mesh, settings.members, settings.augmentation)
        self.judged_name = "test" if settings.selection == "test" else "validation"

        self.groups = Groups.by(settings.worst_group, problem, problem.train)

        def lessons(asked: Asked) -> Lessons:
            return Lessons.of(
                asked,
                problem.vocabulary,
                asked_only=asked_only,
                limit=settings.questions_per_lesson,
                balance_types=settings.balance_types,
                groups=self.groups,
                seed=problem.seed,
            )

        tables = [problem.train, *([] if judged is None else [judged])]
        compiled = [lessons(asked) for asked in tables]
        self.lessons, *rest = compiled
        self.sizes = np.sort(np.concatenate([part.size for part in self.lessons.parts]))
        self.feed, *feeds = self._feeds(inputs, compiled)
        self.judged: Lessons | None = rest[0] if rest else None
        self.judged_feed: Feed | None = feeds[0] if feeds else None
        self.n_questions = self.lessons.n_questions
        asked = {"train": problem.train, self.judged_name: judged}
        self.identity = identity(settings.decisive(), asked, inputs, (self.params, self.rest), problem.seed)
        check_agreement({name: told for name, told in self.identity.items() if name not in ROUNDED}, inputs)

    def _feeds(self, inputs: np.ndarray, compiled: list[Lessons]) -> list[Feed]:
        settings, mesh = self.settings, self.mesh
        per_step, epochs, members = settings.recordings_per_step, settings.epochs, settings.members
        needed = np.concatenate([np.asarray(lessons.recording)[:-1] for lessons in compiled])
        values, place = on_device(inputs, needed, mesh)
        seeds = [self.seed + k for k in range(members)]
        return [
            Feed(values, place, compiled[0], per_step, seeds, epochs, mesh),
            *(Feed(values, place, c, per_step, mesh=mesh, members=members) for c in compiled[1:]),
        ]

    def run(self, folder: Path | None, console: Console | None) -> Trained:
        settings = self.settings
        n_steps = self.feed.n_steps * settings.epochs
        optimiser = optimiser_of(settings, n_steps)
        last_steps = np.arange(1, settings.epochs + 1) * self.feed.n_steps - 1
        rates = np.asarray(jax.jit(jax.vmap(schedule_of(settings, n_steps)))(last_steps))
        rates = np.broadcast_to(rates, settings.epochs)
        start = jax.vmap(optimiser.init) if settings.members > 1 else optimiser.init
        epoch_of, judge_of = trainer(self.model, settings, n_steps, self.feed.capacity), None
        lessons, judged = put((self.lessons, self.judged), self.mesh)
        if self.judged_feed is not None:
            judge_of = judge(self.model, self.judged_feed.capacity)
        traced = epoch_of.traces, judge_of.traces if judge_of else 0
        saved = None if folder is None else Saved(folder, self.identity)
        weights = self.params, self.rest
        fresh = Saving((weights, fetched(jax.jit(start)(self.params)), weights), 0, [], [], [], False)
        none = [-1] * settings.members, [float("-inf")] * settings.members
        fresh = fresh._replace(best_epoch=none[0], best=none[1])
        progress = as_first((saved.restore(fresh.arrays) if saved else None) or fresh)
        (params, rest), state, best = put(progress.arrays, self.mesh)
        best_epoch, best_value, history = np.array(progress.best_epoch), np.array(progress.best), [*progress.history]
        epoch, finished, saved_at = progress.epoch, progress.finished, (progress.epoch, time.monotonic())
        with Log(folder, settings, epoch) as log, _display(console, settings, epoch) as shown:
            while not finished and epoch < settings.epochs:
                began = time.monotonic()
                limit = np.float32(self._largest_size(epoch))
                weights_now = self._of_groups(history)
                block = self.feed.block(epoch)
                params, state, rest, sums = epoch_of(params, state, rest, block, lessons, limit, weights_now)
                row = {"epoch": epoch, **_rates("train", sums)[0], **self._group_row("train", sums)}
                value = None
                if judge_of is not None and self.judged_feed is not None:
                    told = judge_of(params, rest, self.judged_feed.block(0), judged)
                    found, each = _rates(self.judged_name, told)
                    row |= found | self._group_row(self.judged_name, told)
                    value = -_worst(told) if self.groups else -each[0] if settings.criterion == "loss" else each[1]
                seconds = time.monotonic() - began
                row["learning_rate"] = float(rates[epoch])
                row |= {"seconds": seconds, "questions_per_s": self.n_questions * settings.members / seconds}
                better, finished = self._better(epoch, value, best_value, best_epoch)
                best = _kept(better, (params, rest), best)
                epoch += 1
                history.append(row)
                log.write(row)
                shown.update(shown.task_ids[0], advance=1, told=_told(row, self.judged_name))
                finished = finished or epoch == settings.epochs
                if saved and (finished or self._due(epoch, *saved_at)):
                    arrays = fetched(((params, rest), state, best))
                    told = [int(k) for k in best_epoch], [float(v) for v in best_value]
                    saved.save(Saving(arrays, epoch, history, *told, finished))
                    saved_at = epoch, time.monotonic()
        if saved:
            saved.close()
        traces = epoch_of.traces - traced[0], judge_of.traces - traced[1] if judge_of else 0
        return self._trained(fetched(best), history, best_epoch, traces)

    def _of_groups(self, history: list[dict[str, float]]) -> Float[np.ndarray, " group"]:
        """What a question of each group weighs in the next epoch."""
        if self.groups is None:
            return np.ones(1, np.float32)
        return np.asarray(self.groups.weights(history, self.settings.worst_group_rate), np.float32)

    def _group_row(self, name: str, steps: Sums) -> dict[str, float]:
        return {} if self.groups is None else self.groups.row(name, _group_losses(steps).mean(axis=0))

    def _largest_size(self, epoch: int) -> float:
        """Size of the largest program that counts in this epoch."""
        if epoch >= self.settings.curriculum:
            return float("inf")
        share = (epoch + 1) / (self.settings.curriculum + 1)
        return float(self.sizes[int(share * (len(self.sizes) - 1))])

    def _better(self, epoch: int, value: Any, best: np.ndarray, best_epoch: np.ndarray) -> tuple[np.ndarray, bool]:
        """Which members have their best epoch now, and whether all have stopped; the records are updated."""
        patience = self.settings.patience
        if self.settings.selection == "last":
            best_epoch[:] = epoch
            return np.ones(len(best), bool), False
        # A member that has run out of patience stands still, as if it had been trained alone.
        late = np.zeros(len(best), bool) if patience is None else (epoch - best_epoch > patience) & (best_epoch >= 0)
        better = (value > best) & ~late
        best[better], best_epoch[better] = value[better], epoch
        return better, bool(patience is not None and np.all(epoch - best_epoch >= patience))

    def _due(self, epoch: int, last_epoch: int, last_time: float) -> bool:
        late = time.monotonic() - last_time >= self.settings.checkpoint_seconds
        return late or epoch - last_epoch >= self.settings.checkpoint_epochs

    def _trained(self, best: Any, history: list, best_epoch: np.ndarray, traces: tuple[int, int]) -> Trained:
        count = self.settings.members
        if count == 1:
            parts = [jax.device_put(best)]
        else:
            parts = [jax.device_put(jax.tree.map(lambda a, k=k: a[k], best)) for k in range(count)]
        models = [nnx.merge(self.graph, *part) for part in parts]
        epochs = tuple(int(k) for k in best_epoch)
        slots = sum(self.feed.capacity) * (1 if self.mesh is None else self.mesh.size) * self.feed.n_steps
        return Trained(
            models[0] if count == 1 else Ensemble(models),
            pd.DataFrame(history),
            epochs[0],
            epochs,
            self.settings.selection,
            traces,
            1 - self.n_questions / slots,
        )


def _judged_by(problem: Problem, settings: TrainingSettings, test: Asked | None) -> Asked | None:
    if not len(problem.train):
        raise ConfigError("training: the problem has no training questions; enlarge the training part of the split")
    if settings.selection == "test":
        if test is None or not len(test):
            raise ConfigError("training.selection: test needs the test questions, none were given")
        return test
    if len(problem.validation):
        return problem.validation
    if settings.selection == "validation":
        raise ConfigError(
            "training.selection: validation needs validation questions and the problem has none; "
            "set evaluation.validation above 0, or selection: last"
        )
    return None


def _members(model: Any, seed: int, count: int) -> tuple[nnx.GraphDef, Any, Any]:
    """Structure, parameters and other state, with a leading axis for more than one member; as NumPy arrays."""
    if isinstance(model, nnx.Module):
        if count > 1:
            raise ConfigError(
                f"training.members: {count} members need a function from a seed to a decoder, one was given"
            )
        models = [model]
    else:
        models = [model(seed + k) for k in range(count)]
    graphs, params, rests = zip(*(nnx.split(one, nnx.Param, ...) for one in models), strict=True)
    params, rests = jax.tree.map(np.array, (params, rests))
    if count == 1:
        return graphs[0], params[0], rests[0]
    stacked = [jax.tree.map(lambda *leaves: np.stack(leaves), *trees) for trees in (params, rests)]
    return graphs[0], stacked[0], stacked[1]


def _kept(better: np.ndarray, weights: Any, best: Any) -> Any:
    """The weights of the members that are better now, the best so far of the others."""
    if not better.any():
        return best
    if better.all():
        return _copied(weights)
    chosen = jnp.asarray(better)
    return jax.tree.map(lambda a, b: jnp.where(chosen.reshape(-1, *[1] * (a.ndim - 1)), a, b), weights, best)


@jax.jit
def _copied(weights: Any) -> Any:
    """Arrays that outlive the next epoch, to which the weights are given away."""
    return jax.tree.map(jnp.copy, weights)


def _rates(
    name: str, steps: Sums
) -> tuple[dict[str, float], tuple[Float[np.ndarray, " member"], Float[np.ndarray, " member"]]]:
    """Loss and accuracy over all steps: mean over members, and of each."""
    sums = [np.atleast_2d(part).sum(-1) for part in fetched(steps)[:4]]
    loss, accuracy = sums[0] / np.maximum(sums[1], 1e-9), sums[2] / sums[3]
    return {f"{name}_loss": float(loss.mean()), f"{name}_accuracy": float(accuracy.mean())}, (loss, accuracy)


def _group_losses(steps: Sums) -> Float[np.ndarray, "member group"]:
    """Mean loss of each group over all steps; NaN of a group that was not asked about."""
    sums = fetched((steps.group_loss, steps.group_questions))
    loss, questions = (np.atleast_2d(np.asarray(part).sum(axis=-2)) for part in sums)
    return np.divide(loss, questions, out=np.full(loss.shape, np.nan), where=questions > 0)


def _worst(steps: Sums) -> Float[np.ndarray, " member"]:
    """Of each member, the loss of the group that it answers worst."""
    found: np.ndarray = np.nanmax(_group_losses(steps), axis=1)
    return found


def _display(console: Console | None, settings: TrainingSettings, done: int) -> Progress:
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}"))
    shown = Progress(*columns, TimeRemainingColumn(), console=console, disable=console is None, transient=True)
    shown.add_task("training", total=settings.epochs, completed=done, told="")
    return shown


def _told(row: dict[str, float], judged: str) -> str:
    told = f"loss {row['train_loss']:.3f}"
    if f"{judged}_loss" in row:
        told += f" · {judged} loss {row[f'{judged}_loss']:.3f}, accuracy {row[f'{judged}_accuracy']:.3f}"
    return told
