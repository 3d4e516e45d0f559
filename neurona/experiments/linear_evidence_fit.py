"""Training of the linear evidence decoder: weight decay by inner folds, then all recordings."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Bool, Float, Int
from sklearn.model_selection import GroupKFold, KFold

from neurona.decoders import Asked, LinearEvidence, LinearEvidenceSettings, Problem
from neurona.encoders import NoiseWhitening
from neurona.execution import HYPOTHESES, Answers, ProgramBatch, Scores, compile_programs, get_logic
from neurona.programs import Vocabulary
from neurona.recordings.entities import Entities
from neurona.training import Targets, fit, held_out_losses


class FittedLinearEvidence:
    """A trained linear evidence decoder; see `decoders.Decoder`.

    Attributes:
        module: weights.
        decay: the weight decay that was chosen.
        losses: objective before each step.
    """

    def __init__(
        self,
        module: LinearEvidence,
        vocabulary: Vocabulary,
        entities: Entities,
        decay: float,
        losses: Float[np.ndarray, " step"],
    ):
        self.module, self.decay, self.losses = module, decay, losses
        self.logic, self.hypothesis = module.logic, HYPOTHESES["H5"]
        self._vocabulary, self._entities = vocabulary, entities

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        programs = compile_programs(asked.queries, self._vocabulary, asked.recording.tolist())
        graph, state = nnx.split(self.module)
        answers = jax.device_get(_answers(graph, state, jnp.asarray(features), programs))
        return Answers(*(part[: len(asked)] for part in answers))

    def evidence(
        self, features: Float[np.ndarray, "recording feature"]
    ) -> Float[np.ndarray, "recording entity concept"]:
        """Each entity's share of each concept's score."""
        entities = self._entities
        shares = self.module.evidence(
            jnp.asarray(features), jnp.asarray(entities.entity_of_feature), len(entities.names)
        )
        return np.asarray(shares)

    def program_scores(self, features: Float[np.ndarray, "recording feature"]) -> Scores:
        """Of the whole recording: the entities' evidence and the bias, summed."""
        return jax.device_get(self.module.scores(self.module.whitening(jnp.asarray(features))))


@partial(jax.jit, static_argnames="graph")
def _answers(graph: nnx.GraphDef, state: nnx.State, features: jax.Array, programs: ProgramBatch) -> Answers:
    found: Answers = nnx.merge(graph, state)(features, programs)
    return found


def fit_linear_evidence(problem: Problem, settings: LinearEvidenceSettings) -> FittedLinearEvidence:
    """Train on the questions of `problem.learning`, with noise whitening and weight decay of their recordings."""
    asked, features = problem.learning, problem.entities.features
    programs = compile_programs(asked.queries, problem.vocabulary, asked.recording.tolist())
    targets = _targets(asked, programs.n_questions)
    design = _answers_design(asked, len(features))
    shrinkage = settings.shrinkage
    rows = np.zeros(len(features), dtype=bool)
    rows[asked.recording] = True

    def weights(chosen: Bool[np.ndarray, " recording"]) -> Float[np.ndarray, " question"]:
        """Of the chosen recordings' questions (padding: 0); every type weighs the same."""
        found = np.zeros(programs.n_questions, np.float32)
        found[: len(asked)] = chosen[asked.recording] / asked.table.groupby("type").type.transform("size").to_numpy()
        return found / max(found.sum(), 1e-12)

    whitening = NoiseWhitening.of(features[rows], design[rows], shrinkage)
    decoder = LinearEvidence(
        whitening,
        features.shape[1],
        len(problem.vocabulary.concepts),
        get_logic(settings.logic),
        rngs=nnx.Rngs(problem.seed),
    )
    values, decay = jnp.asarray(features), settings.decays[0]
    if len(settings.decays) > 1:
        parts = inner_folds(rows, problem.runs, settings.inner_folds, problem.seed)
        # Whitening that had seen the inner test recordings would flatter itself, so each part has its own.
        encoded = [NoiseWhitening.of(features[train], design[train], shrinkage)(values) for train, _ in parts]
        train, held = (np.stack([weights(part[side]) for part in parts]) for side in (0, 1))
        losses = held_out_losses(
            decoder,
            jnp.stack(encoded),
            programs,
            targets,
            jnp.asarray(train),
            jnp.asarray(held),
            decays=settings.decays,
            steps=settings.steps,
        )
        decay = settings.decays[int(np.argmin(losses))]
    encoded_all, all_weights = whitening(values), jnp.asarray(weights(rows))
    trained, curve = fit(decoder, encoded_all, programs, targets, all_weights, decay=decay, steps=settings.steps)
    return FittedLinearEvidence(trained, problem.vocabulary, problem.entities, decay, curve)


def inner_folds(
    rows: Bool[np.ndarray, " recording"], runs: tuple[str, ...] | None, folds: int, seed: int
) -> list[tuple[Bool[np.ndarray, " recording"], Bool[np.ndarray, " recording"]]]:
    """(train, test) masks within the recordings `rows`; whole runs stay together where there are enough."""
    outer = np.flatnonzero(rows)
    groups = np.asarray(runs)[outer] if runs is not None else outer
    if len(np.unique(groups)) >= folds and runs is not None:
        parts = GroupKFold(folds).split(outer, groups=groups)
    else:
        parts = KFold(folds, shuffle=True, random_state=seed).split(outer)
    return [(_mask(outer[train], len(rows)), _mask(outer[test], len(rows))) for train, test in parts]


def _mask(rows: Int[np.ndarray, " row"], size: int) -> Bool[np.ndarray, " recording"]:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask


def _targets(asked: Asked, size: int) -> Targets:
    target, is_describe = np.zeros(size, np.int32), np.zeros(size, bool)
    target[: len(asked)], is_describe[: len(asked)] = asked.target, asked.is_describe
    return Targets(jnp.asarray(target), jnp.asarray(is_describe))


def _answers_design(asked: Asked, n_recordings: int) -> Float[np.ndarray, "recording asked"]:
    """Answers as numbers, a column per distinct program (and word of a describe answer): see NoiseWhitening."""
    table = asked.table
    column = table.program.where(~asked.is_describe, table.program + " = " + table.answer)
    codes, names = column.factorize()
    design = np.zeros((n_recordings, len(names)))
    design[asked.recording, codes] = np.where(table.answer == "no", -1.0, 1.0)
    return design
